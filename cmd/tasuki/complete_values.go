package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/tasuki-jobs/tasuki/store"
)

// completeWithin is how long somebody waits who pressed the tab key.
const completeWithin = 2 * time.Second

// values are what a flag or an argument may be: what its tag complete names. Of a
// list it is the last one that is completed; before is what stands in front.
func (c *caller) values(x *completion, v *kong.Value, word string) (before string, all []candidate) {
	if v == nil {
		return "", nil
	}
	if i := strings.LastIndexByte(word, ','); i >= 0 && v.IsSlice() && v.Tag.Get("complete") == "states" {
		before = word[:i+1]
	}
	if v.Enum != "" {
		return before, wordsOf(strings.Split(v.Enum, ","))
	}
	what := v.Tag.Get("complete")
	if what == "states" {
		return before, wordsOf(strings.Split(stateList(), ", "))
	}
	look := completers[what]
	if look == nil {
		return before, nil
	}
	ctx, cancel := context.WithTimeout(c.ctx, completeWithin)
	defer cancel()
	quiet := *c
	quiet.ctx, quiet.store = ctx, x.store
	st, err := quiet.open(false)
	if err != nil {
		return before, nil // who completes is not told; who runs the command is
	}
	defer st.close()
	return before, look(ctx, st)
}

func wordsOf(words []string) (all []candidate) {
	for _, word := range slices.Compact(slices.Sorted(slices.Values(words))) {
		if word != "" {
			all = append(all, candidate{word: word})
		}
	}
	return all
}

// completers look up in the store what a word may be. What fails is nothing.
var completers = map[string]func(context.Context, *openStore) []candidate{
	"queues": func(ctx context.Context, st *openStore) (all []candidate) {
		stats, _ := st.Stats(ctx)
		for _, q := range stats.Queues {
			if q.Name != "" {
				all = append(all, candidate{word: q.Name})
			}
		}
		return all
	},
	"kinds": func(ctx context.Context, st *openStore) []candidate {
		return ofWorkers(ctx, st, func(w *store.Worker) []string { return w.Kinds })
	},
	"workers": func(ctx context.Context, st *openStore) []candidate {
		return ofWorkers(ctx, st, func(w *store.Worker) []string { return []string{w.Name} })
	},
	"hosts": func(ctx context.Context, st *openStore) []candidate {
		return ofWorkers(ctx, st, ours(hostOf))
	},
	"worker-tags": func(ctx context.Context, st *openStore) []candidate {
		return ofWorkers(ctx, st, ours(func(w *store.Worker) string { return w.Tag }))
	},
	"schedules": func(ctx context.Context, st *openStore) (all []candidate) {
		s, ok := st.Store.(store.Scheduler)
		if !ok {
			return nil
		}
		reply, _ := s.Schedules(ctx, store.SchedulesRequest{})
		for i := range reply.Schedules {
			all = append(all, candidate{reply.Schedules[i].Name, reply.Schedules[i].Spec})
		}
		return all
	},
	"jobs": func(ctx context.Context, st *openStore) (all []candidate) {
		page, _ := fullPage(ctx, st, store.ListRequest{Limit: 100})
		for i := range page.Jobs {
			all = append(all, candidate{page.Jobs[i].ID, page.Jobs[i].Kind + ", " + string(page.Jobs[i].State)})
		}
		return all
	},
}

// ours is a word of tasuki's own workers: others are told only by name.
func ours(word func(*store.Worker) string) func(*store.Worker) []string {
	return func(w *store.Worker) []string {
		if w.Foreign {
			return nil
		}
		return []string{word(w)}
	}
}

func ofWorkers(ctx context.Context, st *openStore, of func(*store.Worker) []string) []candidate {
	workers, _ := st.Workers(ctx, store.WorkersRequest{Foreign: true})
	var words []string
	for i := range workers {
		words = append(words, of(&workers[i])...)
	}
	return wordsOf(words)
}
