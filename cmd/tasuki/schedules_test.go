package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/tasuki-jobs/tasuki/store"
)

// declare declares the schedules of standard input, one a line, in the store of
// the first argument, and fires the first tick of each whose Last is set.
func declare() {
	if err := declareAll(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func declareAll(ctx context.Context, url string) error {
	opened, err := storeOf(ctx, url)
	if err != nil {
		return err
	}
	defer opened.close()
	st := opened.Store.(interface {
		store.Producer
		store.Scheduler
	})
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var s store.Schedule
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return err
		}
		if _, err := st.Declare(ctx, []store.Schedule{s}); err != nil {
			return err
		}
		if s.Last == 0 {
			continue
		}
		tick := s.Job
		tick.ID, tick.Tick = store.NewID(), store.Tick{Schedule: s.Name, N: s.Last}
		if _, err := st.Enqueue(ctx, []store.Job{tick}); err != nil {
			return err
		}
	}
	return nil
}
