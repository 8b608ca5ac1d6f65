package redis

import (
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// lookElsewhere lets a worker claim from a queue that has nothing, with which it also
// brings what became due.
func lookElsewhere(t *testing.T, s *Store, w *byHand) {
	t.Helper()
	r, err := s.Claim(t.Context(), store.ClaimRequest{Worker: w.name, Token: store.NewToken(), Max: 1, Queues: []store.QueueWant{{Name: "elsewhere"}}, Kinds: []string{"GoJob"}})
	if err != nil || len(r.Jobs) != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
}

// strangeNames are names of queues that have bytes in them which scripts know.
var strangeNames = []string{"\x00", "a\x00b", "\x01", "a\x01b", "\x02x", "\x03x\x03", "\x04x"}

func TestAQueueMayHaveAnyName(t *testing.T) {
	c, s, db := ruby(t, "")
	w := worker(t, s)
	for _, name := range strangeNames {
		redistest.Eval[string](t, c, `Sidekiq::Client.push("class" => "GoJob", "args" => [], "queue" => args[0], "at" => Time.now.to_f + 3600)`, name)
		redistest.Eval[string](t, c, `Sidekiq::Client.push("class" => "GoJob", "args" => [], "retry_queue" => args[0])`, name)
		w.settle(store.Outcome{Claim: held(w.claim("GoJob")), Verb: store.Fail, Failure: wrong})
	}
	s.ahead.Add(2 * time.Hour.Microseconds())
	lookElsewhere(t, s, w)
	for _, name := range strangeNames {
		if n := redistest.Ask[int64](t, db, "LLEN", queueKey(name)); n != 2 {
			t.Errorf("queue %q has %d jobs, want the scheduled one and the failed one", name, n)
		}
		if redistest.Ask[int64](t, db, "SISMEMBER", "queues", name) != 1 {
			t.Errorf("queue %q is not known", name)
		}
	}
}
