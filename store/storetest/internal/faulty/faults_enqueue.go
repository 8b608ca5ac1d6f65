package faulty

var enqueueFaults = []fault{
	{"enqueue keeps the jobs before a bad one", "Enqueue/puts all jobs into the store or none", []edit{{"enqueue.go",
		`if err := s.checkJobs(jobs); err != nil {`,
		`if err := s.checkJobs(jobs); err != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.admitAll(jobs[:1])`,
	}}},
	{"payloads are not limited", "Enqueue/takes arguments up to its limit and not a byte more", []edit{{"features.go",
		`jobs[i].Check(s.features.MaxPayload)`, `jobs[i].Check(1 << 30)`,
	}}},
	{"ids are forgotten with their jobs", "Enqueue/an id is Known for 10 minutes after its job was done", []edit{{"roll.go",
		`s.remembered[j.ID] = true`, ``,
	}}},
	{"ids of deleted jobs are forgotten", "Enqueue/an id is Known for 10 minutes after its job was deleted", []edit{{"roll.go",
		`s.remembered[j.ID] = true`, `s.remembered[j.ID] = j.State == "done"`,
	}}},
	{"ids are remembered for five minutes", "Enqueue/an id is Known for 10 minutes after its job was done", []edit{{"keeper.go",
		`> store.Remember`, `> store.Remember/2`,
	}}},
	{"ids are never forgotten", "Enqueue/an id is forgotten by Prune when 10 minutes are over", []edit{{"keeper.go",
		`> store.Remember`, `> 1000*store.Remember`,
	}}},
	{"ids of kept jobs are not remembered when they leave", "Keep/the id of a kept job is remembered from when its record leaves", []edit{{"keeper.go",
		`	s.drop(j)
	return true`,
		`	s.drop(j)
	delete(s.remembered, j.ID)
	return true`,
	}}},
	{"a tick may fire twice", "Enqueue/a tick that is not after its schedule's last one is Passed", []edit{{"enqueue.go",
		`t.N <= last`, `t.N < last`,
	}}},
	{"all schedules share one last tick", "Enqueue/a tick that is not after its schedule's last one is Passed", []edit{{"enqueue.go",
		`last, ok := s.ticks[t.Schedule]`, `last, ok := s.ticks[""]`,
	}, {"enqueue.go", `s.ticks[t.Schedule] = t.N`, `s.ticks[""] = t.N`}}},
	{"delays are added to the caller's clock", "Enqueue/delays are added by the store's clock", []edit{{"place.go",
		`j.DueAt, j.place = s.now(), j.seq`, `j.DueAt, j.place = time.Now(), j.seq`,
	}}},
	{"arguments are shared with the caller", "Data/what a request was made of may change afterwards", []edit{{"enqueue.go",
		`slices.Clone(in.Args), slices.Clone(in.Tags)`, `in.Args, slices.Clone(in.Tags)`,
	}}},
	{"answers share the store's arguments", "Data/what List and Workers answered may be changed", []edit{{"job.go",
		`	r.Args = slices.Clone(r.Args)
`, ``,
	}}},
	{"arguments are written anew", "Data/arguments keep their value, every digit and name of it", []edit{{"enqueue.go",
		`slices.Clone(in.Args), slices.Clone(in.Tags)`, `rewrite(in.Args), slices.Clone(in.Tags)`,
	}, {"enqueue.go", `import (`, `import (
	"encoding/json"`,
	}, {"enqueue.go", `// admitAll admits`, `func rewrite(text json.RawMessage) json.RawMessage {
	var v any
	json.Unmarshal(text, &v)
	text, _ = json.Marshal(v)
	return text
}

// admitAll admits`}}},
}

// stillTaken is appended to an end that is to forget the unique key.
const stillTaken = `
		if j.Unique != "" {
			s.unique[j.Unique] = j
		}`

var uniqueFaults = []fault{
	{"finish keeps the key", "Unique/Finish frees the key", []edit{{"verbs.go",
		`		s.finish(j)`, `		s.finish(j)` + stillTaken,
	}}},
	{"finish of a kept job keeps the key", "Unique/Finish frees the key of a job that is kept", []edit{{"roll.go",
		`	j.keepUntil = j.EndedAt.Add(keep)`, `	j.keepUntil = j.EndedAt.Add(keep)` + stillTaken,
	}}},
	{"bury keeps the key", "Unique/Bury frees the key", []edit{{"verbs.go",
		`		s.end(j, store.Dead, o.Why)`, `		s.end(j, store.Dead, o.Why)` + stillTaken,
	}}},
	{"cancel keeps the key", "Unique/Cancel frees the key", []edit{{"verbs.go",
		`		s.end(j, store.Cancelled, why)`, `		s.end(j, store.Cancelled, why)` + stillTaken,
	}}},
	{"a move to dead keeps the key", "Unique/Move to dead frees the key", []edit{{"admin.go",
		`		s.end(j, req.To, req.Why)`, `		s.end(j, req.To, req.Why)
		if j.Unique != "" && req.To == store.Dead {
			s.unique[j.Unique] = j
		}`,
	}}},
	{"a move to cancelled keeps the key", "Unique/Move to cancelled frees the key", []edit{{"admin.go",
		`		s.end(j, req.To, req.Why)`, `		s.end(j, req.To, req.Why)
		if j.Unique != "" && req.To == store.Cancelled {
			s.unique[j.Unique] = j
		}`,
	}}},
	{"a move to deleted keeps the key", "Unique/Move to deleted frees the key", []edit{{"admin.go",
		`	s.drop(j)`, `	s.drop(j)` + stillTaken,
	}}},
	{"a deadly release keeps the key", "Unique/a release that makes the job dead frees the key", []edit{{"keeper.go",
		`j.Deaths, req.Why))`, `j.Deaths, req.Why))` + stillTaken,
	}}},
	{"a cancel instead of going back keeps the key", "Unique/a hand-over that makes the job cancelled frees the key", []edit{{"place.go",
		`		s.end(j, store.Cancelled, "")`, `		s.end(j, store.Cancelled, "")` + stillTaken,
	}}},
	{"deleting an ended job frees its successor's key", "Unique/deleting an ended job leaves the key with its new holder", []edit{{"place.go",
		`j.Unique != "" && s.unique[j.Unique] == j`, `j.Unique != ""`,
	}}},
	{"a duplicate is answered with its own id", "Unique/a key that is held makes a Duplicate that names the holder", []edit{{"enqueue.go",
		`ID: holder.ID`, `ID: in.ID`,
	}}},
	{"a successor cannot take the key", "Unique/a successor may take the key that its job frees", []edit{{"verbs.go",
		`	s.admitAll(o.Enqueue)
	s.ears.wake()`, `	s.ears.wake()`,
	}, {"verbs.go",
		`	s.stand(j, o)
	s.lift(j)`, `	s.stand(j, o)
	s.admitAll(o.Enqueue)
	s.lift(j)`,
	}}},
	{"a move to ready takes a key that is held", "Unique/Move to ready leaves the job where it is if another holds the key", []edit{{"admin.go",
		`j.Unique != "" && s.unique[j.Unique] != nil`, `false`,
	}}},
	{"a move to ready does not take the key", "Unique/Move to ready takes the key again", []edit{{"admin.go",
		`		s.unique[j.Unique] = j`, ``,
	}}},
}
