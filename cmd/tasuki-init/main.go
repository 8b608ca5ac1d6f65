// Tasuki-init is an init for containers: what tasuki init does, small enough for every
// image. docs/init.md describes it.
package main

import (
	"os"

	"github.com/tasuki-jobs/tasuki/internal/pid1"
)

func main() { os.Exit(pid1.Main(os.Args[1:])) }
