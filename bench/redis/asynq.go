package main

import (
	"context"
	"encoding/json"

	"github.com/hibiken/asynq"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// peerAsynq is asynq with its default settings, but for the slots.
type peerAsynq struct {
	conn   asynq.RedisConnOpt
	client *asynq.Client
	server *asynq.Server
	stop   func()
}

func openAsynq(ctx context.Context, s harness.Setup) (harness.System, error) {
	conn, err := asynq.ParseRedisURI(s.Path)
	if err != nil {
		return nil, err
	}
	stop, err := count(ctx, s)
	if err != nil {
		return nil, err
	}
	return &peerAsynq{conn: conn, client: asynq.NewClient(conn), stop: stop}, nil
}

// Enqueue calls once for each: it has no bulk call.
func (p *peerAsynq) Enqueue(ctx context.Context, all []harness.Args) error {
	for _, a := range all {
		text, err := json.Marshal(a)
		if err != nil {
			return err
		}
		if _, err := p.client.EnqueueContext(ctx, asynq.NewTask("noop", text)); err != nil {
			return err
		}
	}
	return nil
}

func (p *peerAsynq) Start(_ context.Context, slots int, do func(harness.Args)) error {
	p.server = asynq.NewServer(p.conn, asynq.Config{Concurrency: slots, LogLevel: asynq.ErrorLevel})
	mux := asynq.NewServeMux()
	mux.HandleFunc("noop", func(_ context.Context, t *asynq.Task) error {
		var a harness.Args
		if err := json.Unmarshal(t.Payload(), &a); err != nil {
			return err
		}
		do(a)
		return nil
	})
	return p.server.Start(mux)
}

func (p *peerAsynq) Stop(context.Context) error {
	p.server.Shutdown()
	return nil
}

func (p *peerAsynq) Left(context.Context) (int, error) {
	i := asynq.NewInspector(p.conn)
	defer i.Close()
	info, err := i.GetQueueInfo("default")
	if err != nil {
		return 0, err
	}
	return info.Size, nil
}

func (p *peerAsynq) Close() error {
	p.stop()
	return p.client.Close()
}
