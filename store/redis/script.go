package redis

import (
	"context"
	"embed"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/redis/rueidis"
)

//go:embed scripts/*.lua
var scripts embed.FS

var (
	oneScript     = load("enqueue_one")
	plainScript   = load("enqueue_plain")
	enqueueScript = load("enqueue")
	claimScript   = load("claim")
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

// run runs a script. It is not run twice if its answer does not come: it may have been done.
// What a replica refuses was not done, and is tried on a new connection.
func (s *Store) run(ctx context.Context, script *rueidis.Lua, keys, args []string) (rueidis.RedisMessage, error) {
	cuts, _ := s.lines.since(-1)
	msg, err := script.Exec(ctx, s.client, keys, args).ToMessage()
	if replica(err) {
		s.lines.cut(err)
		msg, err = script.Exec(ctx, s.client, keys, args).ToMessage()
	}
	if broken(err) {
		if _, why := s.lines.since(cuts); why != nil {
			err = why // what broke the connection was this store
		}
	}
	if code(err) == "WRONGTYPE" {
		err = s.named(ctx, err, keys, args)
	}
	return msg, explained(err)
}

// repeat runs a script that may be done twice: once more if the connection breaks, as those
// do that the server, or somebody on the way, closed in the meantime.
func (s *Store) repeat(ctx context.Context, script *rueidis.Lua, keys, args []string) (rueidis.RedisMessage, error) {
	msg, err := s.run(ctx, script, keys, args)
	if broken(err) && ctx.Err() == nil {
		return s.run(ctx, script, keys, args)
	}
	return msg, err
}

// broken says whether a connection ended under way.
func broken(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
