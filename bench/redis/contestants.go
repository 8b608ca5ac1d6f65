package main

import (
	"context"
	"strings"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

// Names of the contestants.
const (
	tasukiOurs  = "tasuki"
	asynqPeer   = "asynq"
	rawStore    = "raw"
	rawRueidis  = "raw-rueidis"
	rawGoRedis  = "raw-go-redis"
	rawPop      = "raw-brpop"
	appendsOnly = "-aof" // ends the names of those on the server with an append-only file
)

var contestants = aofToo([]harness.Contestant{
	{Name: tasukiOurs, Open: openOurs},
	{Name: asynqPeer, Open: openAsynq},
	{Name: rawStore, Open: openRawLua},
	{Name: rawRueidis, Open: openRueidis},
	{Name: rawGoRedis, Open: openGoRedis},
	{Name: rawPop, Open: openPopper},
})

// aofToo adds each contestant on the other server.
func aofToo(all []harness.Contestant) []harness.Contestant {
	var both []harness.Contestant
	for _, c := range all {
		for i, end := range []string{"", appendsOnly} {
			on := c
			on.Name = c.Name + end
			on.Open = func(ctx context.Context, s harness.Setup) (harness.System, error) {
				s.Path = strings.Fields(s.Path)[i]
				return c.Open(ctx, s)
			}
			both = append(both, on)
		}
	}
	return both
}
