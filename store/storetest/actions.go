package storetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// An action is one kind of random step.
type action struct {
	name   string
	weight int
	run    func(*twins) error
}

var actions = []action{
	{"enqueue", 14, (*twins).enqueue},
	{"claim", 20, (*twins).claim},
	{"settle", 22, (*twins).settle},
	{"resend", 4, (*twins).resend},
	{"save", 4, (*twins).save},
	{"beat", 12, (*twins).beat},
	{"late beat", 2, (*twins).lateBeat},
	{"release", 5, (*twins).release},
	{"advance", 6, (*twins).pass},
	{"move", 8, (*twins).move},
	{"pause", 3, (*twins).pause},
	{"signal", 2, (*twins).signal},
	{"declare", 3, (*twins).declare},
	{"switch", 3, (*twins).switchSchedules},
	{"snapshot", 1, (*twins).remember},
	{"roll back", 1, (*twins).rollBack},
}

var (
	twinQueues  = []string{"q1", "q2"}
	twinKinds   = []string{"k1", "k2", "k3"}
	twinWorkers = []string{"w1", "w2", "w3"}
)

// newJob draws a job that the store's features allow. Shared says whether it
// may compete for keys, ticks and ids.
func (tw *twins) newJob(shared bool) store.Job {
	tw.named++
	j := store.Job{ID: fmt.Sprintf("j%d", tw.named), Kind: pick(tw, twinKinds...), Queue: pick(tw, twinQueues...)}
	if shared && len(tw.ids) > 0 && tw.chance(12) {
		j.ID = pick(tw, tw.ids...)
	}
	tw.ids = append(tw.ids, j.ID)
	j.Args = raw(fmt.Sprintf(`{"n": %d}`, tw.rng.IntN(1000)))
	if tw.chance(25) {
		j.Delay = time.Duration(tw.rng.IntN(10)-2) * time.Minute
	}
	if tw.f.Priority && tw.chance(40) {
		j.Priority = tw.rng.IntN(5) - 2
	}
	if tw.f.Unique && shared && tw.chance(30) {
		j.Unique = pick(tw, "u1", "u2", "u3")
	}
	if tw.f.Tags {
		j.Tags = some(tw, "red", "blue")
	}
	if tw.f.Keep && tw.chance(30) {
		j.Keep = pick(tw, time.Minute, time.Hour)
	}
	if tw.f.Tick && shared && tw.chance(15) {
		j.Tick = store.Tick{Schedule: pick(tw, "s1", "s2"), N: int64(tw.rng.IntN(12) + 1)}
	}
	return j
}

func (tw *twins) enqueue() error {
	var js []store.Job
	for range tw.rng.IntN(4) + 1 {
		js = append(js, tw.newJob(true))
	}
	if tw.chance(4) {
		js[tw.rng.IntN(len(js))].Kind = ""
	}
	what := "enqueue"
	for _, j := range js {
		what += fmt.Sprintf(" %s(%s/%s d%v p%d u%s t%v)", j.ID, j.Queue, j.Kind, j.Delay, j.Priority, j.Unique, j.Tick)
	}
	_, err := both(tw, what, func(_ int, st store.Store) ([]store.Enqueued, error) {
		return st.Enqueue(tw.t.Context(), js)
	}, func(got []store.Enqueued) string { return fmt.Sprint(got) })
	return err
}

func (tw *twins) claim() error {
	worker := pick(tw, twinWorkers...)
	if tw.chance(90) {
		if err := tw.introduce(worker); err != nil {
			return err
		}
	}
	req := store.ClaimRequest{
		Worker: worker, Max: tw.rng.IntN(6) + 1, Suspects: tw.rng.IntN(3),
		Token: store.Token(tw.rng.Uint64() | 1), Kinds: most(tw, twinKinds...),
	}
	for _, q := range most(tw, twinQueues...) {
		req.Queues = append(req.Queues, store.QueueWant{Name: q})
		if tw.f.Weights && tw.chance(50) {
			req.Queues[len(req.Queues)-1].Share = tw.rng.IntN(3)
		}
	}
	if tw.chance(50) {
		slices.Reverse(req.Queues)
	}
	what := fmt.Sprintf("claim %s max %d suspects %d %v %v", req.Worker, req.Max, req.Suspects, req.Queues, req.Kinds)
	got, err := both(tw, what, func(_ int, st store.Store) (store.ClaimReply, error) {
		req := req
		req.Queues, req.Kinds = slices.Clone(req.Queues), slices.Clone(req.Kinds) // a store may be wrong and change them
		return st.Claim(tw.t.Context(), req)
	}, showClaims)
	if err != nil {
		return err
	}
	for i, r := range got[0].Jobs {
		tw.claims = append(tw.claims, twinClaim{req.Worker, r.ID, [2]store.Token{r.Token, got[1].Jobs[i].Token}})
	}
	return nil
}

// showClaims is all of a claim that must be the same.
func showClaims(got store.ClaimReply) string {
	var b strings.Builder
	for _, r := range got.Jobs {
		fmt.Fprintf(&b, "%s %s %s %s a%d i%d r%d d%d c%s p%d;", r.ID, r.Kind, r.State, value(r.Args),
			r.Attempts, r.Interruptions, r.Releases, r.Deaths, value(r.Cursor), r.Priority)
	}
	wait := "none known"
	if got.Wait >= 0 {
		wait = (got.Wait + time.Minute/2).Truncate(time.Minute).String()
	}
	return fmt.Sprintf("[%s] wait %s", b.String(), wait)
}

// pass lets minutes pass, and then prunes: whether an id is known between the
// end of its ten minutes and Prune is open.
func (tw *twins) pass() error {
	d := time.Duration(tw.rng.IntN(15)+1) * time.Minute
	if tw.chance(10) {
		d = 25 * time.Hour
	}
	for i := range tw.sides {
		tw.sides[i].advance(d)
	}
	dead := pick(tw, 0, time.Hour)
	_, err := both(tw, fmt.Sprintf("advance %v, prune %v", d, dead), func(_ int, st store.Store) (int, error) {
		for {
			r, err := st.Prune(tw.t.Context(), store.PruneRequest{Dead: dead, Limit: 3})
			if err != nil || !r.More {
				return 0, err
			}
		}
	}, func(int) string { return "" })
	return err
}

func (tw *twins) move() error {
	req := store.MoveRequest{
		Filter: tw.selection(), Why: "by hand",
		To: pick(tw, store.Ready, store.Ready, store.Dead, store.Cancelled, store.Cancelled, store.Deleted),
	}
	if req.To == store.Ready {
		// Several ended jobs of one key would compete for it.
		if req.States = []store.State{store.Scheduled, store.Retry}; tw.chance(80) {
			req.Filter = store.Filter{IDs: []string{tw.idIn(store.Dead, store.Cancelled, store.Retry)}}
		}
	}
	_, err := both(tw, fmt.Sprintf("move %+v to %s", req.Filter, req.To), func(_ int, st store.Store) (int, error) {
		return st.Move(tw.t.Context(), req)
	}, func(n int) string { return fmt.Sprint(n) })
	return err
}

// selection draws a filter for a move, now and then an empty one.
func (tw *twins) selection() store.Filter {
	switch f := (store.Filter{}); {
	case tw.chance(4):
		return f
	case tw.chance(50):
		f.IDs = []string{tw.idIn(store.Running), tw.idIn(store.Ready, store.Scheduled, store.Retry)}
		return f
	default:
		f.States = []store.State{pick(tw, store.Ready, store.Retry, store.Dead, store.Running)}
		f.Queues, f.Kinds = some(tw, twinQueues...), some(tw, twinKinds...)
		return f
	}
}

// idIn is the id of a job in one of these states, or of none.
func (tw *twins) idIn(states ...store.State) string {
	page, err := tw.sides[1].handles[0].List(tw.t.Context(), store.ListRequest{Filter: store.Filter{States: states}})
	if err != nil || len(page.Jobs) == 0 {
		return "none"
	}
	return pick(tw, page.Jobs...).ID
}

func (tw *twins) pause() error {
	queues, on := some(tw, twinQueues...), tw.chance(30)
	_, err := both(tw, fmt.Sprintf("pause %v %v", queues, on), func(_ int, st store.Store) (int, error) {
		return 0, st.Pause(tw.t.Context(), queues, on)
	}, func(int) string { return "" })
	return err
}

func (tw *twins) signal() error {
	workers, what := some(tw, twinWorkers...), pick(tw, store.OrderQuiet, store.OrderDump)
	_, err := both(tw, fmt.Sprintf("signal %v %s", workers, what), func(_ int, st store.Store) (int, error) {
		return st.Signal(tw.t.Context(), workers, what)
	}, func(n int) string { return fmt.Sprint(n) })
	return err
}

// remember takes a snapshot of both sides.
func (tw *twins) remember() error {
	if tw.snapshotNow != nil {
		tw.log = append(tw.log, fmt.Sprintf("%3d snapshot", len(tw.log)))
		tw.snapshot = tw.snapshotNow()
	}
	return nil
}

// rollBack brings both sides back; what the client knows stays.
func (tw *twins) rollBack() error {
	if tw.snapshot == nil {
		return nil
	}
	tw.log = append(tw.log, fmt.Sprintf("%3d roll back", len(tw.log)))
	for i := range tw.sides {
		tw.sides[i].handles = []store.Store{tw.snapshot.restore[i]()}
	}
	tw.seen = maps.Clone(tw.snapshot.seen)
	return nil
}
