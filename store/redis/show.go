package redis

import (
	"context"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

var showScript = load("show")

// shownFor is how long at least Sidekiq's Web sees a worker that beats no more: as long as
// one of its own.
const shownFor = time.Minute

// ownVersion begins what a worker tells as its version.
const ownVersion = "tasuki"

// A view is a worker as Sidekiq's API and Web see it.
type view struct {
	store  *Store
	worker *store.Worker
	took   time.Duration // its beat, there and back
	runs   []*holding
	names  []string // of what it runs
}

// show lets Sidekiq's API and Web see a worker and what it runs, as they see their own.
// It is for people: if it fails, the beat still counts, and it takes no more than half of
// the time that the beat has left.
func (s *Store) show(ctx context.Context, req *store.BeatRequest, took time.Duration) {
	ctx, cancel := half(ctx)
	defer cancel()
	v := view{store: s, worker: &req.Worker, took: took}
	for _, c := range req.Claims[:max(0, min(req.Worker.Busy, len(req.Claims)))] {
		if h := s.held.get(req.Worker.Name, c.Token); h != nil {
			v.runs = append(v.runs, h)
			v.names = append(v.names, strconv.FormatUint(uint64(c.Token), 36))
		}
	}
	now, missing := v.write(ctx, nil)
	if len(missing) > 0 {
		v.write(ctx, missing)
	}
	if now != 0 {
		s.metrics.flush(ctx, s, moment(now))
	}
}

// write writes what the worker says of itself, and of what it runs those that are new. It
// answers the server's time and which nobody sees yet; 0: nothing was written.
func (v *view) write(ctx context.Context, fresh []int) (now int64, missing []int) {
	s, name := v.store, v.worker.Name
	keys := []string{s.keys.worker(name), processesKey, name, workKey(name), oldWorkKey(name)}
	seconds := max(shownFor, v.worker.Standstill) / time.Second
	args := []string{s.clock()[1], hex(v.worker.Beat), strconv.FormatInt(int64(seconds), 10), digit(s.showsOld())}
	says := v.says()
	args = append(append(args, strconv.Itoa(len(says))), says...)
	args = append(append(args, strconv.Itoa(len(v.names))), v.names...)
	size := 0
	for _, i := range fresh {
		if size > claimBytes {
			break // the next beat brings more
		}
		text := v.runs[i].work()
		size += len(text)
		args = append(args, v.names[i], text)
	}
	msg, err := s.run(ctx, showScript, keys, args)
	if err != nil || msg.IsInt64() {
		return 0, nil
	}
	words, err := msg.AsIntSlice()
	if err != nil || len(words) == 0 {
		return 0, nil
	}
	for _, n := range words[1:] {
		missing = append(missing, int(n)-1)
	}
	slices.Sort(missing)
	return words[0], missing
}

func digit(yes bool) string {
	if yes {
		return "1"
	}
	return "0"
}

// says are the fields that a process of Sidekiq has.
func (v *view) says() []string {
	w := v.worker
	return []string{
		"info", v.store.process(w),
		"concurrency", strconv.Itoa(w.Slots),
		"busy", strconv.Itoa(w.Busy),
		"quiet", strconv.FormatBool(w.State != store.Working),
		"rss", strconv.Itoa(rss()),
		"rtt_us", strconv.FormatInt(v.took.Microseconds(), 10),
	}
}

// process is what Sidekiq's processes say of themselves.
func (s *Store) process(w *store.Worker) string {
	host, rest, _ := strings.Cut(w.Name, ":")
	pid, _, _ := strings.Cut(rest, ":")
	if _, err := strconv.Atoi(pid); err != nil {
		pid = "0"
	}
	mode, weights := weights(w)
	var t []byte
	t = append(t, `{"hostname":`...)
	t = wire.AppendString(t, host)
	t = append(t, `,"started_at":`+wire.Seconds.Spell(s.began)+`,"pid":`+pid+`,"tag":`...)
	t = wire.AppendString(t, w.Tag)
	t = append(t, `,"concurrency":`+strconv.Itoa(w.Slots)+`,"capsules":{"default":{"concurrency":`+strconv.Itoa(w.Slots)+`,"mode":"`+mode+`","weights":{`...)
	t = append(append(t, weights...), `}}},"queues":`...)
	t = appendStrings(t, w.Queues)
	t = append(append(append(t, `,"weights":[{`...), weights...), `}],"labels":["`+ownVersion+`"],"identity":`...)
	t = wire.AppendString(t, w.Name)
	t = append(t, `,"version":`...)
	t = wire.AppendString(t, strings.TrimSpace(ownVersion+" "+w.Version))
	return string(append(t, `,"embedded":false}`...))
}

// weights are those of a worker's queues, and what Sidekiq calls such.
func weights(w *store.Worker) (mode string, list []byte) {
	mode = "strict"
	for i, q := range w.Queues {
		weight := 0
		if i < len(w.Weights) {
			weight = w.Weights[i]
		}
		switch {
		case weight > 1:
			mode = "weighted"
		case weight == 1 && mode == "strict":
			mode = "random"
		}
		if i > 0 {
			list = append(list, ',')
		}
		list = append(wire.AppendString(list, q), ':')
		list = strconv.AppendInt(list, int64(weight), 10)
	}
	return mode, list
}

// shownBytes is how big a payload may be to be shown with its arguments. What is shown is
// written by a beat, which must not take long.
const shownBytes = 64 << 10

// work is what runs, as Sidekiq has it.
func (h *holding) work() string {
	raw := h.raw
	if len(raw) > shownBytes {
		raw = h.With(wire.Change{Name: "args", Raw: `["` + strconv.Itoa(len(raw)) + ` bytes"]`})
	}
	text := append(make([]byte, 0, len(raw)+len(raw)/8+64), `{"queue":`...)
	text = wire.AppendString(text, h.queue)
	text = append(text, `,"payload":`...)
	text = wire.AppendString(text, raw)
	text = append(text, `,"run_at":`...)
	return string(append(strconv.AppendInt(text, h.claimed.Unix(), 10), '}'))
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
