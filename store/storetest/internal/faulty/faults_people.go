package faulty

var peopleFaults = []fault{
	{"an empty filter moves everything", "Move/an empty filter moves nothing", []edit{{"admin.go",
		`if req.Filter.Empty() {`, `if false {`,
	}}},
	{"a move takes running jobs", "Move/a running job stays running when it is moved to dead or deleted", []edit{{"admin.go",
		`	if j.State == store.Running {
		return false
	}
	s.lift(j)`, `	s.lift(j)`,
	}}},
	{"a move to dead marks running jobs", "Move/a running job stays running when it is moved to dead or deleted", []edit{{"admin.go",
		`return req.To == store.Cancelled && s.markCancelling`, `return s.markCancelling`,
	}}},
	{"a revived job keeps its attempts", "Move/a dead or cancelled job starts anew without attempts and deaths", []edit{{"admin.go",
		`j.Attempts, j.Deaths, j.Why = 0, 0, ""`, `j.Deaths, j.Why = 0, ""`,
	}}},
	{"a revived job stays a suspect", "Move/a dead or cancelled job starts anew without attempts and deaths", []edit{{"admin.go",
		`j.Attempts, j.Deaths, j.Why = 0, 0, ""`, `j.Attempts, j.Why = 0, ""`,
	}}},
	{"a retry job loses its attempts by a move", "Move/a retry job keeps its attempts when it is moved to ready", []edit{{"admin.go",
		`	case store.Scheduled, store.Retry:
		s.lift(j)
	default:`, `	case store.Scheduled, store.Retry:
		s.lift(j)
		j.Attempts = 0
	default:`,
	}}},
	{"a job moved to ready waits on", "Move/a job moved to ready runs now", []edit{{"admin.go",
		`	s.wait(j, store.Ready, 0)
	s.noteMove`, `	j.State = store.Ready
	s.noteMove`,
	}}},
	{"a mark is lost when its job goes back", "Cancel/a marked job that would run again is cancelled instead", []edit{{"place.go",
		`if cancelling && !j.State.Ended() {`, `if false && cancelling {`,
	}}},
	{"a mark outlives its claim", "Cancel/a mark ends with its claim", []edit{{"place.go",
		`j.Worker, j.Token, j.Cancelling = "", 0, false`, `j.Worker, j.Token = "", 0`,
	}}},
	{"a mark brings a finished job to cancelled", "Cancel/a marked job may still be done or buried", []edit{{"place.go",
		`if cancelling && !j.State.Ended() {`, `if cancelling {`,
	}}},
	{"beats do not bring cancels", "Cancel/a running job that is cancelled is marked and its worker's next beat brings it", []edit{{"beat.go",
		`			reply.Cancelled = append(reply.Cancelled, c)
`, ``,
	}}},
	{"a page begins with the last job of the one before", "List/pages hold each job once, whatever their size", []edit{{"inspect.go",
		`j.seq >= after`, `j.seq > after`,
	}}},
	{"the oldest is listed first", "List/newest enqueued comes first, whatever happened since", []edit{{"inspect.go",
		`slices.Backward(s.candidates(&req.Filter))`, `slices.All(s.candidates(&req.Filter))`,
	}}},
	{"a page may have any size", "List/a page has at most 100 jobs by default and at most 1000", []edit{{"inspect.go",
		`limit := min(req.Limit, 1000)`, `limit := req.Limit`,
	}}},
	{"tags are joined by and", "List/selects by any of the tags", []edit{{"inspect.go",
		`slices.ContainsFunc(f.Tags, hasTag)`, `!slices.ContainsFunc(f.Tags, func(tag string) bool { return !hasTag(tag) })`,
	}}},
	{"a job that is due shows as scheduled", "List/a scheduled job that became due shows as ready", []edit{{"inspect.go",
		`	s.promoteAll()
	limit`, `	limit`,
	}}},
	{"failed attempts are not counted", "Stats/counts jobs done and attempts failed since the store was made", []edit{{"verbs.go",
		`	s.failed++
`, ``,
	}}},
	{"latency begins with the enqueue", "Stats/latency is how long the oldest ready job has been ready", []edit{{"inspect.go",
		`now.Sub(j.DueAt)`, `now.Sub(j.CreatedAt)`,
	}}},
	{"workers come in any order", "Beat/Workers come in name order, by pages", []edit{{"inspect.go",
		`strings.Compare(a.Name, b.Name)`, `strings.Compare(b.Name, a.Name)`,
	}}},
	{"a signal counts strangers", "Orders/Signal answers how many workers are known", []edit{{"admin.go",
		`	return known, nil`, `	return len(workers), nil`,
	}}},
	{"nobody is woken when a queue is let go", "Listen/wakes when a queue is let go", []edit{{"admin.go",
		`	if !on {
		s.ears.wake()
	}
`, ``,
	}}},
}
