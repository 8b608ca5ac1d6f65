package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// rawPayload is a payload as Sidekiq has it, with nothing done about it.
func rawPayload(a harness.Args) (string, error) {
	text, err := json.Marshal(a)
	return `{"retry":true,"queue":"default","class":"noop","args":[` + string(text) +
		`],"jid":"2d90e41c23ed72ea2e00d1dc","created_at":1795287767.2486963,"enqueued_at":1795287767.2487617}`, err
}

func rawPayloads(all []harness.Args) ([]string, error) {
	payloads := make([]string, len(all))
	var err error
	for i, a := range all {
		if payloads[i], err = rawPayload(a); err != nil {
			return nil, err
		}
	}
	return payloads, nil
}

// A pusher is the floor of enqueueing: the payload is pushed, by one of the client
// libraries. It promises nothing and works off nothing.
type pusher struct {
	push  func(ctx context.Context, payloads []string) error
	left  func(ctx context.Context) (int64, error)
	close func() error
}

func openRueidis(_ context.Context, s harness.Setup) (harness.System, error) {
	client, err := dial(s.Path)
	if err != nil {
		return nil, err
	}
	return &pusher{
		push: func(ctx context.Context, payloads []string) error {
			return client.Do(ctx, client.B().Lpush().Key("queue:default").Element(payloads...).Build()).Error()
		},
		left: func(ctx context.Context) (int64, error) {
			return client.Do(ctx, client.B().Llen().Key("queue:default").Build()).AsInt64()
		},
		close: func() error { client.Close(); return nil },
	}, nil
}

func openGoRedis(_ context.Context, s harness.Setup) (harness.System, error) {
	o, err := goredis.ParseURL(s.Path)
	if err != nil {
		return nil, err
	}
	o.MaxRetries = -1
	client := goredis.NewClient(o)
	return &pusher{
		push: func(ctx context.Context, payloads []string) error {
			values := make([]any, len(payloads))
			for i, p := range payloads {
				values[i] = p
			}
			return client.LPush(ctx, "queue:default", values...).Err()
		},
		left:  func(ctx context.Context) (int64, error) { return client.LLen(ctx, "queue:default").Result() },
		close: client.Close,
	}, nil
}

func (p *pusher) Enqueue(ctx context.Context, all []harness.Args) error {
	payloads, err := rawPayloads(all)
	if err != nil {
		return err
	}
	return p.push(ctx, payloads)
}

func (p *pusher) Start(context.Context, int, func(harness.Args)) error {
	return fmt.Errorf("a pusher works off nothing")
}
func (p *pusher) Stop(context.Context) error { return nil }

func (p *pusher) Left(ctx context.Context) (int, error) {
	n, err := p.left(ctx)
	return int(n), err
}

func (p *pusher) Close() error { return p.close() }

// Scripts of the floor of working off: a hundred jobs go to a hash, and are deleted.
var (
	rawTake = rueidis.NewLuaScript(`
local list, set = redis.call('LRANGE', KEYS[1], -100, -1), {}
if #list == 0 then return list end
for i, v in ipairs(list) do
  set[#set + 1] = ARGV[1] .. ':' .. i
  set[#set + 1] = v
end
redis.call('HSET', KEYS[2], unpack(set))
redis.call('LTRIM', KEYS[1], 0, -101)
return list`)
	rawDone = rueidis.NewLuaScript(`
local n = 0
for i = 2, #ARGV do n = n + redis.call('HDEL', KEYS[1], ARGV[1] .. ':' .. i - 1) end
return n`)
)

// rawLua is the floor of working off.
type rawLua struct {
	pusher
	client rueidis.Client
	end    chan struct{}
	wg     sync.WaitGroup
}

func openRawLua(ctx context.Context, s harness.Setup) (harness.System, error) {
	p, err := openRueidis(ctx, s)
	if err != nil {
		return nil, err
	}
	client, err := dial(s.Path)
	if err != nil {
		return nil, err
	}
	return &rawLua{pusher: *p.(*pusher), client: client, end: make(chan struct{})}, nil
}

// Start works off batches on four goroutines until none is left.
func (r *rawLua) Start(ctx context.Context, _ int, do func(harness.Args)) error {
	for i := range 4 {
		r.wg.Go(func() {
			for n := 0; r.batch(ctx, fmt.Sprintf("%d-%d", i, n), do); n++ {
				select {
				case <-r.end:
					return
				default:
				}
			}
		})
	}
	return nil
}

func (r *rawLua) batch(ctx context.Context, token string, do func(harness.Args)) bool {
	payloads, err := rawTake.Exec(ctx, r.client, []string{"queue:default", "raw:claims"}, []string{token}).AsStrSlice()
	if err != nil || len(payloads) == 0 {
		return false
	}
	tokens := []string{token}
	for _, text := range payloads {
		var p struct{ Args []harness.Args }
		if json.Unmarshal([]byte(text), &p) != nil {
			return false
		}
		do(p.Args[0])
		tokens = append(tokens, "")
	}
	return rawDone.Exec(ctx, r.client, []string{"raw:claims"}, tokens).Error() == nil
}

func (r *rawLua) Stop(context.Context) error {
	close(r.end)
	r.wg.Wait()
	return nil
}

func (r *rawLua) Left(ctx context.Context) (int, error) {
	waiting, err := r.pusher.Left(ctx)
	if err != nil {
		return 0, err
	}
	held, err := r.client.Do(ctx, r.client.B().Hlen().Key("raw:claims").Build()).AsInt64()
	return waiting + int(held), err
}

func (r *rawLua) Close() error {
	r.client.Close()
	return r.pusher.Close()
}
