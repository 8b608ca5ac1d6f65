// Package harness measures job systems beside each other: each measurement in a
// fresh process on a fresh copy of a prepared store, the contestants taking
// turns so that the machine's noise hits all alike.
package harness
