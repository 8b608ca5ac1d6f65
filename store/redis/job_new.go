package redis

import (
	"fmt"
	"strconv"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// head is the payload of a new job without the brace at its end, for the server to write
// the times behind it.
func head(in *store.Job) (string, error) {
	o := own{Timeout: in.Timeout, Keep: in.Keep, Unique: in.Unique}
	if in.Tick.Schedule != "" {
		o.Tick = &in.Tick
	}
	b := make([]byte, 0, len(in.Args)+len(in.Kind)+len(in.ID)+128)
	b = append(b, `{"retry":`...)
	if in.MaxAttempts > 0 {
		b = strconv.AppendInt(b, int64(in.MaxAttempts-1), 10)
	} else {
		b = append(b, "true"...)
	}
	b = append(b, `,"queue":`...)
	b = wire.AppendString(b, queueOf(in))
	if len(in.Tags) > 0 {
		b = append(b, `,"tags":`...)
		b = appendStrings(b, in.Tags)
	}
	b = append(b, `,"class":`...)
	b = wire.AppendString(b, in.Kind)
	b = append(b, `,"args":`...)
	o.One = len(in.Args) == 0 || firstByte(in.Args) != '['
	var err error
	switch {
	case len(in.Args) == 0:
		b = append(b, "[null]"...)
	case o.One:
		b = append(b, '[')
		b, err = wire.AppendRuby(b, in.Args)
		b = append(b, ']')
	default:
		b, err = wire.AppendRuby(b, in.Args)
	}
	if err != nil {
		return "", fmt.Errorf("job %q: arguments: %w", in.ID, err)
	}
	if isActiveJob(in.Kind) {
		if inner, _, _, ok, err := wire.ActiveJob(string(in.Args)); ok && err == nil {
			b = append(b, `,"wrapped":`...)
			b = wire.AppendString(b, inner)
		}
	}
	b = append(b, `,"jid":`...)
	b = wire.AppendString(b, in.ID)
	if c, err := o.change(); err != nil {
		return "", err
	} else if c.Raw != "" {
		b = append(append(b, `,"tasuki":`...), c.Raw...)
	}
	return string(b), nil
}

func firstByte(raw []byte) byte {
	for _, c := range raw {
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

func appendStrings(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = wire.AppendString(b, s)
	}
	return append(b, ']')
}

func queueOf(j *store.Job) string {
	if j.Queue == "" {
		return store.DefaultQueue
	}
	return j.Queue
}
