package faulty

var scheduleFaults = []fault{
	{"a duplicate keeps its tick", "Unique/a Duplicate uses up its tick", []edit{{"enqueue.go",
		`		s.useUp(in.Tick)
`, ``,
	}}},
	{"a duplicate moves the last tick back", "Unique/a Duplicate whose tick has passed moves no tick back", []edit{{"enqueue.go",
		`		s.useUp(in.Tick)
`, `		s.ticks[in.Tick.Schedule] = in.Tick.N
`,
	}}},
	{"the first declare wins", "Schedules/the last Declare wins, and answers what was there before", []edit{{"schedule.go",
		`	case said.Spec != row.Spec:`, `	case said.Spec != row.Spec:
		return`,
	}}},
	{"a declare answers what is there after it", "Schedules/the last Declare wins, and answers what was there before", []edit{{"schedule.go",
		`		if row, ok := s.schedules.rows[all[i].Name]; ok {
			before[i] = s.schedule(row)
		}
		s.declare(&all[i])`, `		s.declare(&all[i])
		before[i] = s.schedule(s.schedules.rows[all[i].Name])`,
	}}},
	{"a declare lets a paused one go", "Schedules/a Declare leaves Paused, Last and DeclaredAt as they are", []edit{{"schedule.go",
		`	row.Job = copyJob(said.Job)`, `	row.Job, row.Paused = copyJob(said.Job), false`,
	}}},
	{"every declare writes", "Schedules/a Declare of what is there already writes nothing", []edit{{"schedule.go",
		`	case bytes.Equal(definition(said), definition(&row)):`, `	case bytes.Equal(nil, definition(&row)):`,
	}}},
	{"a bad schedule keeps only itself out", "Schedules/a bad schedule fails the whole Declare with ErrInvalid", []edit{{"schedule.go",
		`	if err := s.checkSchedules(all); err != nil || len(all) == 0 {`, `	if err := s.checkSchedules(all); err != nil && len(all) > 1 {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.declare(&all[0])
		return nil, err
	} else if err != nil || len(all) == 0 {`,
	}}},
	{"ticks raise the version", "Schedules/a tick raises no Version", []edit{{"enqueue.go",
		`	s.ticks[t.Schedule] = t.N
`, `	s.ticks[t.Schedule] = t.N
	if row, ok := s.schedules.rows[t.Schedule]; ok {
		s.schedules.put(row)
	}
`,
	}}},
	{"a switch raises no version", "Schedules/rows come in name order, those that changed after Since", []edit{{"schedule.go",
		`	row.Paused, row.ChangedAt = paused, s.now()
	s.schedules.put(row)`, `	row.Paused, row.ChangedAt = paused, s.now()
	s.schedules.rows[row.Name] = row`,
	}}},
	{"each row counts its own versions", "Schedules/a version is never given again, whatever is deleted", []edit{{"schedule.go",
		`	c.version++
	row.Version = c.version`, `	row.Version++
	c.version = max(c.version, row.Version)`,
	}}},
	{"a page ends too late", "Schedules/rows come by names and by pages", []edit{{"schedule.go",
		`reply.Schedules = reply.Schedules[:req.Limit]`, `reply.Schedules = reply.Schedules[:req.Limit+1]`,
	}}},
	{"no names are all names", "Schedules/rows come by names and by pages", []edit{{"schedule.go",
		`(req.Names == nil || only[name])`, `(len(req.Names) == 0 || only[name])`,
	}}},
	{"a switch counts those that are so already", "Schedules/a switch changes those that are there and not so already", []edit{{"schedule.go",
		`return !row.Paused && s.switchTo(row, true)`, `return s.switchTo(row, true)`,
	}}},
	{"a resume leaves From where it was", "Schedules/From moves with another Spec and with a resume, and with nothing else", []edit{{"schedule.go",
		`		row.From = s.now()
		return`, `		return`,
	}}},
	{"another job moves From", "Schedules/From moves with another Spec and with a resume, and with nothing else", []edit{{"schedule.go",
		`	case said.Spec != row.Spec:`, `	default:`,
	}}},
	{"a deleted schedule keeps its last tick", "Schedules/a deleted one is gone, counted, and its last tick forgotten", []edit{{"schedule.go",
		`		delete(s.ticks, row.Name)
`, ``,
	}}},
	{"deleting is not counted", "Schedules/a deleted one is gone, counted, and its last tick forgotten", []edit{{"schedule.go",
		`		s.schedules.deleted++
`, ``,
	}}},
	{"a row's arguments are shared", "Schedules/what was declared and answered may be changed", []edit{{"schedule.go",
		`	row.Job, row.Last = copyJob(row.Job), s.ticks[row.Name]`, `	row.Last = s.ticks[row.Name]`,
	}}},
	{"the oldest mark comes first", "Marks/the newest come first, at most as many as asked for", []edit{{"mark.go",
		`	slices.Reverse(marks)
`, ``,
	}}},
	{"marks are kept for ever", "Marks/100 marks are answered if nothing is asked, and the newest MaxMarks are kept", []edit{{"mark.go",
		`		s.marks = slices.Delete(s.marks, 0, old)
`, ``,
	}}},
	{"any label is taken", "Marks/a bad label or By is ErrInvalid and writes nothing", []edit{{"mark.go",
		`	if err := m.Check(); err != nil {`, `	if err := m.Check(); err != nil && m.Label == "" {`,
	}}},
	{"a mark has the caller's time", "Marks/a mark has its label, who made it and the store's time", []edit{{"mark.go",
		`	m.At = s.now()
`, ``,
	}}},
	{"a release counts the time after the last beat", "Release/answers how long each had run when the worker last beat", []edit{{"keeper.go",
		`w.BeatAt.Sub(j.ClaimedAt)`, `s.now().Sub(j.ClaimedAt)`,
	}}},
	{"a release says that every job has a cursor", "Release/answers which of its jobs have a cursor", []edit{{"keeper.go",
		`Cursor: j.Cursor != nil`, `Cursor: true`,
	}}},
}
