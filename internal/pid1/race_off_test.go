//go:build !race

package pid1_test

// buildFlags builds the init as the tests themselves are built.
var buildFlags []string
