//go:build !race

package doctor_test

// slower is how many times slower it may be: it is not.
const slower = 1
