//go:build !unix

package proc

import "os"

func readFile(name string, _ []byte) ([]byte, error) { return os.ReadFile(name) }
