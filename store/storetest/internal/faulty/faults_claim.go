package faulty

var claimFaults = []fault{
	{"higher priority comes first", "Claim/lower priority comes first", []edit{{"job.go",
		`a.Priority < b.Priority`, `a.Priority > b.Priority`,
	}}},
	{"the front goes before priority", "Claim/priority comes before the front of the queue", []edit{{"job.go",
		`	case a.Priority != b.Priority:`, `	case a.Priority != b.Priority && a.front == b.front:`,
	}}},
	{"the front is no front", "Claim/what went back to the front comes before what is due longer", []edit{{"job.go",
		`	case a.front != b.front:`, `	case false:`,
	}}},
	{"jobs come as enqueued whenever they are due", "Claim/what became due earlier comes first", []edit{{"job.go",
		`	case !a.DueAt.Equal(b.DueAt):`, `	case false:`,
	}}},
	{"the newest comes first", "Claim/jobs of one moment come as enqueued", []edit{{"job.go",
		`	return a.place < b.place
}

func dueBefore`, `	return a.place > b.place
}

func dueBefore`,
	}}},
	{"the suspects' limit is ignored", "Claim/a suspect is taken only within Suspects", []edit{{"claim.go",
		` && c.suspects > 0`, ``,
	}}},
	{"the suspects' limit is one queue's", "Claim/the suspects of all queues count together", []edit{{"claim.go",
		`	lanes := c.lanes(queue)
	for range n {`, `	lanes := c.lanes(queue)
	c.suspects = c.req.Suspects
	for range n {`,
	}}},
	{"the kinds are ignored", "Claim/takes only kinds that the worker knows", []edit{{"claim.go",
		`for _, kind := range c.req.Kinds {`, `for key := range c.store.lanes {
		kind := key.kind`,
	}}},
	{"no kinds are all kinds", "Claim/takes nothing without kinds", []edit{{"claim.go",
		`	var lanes []lane`, `	var lanes []lane
	if len(c.req.Kinds) == 0 {
		for key, l := range c.store.lanes {
			if key.queue == queue {
				lanes = append(lanes, l)
			}
		}
	}`,
	}}},
	{"a pause is ignored", "Queues/a paused queue gives nothing until it is let go", []edit{{"claim.go",
		`if c.store.paused[queue] {`, `if false {`,
	}}},
	{"a pause lasts for ever", "Queues/a paused queue gives nothing until it is let go", []edit{{"admin.go",
		`delete(s.paused, q)`, ``,
	}}},
	{"newer formats are taken", "Claim/a record of a newer format is left alone and stays visible", []edit{{"place.go",
		`j.Format > store.Format}`, `false}`,
	}}},
	{"shares are ignored", "Queues/each queue gives up to its share, then what it has", []edit{{"claim.go",
		`min(q.Share, c.left())`, `0`,
	}}},
	{"what shares leave is not given", "Queues/each queue gives up to its share, then what it has", []edit{{"claim.go",
		`		c.take(q.Name, c.left())`, `		c.take(q.Name, min(c.left(), q.Share))`,
	}}},
	{"queues come by name", "Queues/without shares the queues come in strict order", []edit{{"claim.go",
		`func (c *claiming) run() {`, `func (c *claiming) run() {
	slices.SortFunc(c.req.Queues, func(a, b store.QueueWant) int { return strings.Compare(a.Name, b.Name) })`,
	}, {"claim.go", `	"fmt"
`, `	"fmt"
	"slices"
	"strings"
`}}},
	{"the queues of a request are sorted", "Data/requests are not changed", []edit{{"claim.go",
		`	c.run()`, `	c.run()
	slices.SortFunc(req.Queues, func(a, b store.QueueWant) int { return strings.Compare(a.Name, b.Name) })`,
	}, {"claim.go", `	"fmt"
`, `	"fmt"
	"slices"
	"strings"
`}}},
	{"one more than Max is taken", "Claim/takes no more than Max", []edit{{"claim.go",
		`return c.req.Max - len(c.taken)`, `return c.req.Max + 1 - len(c.taken)`,
	}}},
	{"strangers are let in", "Claim/a worker that was never seen gets ErrUnknownWorker and nothing", []edit{{"claim.go",
		`	if w == nil {`, `	if w == nil {
		w = &worker{held: map[string]*job{}}
		w.Name = req.Worker
		s.workers[req.Worker] = w
	}
	if false {`,
	}}},
	{"a claimed job stays to be claimed", "Claim/no two claims answer the same job", []edit{{"claim.go",
		`	c.taken = append(c.taken, j.claimed())`, `	c.taken = append(c.taken, j.claimed())
	if len(c.taken) == c.req.Max {
		c.store.lift(j)
		j.State = store.Ready
		c.store.put(j)
	}`,
	}}},
	{"a claim looks first and takes later", "Together/many claimers take each job once and lose none", []edit{{"claim.go",
		`		c.claim(j)
`, `		c.store.mu.Unlock()
		time.Sleep(100 * time.Microsecond)
		c.store.mu.Lock()
		if j.State != store.Ready {
			c.taken = append(c.taken, j.claimed())
			continue
		}
		c.claim(j)
`,
	}}},
	{"a job has one token for ever", "Fences/a claim that the same worker made anew is Lost under its old token", []edit{{"claim.go",
		`c.worker.Name, c.req.Token`, `c.worker.Name, store.Token(7*j.seq+7)`,
	}}},
	{"tokens are counted by the store", "Faults/a claim from before a rollback is Lost when the same worker has the job anew", []edit{{"claim.go",
		`c.worker.Name, c.req.Token`, `c.worker.Name, store.Token(c.store.roll.next())`,
	}}},
	{"a retry is due at once", "Verbs/Fail counts one attempt and makes the job retry after its delay", []edit{{"place.go",
		`	if delay > 0 {`, `	if delay > 0 && until != store.Retry {`,
	}}},
	{"delays never end", "Enqueue/a delay makes the job scheduled until it is over", []edit{{"place.go",
		`j == nil || j.DueAt.After(now)`, `true || j == nil || j.DueAt.After(now)`,
	}}},
	{"wait looks at other kinds", "Claim/Wait is how long until the next job is due", []edit{{"claim.go",
		`		for _, l := range lanes {
			if j`, `		for _, l := range c.store.lanes {
			if j`,
	}}},
	{"wait does not see what is left", "Claim/Wait is 0 beside jobs while more are due", []edit{{"claim.go",
		`if c.first(lanes) != nil && len(c.taken) > 0 {`, `if false {`,
	}}},
	{"wait is 0 for suspects that may not be taken", "Claim/Wait is not 0 for suspects that may not be taken", []edit{{"claim.go",
		`if c.first(lanes) != nil && len(c.taken) > 0 {`, `if c.suspects++; c.first(lanes) != nil {`,
	}}},
}
