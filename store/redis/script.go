package redis

import (
	"context"
	"embed"
	"strings"

	"github.com/redis/rueidis"
)

//go:embed scripts/*.lua
var scripts embed.FS

var (
	oneScript     = load("enqueue_one")
	plainScript   = load("enqueue_plain")
	enqueueScript = load("enqueue")
	claimScript   = load("claim")
	takeScript    = load("take")
	applyScript   = load("apply")
	beatScript    = load("beat")
)

// load reads a script, with what its line "-- uses: …" names in front.
func load(name string) *rueidis.Lua {
	text := read(name)
	var all strings.Builder
	for line := range strings.Lines(text) {
		if used, ok := strings.CutPrefix(line, "-- uses: "); ok {
			for _, other := range strings.Fields(used) {
				all.WriteString(read(other))
			}
		}
	}
	all.WriteString(text)
	return rueidis.NewLuaScript(all.String())
}

func read(name string) string {
	text, err := scripts.ReadFile("scripts/" + name + ".lua")
	if err != nil {
		return "error('no script " + name + "')" // a test runs all of them
	}
	return string(text)
}

// run runs a script. It is never run twice, also if its answer does not come.
func (s *Store) run(ctx context.Context, script *rueidis.Lua, keys, args []string) (rueidis.RedisMessage, error) {
	msg, err := script.Exec(ctx, s.client, keys, args).ToMessage()
	if code(err) == "READONLY" || code(err) == "MASTERDOWN" {
		s.lines.cut()
	}
	return msg, explained(err)
}
