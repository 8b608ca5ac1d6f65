package redis

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// shownFor is how long Sidekiq's Web sees a worker that beats no more, in seconds.
const shownFor = 60

// show lets Sidekiq's API and Web see a worker and what it runs, as they see their own.
// It is for people: if it fails, the beat still counts.
func (s *Store) show(ctx context.Context, w *store.Worker) {
	b, now := s.client.B, time.Now()
	shown := b().Hset().Key(w.Name).FieldValue().
		FieldValue("info", s.process(w)).
		FieldValue("concurrency", strconv.Itoa(w.Slots)).
		FieldValue("busy", strconv.Itoa(w.Busy)).
		FieldValue("beat", wire.Seconds.Spell(now)).
		FieldValue("quiet", strconv.FormatBool(w.State != store.Working)).
		FieldValue("rss", strconv.Itoa(rss())).
		FieldValue("rtt_us", "0").Build()
	commands := rueidis.Commands{
		b().Sadd().Key(processesKey).Member(w.Name).Build(), shown, b().Expire().Key(w.Name).Seconds(shownFor).Build(),
	}
	work := s.held.work(w.Name)
	for _, key := range []string{workKey(w.Name), oldWorkKey(w.Name)} {
		commands = append(commands, b().Unlink().Key(key).Build())
		if len(work) == 0 {
			continue
		}
		set := b().Hset().Key(key).FieldValue()
		for tid, text := range work {
			set = set.FieldValue(tid, text)
		}
		commands = append(commands, set.Build(), b().Expire().Key(key).Seconds(shownFor).Build())
	}
	s.client.DoMulti(ctx, commands...)
}

// process is what Sidekiq's processes say of themselves.
func (s *Store) process(w *store.Worker) string {
	host, rest, _ := strings.Cut(w.Name, ":")
	pid, _, _ := strings.Cut(rest, ":")
	if _, err := strconv.Atoi(pid); err != nil {
		pid = "0"
	}
	weights := make([]byte, 0, 64)
	for i, q := range w.Queues {
		if i > 0 {
			weights = append(weights, ',')
		}
		weights = append(wire.AppendString(weights, q), ":0"...)
	}
	var t []byte
	t = append(t, `{"hostname":`...)
	t = wire.AppendString(t, host)
	t = append(t, `,"started_at":`+wire.Seconds.Spell(s.began)+`,"pid":`+pid+`,"tag":`...)
	t = wire.AppendString(t, w.Tag)
	t = append(t, `,"concurrency":`+strconv.Itoa(w.Slots)+`,"capsules":{"default":{"concurrency":`+strconv.Itoa(w.Slots)+`,"mode":"strict","weights":{`...)
	t = append(append(t, weights...), `}}},"queues":`...)
	t = appendStrings(t, w.Queues)
	t = append(append(append(t, `,"weights":[{`...), weights...), `}],"labels":["tasuki"],"identity":`...)
	t = wire.AppendString(t, w.Name)
	t = append(t, `,"version":`...)
	t = wire.AppendString(t, "tasuki "+w.Version)
	return string(append(t, `,"embedded":false}`...))
}

// work is what a worker runs, as Sidekiq has it: by a short name.
func (h *holdings) work(worker string) map[string]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	work := map[string]string{}
	for key, held := range h.all {
		if key.worker != worker {
			continue
		}
		text := append([]byte(`{"queue":`), wire.Quote(held.queue)...)
		text = append(text, `,"payload":`...)
		text = wire.AppendString(text, held.raw)
		text = append(text, `,"run_at":`+strconv.FormatInt(held.claimed.Unix(), 10)+`}`...)
		work[strconv.FormatUint(uint64(key.token), 36)] = string(text)
	}
	return work
}

// rss is how much memory this process has, in KB; 0: it is not known.
func rss() int {
	if runtime.GOOS != "linux" {
		return 0
	}
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	part := strings.Fields(string(text))
	if len(part) < 2 {
		return 0
	}
	pages, _ := strconv.Atoi(part[1])
	return pages * os.Getpagesize() / 1024
}
