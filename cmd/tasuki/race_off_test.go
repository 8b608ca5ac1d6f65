//go:build !race

package main

// raced: this test's commands are slowed down by the race detector.
const raced = false
