package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], caller{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}
