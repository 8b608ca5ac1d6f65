package main

import (
	"database/sql"
	"fmt"
	"os"
)

// spoil runs statements of nobody's in the database of the first argument. The driver
// came with the store.
func spoil() {
	db, err := sql.Open("sqlite", os.Args[1])
	if err == nil {
		defer db.Close()
		for _, statement := range os.Args[2:] {
			if _, err = db.Exec(statement); err != nil {
				break
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
