package redis

import (
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// TestAJobOfANewerFormatThatADeadWorkerHeldIsAsItWas: it was taken blindly.
func TestAJobOfANewerFormatThatADeadWorkerHeldIsAsItWas(t *testing.T) {
	db := redistest.Shared(t).DB(t)
	s := open(t, db)
	w := worker(t, s)
	const payload = `{"class":"GoJob","args":[],"jid":"a","tasuki":{"format":99,"later":true}}`
	redistest.Ask[int64](t, db, "HSET", "tasuki:claims:"+w.name, store.NewToken().String(), hex(w.beats)+" 1795000000000000 - default\n"+payload)
	if r, err := s.Release(t.Context(), store.ReleaseRequest{Worker: w.name, Beat: w.beats, Why: "gone", MaxDeaths: 3}); err != nil || !r.Released {
		t.Fatalf("%+v, %v", r, err)
	}
	if got := redistest.Ask[[]string](t, db, "LRANGE", "queue:default", 0, -1); len(got) != 1 || got[0] != payload {
		t.Errorf("it is %q", got)
	}
}

// TestABatchThatComesLateDoesNotMakeTheLastOneForgotten: it was held up on the way and was
// sent again meanwhile.
func TestABatchThatComesLateDoesNotMakeTheLastOneForgotten(t *testing.T) {
	s := open(t, redistest.Shared(t).DB(t))
	w := worker(t, s)
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"}, store.Job{ID: "b", Kind: "GoJob"})
	settle := func(batch uint64, r store.Record) store.ResultWhat {
		reply, err := s.Settle(t.Context(), store.SettleRequest{Worker: w.name, Batch: batch, Outcomes: []store.Outcome{{Claim: held(r), Verb: store.Finish}}})
		if err != nil {
			t.Fatal(err)
		}
		return reply.Results[0].What
	}
	a, b := w.claim("GoJob"), w.claim("GoJob")
	for i, step := range []struct {
		batch uint64
		of    store.Record
		want  store.ResultWhat
	}{{1, a, store.Applied}, {2, b, store.Applied}, {1, a, store.Lost}, {2, b, store.Already}} {
		if got := settle(step.batch, step.of); got != step.want {
			t.Errorf("settle %d is %s, want %s", i, got, step.want)
		}
	}
}
