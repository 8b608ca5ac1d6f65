package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// popper is the floor of waking: each slot waits in a blocking pop, as Sidekiq's do. What
// it took is lost if it dies.
type popper struct {
	pusher
	client rueidis.Client
	end    atomic.Bool
	wg     sync.WaitGroup
}

func openPopper(ctx context.Context, s harness.Setup) (harness.System, error) {
	p, err := openRueidis(ctx, s)
	if err != nil {
		return nil, err
	}
	client, err := dial(s.Path)
	if err != nil {
		return nil, err
	}
	return &popper{pusher: *p.(*pusher), client: client}, nil
}

func (p *popper) Start(ctx context.Context, slots int, do func(harness.Args)) error {
	for range slots {
		p.wg.Go(func() {
			for !p.end.Load() {
				p.pop(ctx, do)
			}
		})
	}
	return nil
}

func (p *popper) pop(ctx context.Context, do func(harness.Args)) {
	got, err := p.client.Do(ctx, p.client.B().Brpop().Key("queue:default").Timeout(1).Build()).AsStrSlice()
	if err != nil || len(got) != 2 {
		return // nothing came
	}
	var payload struct{ Args []harness.Args }
	if err := json.Unmarshal([]byte(got[1]), &payload); err != nil || len(payload.Args) != 1 {
		panic(fmt.Sprintf("payload %q: %v", got[1], err))
	}
	do(payload.Args[0])
}

func (p *popper) Stop(context.Context) error {
	p.end.Store(true)
	p.wg.Wait()
	return nil
}

func (p *popper) Close() error {
	p.client.Close()
	return p.pusher.Close()
}
