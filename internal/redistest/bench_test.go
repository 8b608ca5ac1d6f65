//go:build unix

package redistest

import (
	"context"
	"fmt"
	"testing"
)

// started measures what starting something takes.
func started[T interface{ Stop() error }](b *testing.B, name string, start func(context.Context) (T, error)) {
	b.Run(name, func(b *testing.B) {
		for b.Loop() {
			it, err := start(b.Context())
			given(b, it, err)
			b.StopTimer()
			if err := it.Stop(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	})
}

func BenchmarkStart(b *testing.B) {
	url := Shared(b).URL(1)
	for name, o := range map[string]Options{"server": {}, "server, AOF": {AOF: "everysec"}, "server, TLS": {TLS: true}, "replica": {ReplicaOf: Shared(b)}} {
		started(b, name, func(ctx context.Context) (*Server, error) { return Start(ctx, o) })
	}
	for _, n := range []int{1, 2} {
		started(b, fmt.Sprintf("sentinels, %d replicas", n), func(ctx context.Context) (*Sentinels, error) {
			return StartSentinels(ctx, SentinelOptions{Replicas: n})
		})
	}
	for name, code := range map[string]string{"": "", ", Rails": Rails} {
		app := App{URL: url, Code: code}
		started(b, "client"+name, func(ctx context.Context) (*Client, error) { return StartClient(ctx, app) })
		started(b, "Sidekiq"+name, func(ctx context.Context) (*Sidekiq, error) { return StartSidekiq(ctx, app) })
	}
}

func BenchmarkUse(b *testing.B) {
	db := Shared(b).DB(b)
	b.Run("a command on its own connection", func(b *testing.B) {
		for b.Loop() {
			Ask[string](b, db, "GET", "k")
		}
	})
	p := db.Server.Proxy(b)
	for name, address := range map[string]string{"direct": db.Server.Addr(), "by a proxy": p.Addr()} {
		b.Run("a command, "+name, func(b *testing.B) {
			c, err := connect(b.Context(), address, nil)
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			for b.Loop() {
				if _, err := c.Exec(b.Context(), "GET", "k"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	client := App{URL: db.URL()}.Client(b)
	b.Run("a call of Ruby", func(b *testing.B) {
		for b.Loop() {
			Eval[int](b, client, "args.sum", 1, 2)
		}
	})
	b.Run("a push by Ruby", func(b *testing.B) {
		for b.Loop() {
			Eval[string](b, client, "Sidekiq::Client.push('class' => 'SomeJob', 'args' => args)", 1, 2)
		}
	})
	b.Run("a page of Web", func(b *testing.B) {
		for b.Loop() {
			if _, err := client.Web().Get(b.Context(), "/busy"); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkFailover(b *testing.B) {
	s, err := StartSentinels(b.Context(), SentinelOptions{})
	s = owned(b, s, err)
	for b.Loop() {
		if _, err := s.Failover(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
