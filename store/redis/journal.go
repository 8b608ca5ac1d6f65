package redis

import (
	"context"
	"encoding/json"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// A line is a run as the journal has it.
type line struct {
	Worker string          `json:"worker"`
	From   json.RawMessage `json:"from"`
	Until  json.RawMessage `json:"until"`
	Why    string          `json:"why"`
	Cursor json.RawMessage `json:"cursor"`
}

func (l *line) run() store.Run {
	r := store.Run{Worker: l.Worker, Why: l.Why, Cursor: l.Cursor}
	if t, ok := wire.ReadTime(string(l.From)); ok {
		r.From = t.UTC()
	}
	if t, ok := wire.ReadTime(string(l.Until)); ok {
		r.Until = t.UTC()
	}
	return r
}

// lastLines reads the last line of each job's journal.
func (r *releasing) lastLines(ctx context.Context) error {
	var commands rueidis.Commands
	var of []int
	for i := range r.jobs {
		if h := r.jobs[i].h; h != nil && h.own.Journal {
			commands = append(commands, r.store.client.B().Lindex().Key(r.store.keys.journal(h.id)).Index(-1).Build())
			of = append(of, i)
		}
	}
	if len(commands) == 0 {
		return nil
	}
	for n, reply := range r.store.client.DoMulti(ctx, commands...) {
		text, err := reply.ToString()
		if err != nil && !rueidis.IsRedisNil(err) && code(err) == "" {
			return explained(err)
		}
		r.jobs[of[n]].last = text
	}
	return nil
}

// moved says whether the cursor is another than at the end of the last run.
func (j *heldJob) moved() bool {
	var l line
	if j.last == "" || json.Unmarshal([]byte(j.last), &l) != nil {
		return false
	}
	return string(l.Cursor) != string(cursorOf(j.state.cursor))
}
