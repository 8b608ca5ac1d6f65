//go:build !unix

package host

// KeepToOneself keeps an inherited descriptor from the programs that this process
// starts. Elsewhere none is inherited.
func KeepToOneself(int) error { return nil }
