package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
)

func TestCommandsOnRedis(t *testing.T) {
	plain := redistest.Shared(t)
	locked := redistest.Own(t, redistest.Options{Password: "hush", Policy: "allkeys-lru", MaxMemory: "100mb", Users: []string{"narrow on >pw ~* &* +@all -@dangerous"}})
	secure := redistest.Own(t, redistest.Options{TLS: true})
	cluster := redistest.Own(t, redistest.Options{Config: []string{"cluster-enabled yes"}})
	guarded := redistest.OwnSentinels(t, redistest.SentinelOptions{})
	params := scripts("testdata/redis")
	setup := params.Setup
	params.Setup = func(e *testscript.Env) error {
		for name, value := range map[string]string{
			"R": plain.DB(t).URL(), "OTHER": plain.DB(t).URL(), "PLAIN": plain.Addr(), "LOCKED": locked.Addr(), "SECURE": secure.Addr(), "CA": secure.Certificate().CA,
			"CLUSTER": cluster.Addr(), "MASTER": guarded.Servers[0].Addr(), "REPLICA": guarded.Servers[1].Addr(), "SENTINEL": guarded.Addrs()[0],
		} {
			e.Setenv(name, value)
		}
		return setup(e)
	}
	params.Cmds["crowd"] = crowd
	params.Cmds["foreign"] = func(ts *testscript.TestScript, _ bool, args []string) {
		ts.Check(spoilRedis(t.Context(), plain, args[0]))
	}
	testscript.Run(t, params)
}

// spoilRedis writes into a database what is no job, and a key of another type.
func spoilRedis(ctx context.Context, server *redistest.Server, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	db := &redistest.DB{Server: server}
	if db.Number, err = strconv.Atoi(strings.Trim(u.Path, "/")); err != nil {
		return err
	}
	for _, command := range [][]any{{"LPUSH", "queue:default", "{not json", `{"class":"Odd","args":{},"jid":"odd"}`}, {"SET", "dead", "a text"}} {
		if _, err := db.Exec(ctx, command...); err != nil {
			return err
		}
	}
	return nil
}

// crowd FILE N writes a file of n jobs: half of them ready in the queue far, the others
// scheduled in the queue near; the second and the last are rare.
func crowd(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	for i := range n {
		kind, where := "mail", `"queue":"far"`
		if i == 1 || i == n-1 {
			kind = "rare"
		}
		if i%2 == 1 {
			where = `"queue":"near","delay":"1h"`
		}
		_, err := fmt.Fprintf(f, `{"id":"j%d","kind":%q,%s}`+"\n", i, kind, where)
		ts.Check(err)
	}
	ts.Check(f.Close())
}

// hardJob is a class that fails if it is told to.
const hardJob = `
class HardJob
  include Sidekiq::Worker
  def perform(*) = raise("no luck")
end`

func TestCommandsBesideRubysSidekiq(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	app := redistest.App{URL: db.URL(), Code: hardJob, Flags: []string{"-c", "2", "-g", "shop", "-q", "default", "-q", "low"}}
	ruby, api := app.Sidekiq(t), app.Client(t)
	redistest.Eval[string](t, api, `HardJob.set(queue: "low").perform_in(3600, 1)`)
	failed := redistest.Eval[string](t, api, `
		jid = HardJob.set(queue: "low").perform_async(7, "two", {"k" => 1.50})
		sleep 0.01 until Sidekiq::RetrySet.new.size == 1
		jid`)
	params := scripts("testdata/sidekiq")
	setup := params.Setup
	params.Setup = func(e *testscript.Env) error {
		e.Setenv("R", db.URL())
		e.Setenv("RUBY", ruby.Identity())
		e.Setenv("JID", failed)
		return setup(e)
	}
	testscript.Run(t, params)
}
