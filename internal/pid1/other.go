//go:build !linux

package pid1

import "os"

// Main refuses: what an init needs of the kernel is Linux' own.
func Main([]string) int { return Run(Options{}, nil) }

// Run refuses, too.
func Run(o Options, _ []string) int {
	os.Stderr.WriteString(o.withDefaults().Name + ": it runs on Linux only (hint: start the command itself)\n")
	return codeFailed
}

func mayExecute(string) bool { return false }
