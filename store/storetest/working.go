package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// recent are up to n of the claims that a worker holds, and now and then one
// that is lost or somebody else's; no job twice.
func (tw *twins) recent(worker string, n int) []twinClaim {
	var found []twinClaim
	for _, c := range slices.Backward(tw.claims) {
		known := slices.ContainsFunc(found, func(f twinClaim) bool { return f.id == c.id })
		if len(found) == n || known {
			continue
		}
		percent := 3
		if c.worker == worker {
			percent = 15
		}
		if c.worker == worker && tw.held(c) {
			percent = 85
		}
		if !tw.chance(percent) {
			continue
		}
		if tw.chance(5) { // under a token that nobody made
			c.tokens[0]++
			c.tokens[1]++
		}
		found = append(found, c)
	}
	return found
}

// held says whether a claim is still one, as the reference store knows it.
func (tw *twins) held(c twinClaim) bool {
	page, err := tw.sides[1].handles[0].List(tw.t.Context(), store.ListRequest{Filter: store.Filter{IDs: []string{c.id}}})
	return err == nil && len(page.Jobs) == 1 && page.Jobs[0].State == store.Running && page.Jobs[0].Token == c.tokens[1]
}

// introduce beats for a worker that the reference store does not know.
func (tw *twins) introduce(name string) error {
	ws, err := tw.sides[1].handles[0].Workers(tw.t.Context(), store.WorkersRequest{})
	if err != nil || slices.ContainsFunc(ws, func(w store.Worker) bool { return w.Name == name }) {
		return err
	}
	tw.beats[name]++
	return tw.beatAt(name, tw.beats[name])
}

// on is the claim as one side knows it.
func (c *twinClaim) on(i int) store.Claim { return store.Claim{ID: c.id, Token: c.tokens[i]} }

func (tw *twins) settle() error {
	worker := pick(tw, twinWorkers...)
	claims := tw.recent(worker, tw.rng.IntN(4)+1)
	if len(claims) == 0 {
		return nil
	}
	tw.batches[worker]++
	var reqs [2]store.SettleRequest
	for i := range reqs {
		reqs[i] = store.SettleRequest{Worker: worker, Batch: tw.batches[worker]}
	}
	for _, c := range claims {
		o := tw.outcome(len(claims) == 1)
		for i := range reqs {
			o.Claim = c.on(i)
			reqs[i].Outcomes = append(reqs[i].Outcomes, o)
		}
	}
	tw.last[worker] = reqs
	return tw.send("settle", reqs)
}

// resend sends a worker's last batch once more.
func (tw *twins) resend() error {
	reqs, ok := tw.last[pick(tw, twinWorkers...)]
	if !ok {
		return nil
	}
	return tw.send("resend", reqs)
}

func (tw *twins) send(what string, reqs [2]store.SettleRequest) error {
	what += fmt.Sprintf(" %s batch %d:", reqs[1].Worker, reqs[1].Batch)
	for _, o := range reqs[1].Outcomes {
		what += fmt.Sprintf(" %s %s(d%v c%s back %v", o.Verb, o.ID, o.Delay, o.Cursor, o.Back)
		for _, j := range o.Enqueue {
			what += fmt.Sprintf(" then %s(%s/%s d%v u%s)", j.ID, j.Queue, j.Kind, j.Delay, j.Unique)
		}
		what += ")"
	}
	_, err := both(tw, what, func(i int, st store.Store) (store.SettleReply, error) {
		return st.Settle(tw.t.Context(), reqs[i])
	}, showResults)
	return err
}

func showResults(got store.SettleReply) string {
	var what []string
	for _, r := range got.Results {
		what = append(what, string(r.What))
		if r.Err != nil {
			what = append(what, sentinel(r.Err))
		}
	}
	return strings.Join(what, " ")
}

// outcome draws what became of a claim. Alone says that it is the only one of
// its batch, so that nothing else of the batch competes with it: who of one
// batch comes to the back last, or to a key first, is open.
func (tw *twins) outcome(alone bool) store.Outcome {
	verbs := []store.Verb{
		store.Finish, store.Finish, store.Fail, store.Bury, store.Snooze, store.HandOver, store.HandOver,
		store.Return, store.Cancel,
	}
	o := store.Outcome{Verb: pick(tw, verbs...), Why: fmt.Sprintf("why %d", tw.rng.IntN(100))}
	if tw.chance(30) {
		o.Delay = time.Duration(tw.rng.IntN(8)) * time.Minute
	}
	if tw.f.Cursor && tw.chance(40) {
		o.Cursor = raw(fmt.Sprintf(`[%d]`, tw.rng.IntN(100)))
		o.Progress = &store.Progress{Done: tw.rng.Int64N(100), Total: 100, Note: "n"}
	}
	switch o.Verb {
	case store.Finish:
		o.Result = raw(fmt.Sprintf(`{"r":%d}`, tw.rng.IntN(100)))
	case store.Fail, store.Bury:
		o.Failure = &store.Failure{Class: "E", Message: fmt.Sprintf("m %d", tw.rng.IntN(100)), Stack: "s"}
	case store.HandOver:
		o.Back = alone && tw.chance(50)
	}
	if tw.f.Then && !o.Back && tw.chance(20) {
		o.Enqueue = []store.Job{tw.newJob(alone), tw.newJob(alone)}
	}
	if tw.chance(4) {
		o.Verb = "teleport"
	}
	if len(o.Enqueue) > 0 && tw.chance(10) {
		o.Enqueue[1].Kind = ""
	}
	return o
}

func (tw *twins) save() error {
	worker := pick(tw, twinWorkers...)
	claims := tw.recent(worker, 3)
	if len(claims) == 0 || !tw.f.Cursor {
		return nil
	}
	reqs := [2]store.SettleRequest{{Worker: worker}, {Worker: worker}}
	for _, c := range claims {
		o := saved(store.Claim{}, uint64(tw.rng.IntN(6)+1), fmt.Sprint(tw.rng.IntN(100)))
		for i := range reqs {
			o.Claim = c.on(i)
			reqs[i].Outcomes = append(reqs[i].Outcomes, o)
		}
	}
	return tw.send("save", reqs)
}

func (tw *twins) beat() error {
	name := pick(tw, twinWorkers...)
	tw.beats[name]++
	return tw.beatAt(name, tw.beats[name])
}

// lateBeat sends a number that was sent before.
func (tw *twins) lateBeat() error {
	name := pick(tw, twinWorkers...)
	if tw.beats[name] == 0 {
		return nil
	}
	return tw.beatAt(name, tw.beats[name]-uint64(tw.rng.IntN(2)))
}

func (tw *twins) beatAt(name string, number uint64) error {
	w := store.Worker{
		Name: name, Beat: number, Slots: tw.rng.IntN(9), Tag: pick(tw, "", "blue"),
		State:  pick(tw, store.Working, store.Working, store.Quiet, store.Stopping, store.Leaving),
		Queues: some(tw, twinQueues...), Kinds: some(tw, twinKinds...),
	}
	claims := tw.recent(name, 12)
	confirms := tw.chance(60)
	got, err := both(tw, fmt.Sprintf("beat %d of %s, %s, names %v", number, name, w.State, claims),
		func(i int, st store.Store) (store.BeatReply, error) {
			req := store.BeatRequest{Worker: w}
			for _, c := range claims {
				req.Claims = append(req.Claims, c.on(i))
			}
			if confirms {
				req.OrdersSeen = tw.seen[name][i]
			}
			return st.Beat(tw.t.Context(), req)
		}, showBeat)
	if err != nil {
		return err
	}
	seen := tw.seen[name]
	for i := range got {
		if n := len(got[i].Orders); n > 0 {
			seen[i] = got[i].Orders[n-1].N
		}
	}
	tw.seen[name] = seen
	return nil
}

// showBeat is all of a beat's reply but the tokens and the numbers of orders.
func showBeat(got store.BeatReply) string {
	names := func(cs []store.Claim) []string {
		var ids []string
		for _, c := range cs {
			ids = append(ids, c.ID)
		}
		slices.Sort(ids)
		return ids
	}
	var orders []store.OrderKind
	for _, o := range got.Orders {
		orders = append(orders, o.What)
	}
	return fmt.Sprintf("stale %v lost %v cancelled %v returned %d orders %v",
		got.Stale, names(got.Lost), names(got.Cancelled), got.Returned, orders)
}

func (tw *twins) release() error {
	name := pick(tw, twinWorkers...)
	req := store.ReleaseRequest{Worker: name, Beat: tw.beats[name], Why: "released: gone", MaxDeaths: tw.rng.IntN(4)}
	if tw.chance(15) {
		req.Beat--
	}
	got, err := both(tw, fmt.Sprintf("release %s at %d, max %d", name, req.Beat, req.MaxDeaths),
		func(_ int, st store.Store) (all store.ReleaseReply, err error) {
			for all.Left = 1; all.Left > 0 && err == nil; {
				var r store.ReleaseReply
				r, err = st.Release(tw.t.Context(), req)
				all.Released, all.Left, all.Jobs = r.Released, r.Left, append(all.Jobs, r.Jobs...)
			}
			return all, err
		},
		func(got store.ReleaseReply) string {
			slices.SortFunc(got.Jobs, func(a, b store.Released) int { return strings.Compare(a.ID, b.ID) })
			for i := range got.Jobs {
				got.Jobs[i].Ran = (got.Jobs[i].Ran + time.Minute/4).Truncate(time.Minute) // see since
			}
			return fmt.Sprintf("%+v", got)
		})
	if got[1].Released {
		delete(tw.last, name) // a resend may answer Lost or not
	}
	return err
}
