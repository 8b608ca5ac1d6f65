package faulty

var settleFaults = []fault{
	{"the token is not checked", "Fences/a wrong token is Lost and changes nothing", []edit{{"job.go",
		` && j.Token == c.Token`, ``,
	}}},
	{"the owner is not checked", "Fences/a wrong owner is Lost and changes nothing", []edit{{"job.go",
		` && j.Worker == worker`, ``,
	}}},
	{"the fence is checked first and the outcome written later", "Together/workers that are released while they work finish each job once", []edit{{"settle.go",
		`	if err := s.checkOutcome(o); err != nil {`, `	s.mu.Unlock()
	time.Sleep(100 * time.Microsecond)
	s.mu.Lock()
	if j.gone {
		return store.Result{What: store.Applied}
	}
	if err := s.checkOutcome(o); err != nil {`,
	}, {"settle.go", `	"fmt"
`, `	"fmt"
	"time"
`}}},
	{"half a batch is applied", "Settle/a thousand outcomes are one batch", []edit{{"settle.go",
		`	for i := range req.Outcomes {
		results[i] = s.settle(req.Worker, &req.Outcomes[i])
	}`, `	for i := range req.Outcomes {
		results[i].What = store.Applied
		if i <= len(req.Outcomes)/2 {
			results[i] = s.settle(req.Worker, &req.Outcomes[i])
		}
	}`,
	}}},
	{"a refused outcome ends its batch", "Settle/one outcome's fate does not touch the others'", []edit{{"settle.go",
		`		results[i] = s.settle(req.Worker, &req.Outcomes[i])`, `		results[i] = s.settle(req.Worker, &req.Outcomes[i])
		if results[i].What == store.Refused {
			break
		}`,
	}}},
	{"a batch sent again is judged anew", "Settle/a batch sent again writes nothing and answers Already", []edit{{"settle.go",
		`req.Batch == w.batch {`, `false {`,
	}}},
	{"a batch sent again says Applied", "Settle/a batch sent again writes nothing and answers Already", []edit{{"settle.go",
		`= store.Already`, `= store.Applied`,
	}}},
	{"a batch sent again says Already of all", "Settle/what was Lost or Refused is so again when the batch is", []edit{{"settle.go",
		`if results[i].What == store.Applied {`, `if true {`,
	}}},
	{"batches of all workers share one number", "Settle/each worker's batches have their own numbers", []edit{{"settle.go",
		`	if w != nil && req.Batch > 0`, `	for _, other := range s.workers {
		if w != nil && other.batch == req.Batch {
			w = other
		}
	}
	if w != nil && req.Batch > 0`,
	}}},
	{"batch 0 takes every verb", "Settle/batch 0 may hold nothing but Save", []edit{{"settle.go",
		`if o.Verb != store.Save {`, `if false {`,
	}}},
	{"batch 0 clears the number", "Settle/batch 0 is not numbered", []edit{{"settle.go",
		`if w != nil && req.Batch > w.batch {`, `if w != nil {`,
	}}},
	{"an empty batch uses up its number", "Settle/no outcomes are no error and use up no number", []edit{{"settle.go",
		`err != nil || len(req.Outcomes) == 0 {`, `err != nil {`,
	}}},
	{"a refused outcome lets its claim go", "Settle/a cursor over the limit is Refused and the claim is held", []edit{{"settle.go",
		`	if err := s.checkOutcome(o); err != nil {`, `	if err := s.checkOutcome(o); err != nil {
		s.lift(j)
		j.State = store.Ready
		s.unclaim(j)
		s.put(j)`,
	}}},
	{"a refused outcome enqueues its good jobs", "Settle/a job in Enqueue that Check refuses makes the outcome Refused, all of it", []edit{{"settle.go",
		`	if err := s.checkOutcome(o); err != nil {`, `	if err := s.checkOutcome(o); err != nil {
		for i := range o.Enqueue {
			if s.checkJobs(o.Enqueue[i:i+1]) == nil {
				s.admit(&o.Enqueue[i])
			}
		}`,
	}}},
	{"cursors are not limited", "Settle/a cursor over the limit is Refused and the claim is held", []edit{{"settle.go",
		`checkJSON("Cursor", o.Cursor, f.MaxPayload)`, `checkJSON("Cursor", o.Cursor, 1<<30)`,
	}}},
	{"the jobs to enqueue are lost", "Then/every verb enqueues its jobs in the same write", []edit{{"verbs.go",
		`	s.admitAll(o.Enqueue)
	s.ears.wake()`, `	s.ears.wake()`,
	}}},
	{"the jobs to enqueue are lost on hand-over", "Then/every verb enqueues its jobs in the same write", []edit{{"verbs.go",
		`	s.admitAll(o.Enqueue)
	s.ears.wake()`, `	if o.Verb != store.HandOver {
		s.admitAll(o.Enqueue)
	}
	s.ears.wake()`,
	}}},
	{"a lost outcome enqueues", "Then/a Lost outcome enqueues nothing", []edit{{"settle.go",
		`		return store.Result{What: store.Lost}`, `		s.admitAll(o.Enqueue)
		return store.Result{What: store.Lost}`,
	}}},
	{"nobody is woken by outcomes", "Listen/wakes when a job goes back", []edit{{"verbs.go",
		`	s.admitAll(o.Enqueue)
	s.ears.wake()`, `	s.admitAll(o.Enqueue)`,
	}}},
	{"results are shared with the caller", "Data/what Settle answered may be changed", []edit{{"settle.go",
		`w.batch, w.results = req.Batch, slices.Clone(results)`, `w.batch, w.results = req.Batch, results`,
	}}},
}

var verbFaults = []fault{
	{"hand-over goes to the back", "Verbs/HandOver makes the job ready at the front and counts one interruption", []edit{{"verbs.go",
		`if j.front = !o.Back; o.Back {`, `if j.front = false; true {`,
	}}},
	{"hand-over to the back goes to the front", "Verbs/HandOver to the back makes the job the last of its queue", []edit{{"verbs.go",
		`if j.front = !o.Back; o.Back {`, `if j.front = true; o.Back {`,
	}}},
	{"hand-over counts an attempt", "Verbs/HandOver makes the job ready at the front and counts one interruption", []edit{{"verbs.go",
		`		j.Interruptions++`, `		j.Interruptions++
		j.Attempts++`,
	}}},
	{"snooze counts an attempt", "Verbs/Snooze makes the job scheduled and counts nothing", []edit{{"verbs.go",
		`		s.wait(j, store.Scheduled, o.Delay)`, `		s.wait(j, store.Scheduled, o.Delay)
		j.Attempts++`,
	}}},
	{"bury counts no attempt", "Verbs/Bury counts one attempt and makes the job dead with its why", []edit{{"verbs.go",
		`		s.fail(j, o)
		s.end(`, `		j.Failure = s.failure(o.Failure)
		s.end(`,
	}}},
	{"a place at the front is for ever", "Verbs/a place at the front is given up by the next run", []edit{{"place.go",
		`j.State, j.front = store.Ready, false`, `j.State = store.Ready`,
	}}},
	{"return goes to the front", "Verbs/Return puts the job to its old place", []edit{{"verbs.go",
		`		j.State = store.Ready`, `		j.State, j.front, j.DueAt = store.Ready, true, s.now()
		j.place = s.roll.next()`,
	}}},
	{"return writes into the journal", "Journal/Save and Return add nothing", []edit{{"verbs.go",
		`if o.Verb != store.Return && (o.Verb`, `if (o.Verb`,
	}}},
	{"the cursor is not written with the hand-over", "Verbs/every ending verb writes its cursor in the same write", []edit{{"verbs.go",
		`	s.stand(j, o)
	s.lift(j)`, `	if o.Verb != store.HandOver {
		s.stand(j, o)
	}
	s.lift(j)`,
	}}},
	{"a missing cursor clears the old one", "Verbs/an outcome without a cursor leaves the one that is there", []edit{{"verbs.go",
		`if o.Cursor != nil && `, `if `,
	}}},
	{"an old save overwrites a newer one", "Verbs/a save that came late is Applied and changes nothing", []edit{{"verbs.go",
		`	if j.newer(o.Seq) {
		return
	}
`, ``,
	}}},
	{"an outcome's cursor overwrites a newer one", "Verbs/an outcome's cursor is left out if a newer one was saved, and nothing else of it", []edit{{"verbs.go",
		` && (o.Seq == 0 || !j.newer(o.Seq)) {`, ` {`,
	}}},
	{"an outcome's cursor is left out once there was a save", "Verbs/an outcome's cursor is written if it is newer than what was saved, or not numbered", []edit{{"verbs.go",
		`(o.Seq == 0 || !j.newer(o.Seq))`, `!j.saves`,
	}}},
	{"saves of an earlier claim count", "Verbs/saves of a new claim count from the start", []edit{{"claim.go",
		`j.ClaimedAt, j.claimBeat, j.saves = c.now, c.worker.Beat, false`, `j.ClaimedAt, j.claimBeat = c.now, c.worker.Beat`,
	}}},
	{"outcomes leave the deaths", "Verbs/every verb but Save and Return clears the deaths", []edit{{"verbs.go",
		`	if o.Verb != store.Return {
		j.Deaths = 0`, `	if o.Verb == store.Finish {
		j.Deaths = 0`,
	}}},
	{"return clears the deaths", "Verbs/Return and Save leave the deaths", []edit{{"verbs.go",
		`	if o.Verb != store.Return {
		j.Deaths = 0`, `	if true {
		j.Deaths = 0`,
	}}},
	{"texts are kept as they are", "Data/odd texts of an outcome are kept clean and hold up nobody", []edit{{"job.go",
		`return store.Clean(text, store.MaxMessage)`, `return text`,
	}}},
	{"failures are not kept", "Verbs/Fail keeps the failure and the store's time of it", []edit{{"verbs.go",
		`j.Failure = s.failure(o.Failure)`, `j.Failure = nil`,
	}}},
}
