//go:build race

package doctor_test

// slower is how many times slower the race detector may make it.
const slower = 10
