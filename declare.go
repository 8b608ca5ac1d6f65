package tasuki

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
)

// This file is where the scheduler's Config and the store's rows meet.

// declare writes the Config's schedules: the newest start wins.
func (s *scheduler) declare(ctx context.Context) error {
	for rest := s.list; len(rest) > 0; {
		n := min(len(rest), schedulesPage)
		rows := make([]store.Schedule, n)
		for i := range rows {
			rows[i] = rest[i].row(s.w.name)
		}
		before, err := s.st.Declare(ctx, rows)
		if err != nil {
			return fmt.Errorf("declare schedules: %w", err)
		}
		for i, was := range before {
			if what := differs(was, rows[i]); was.Version > 0 && what != nil {
				s.w.log.Info("schedule declared anew; the newest start wins",
					append(what, slog.String("schedule", was.Name), slog.String("declared_by", was.By))...)
			}
		}
		rest = rest[n:]
	}
	return nil
}

// differs names what is not the same in two definitions, as log attributes with
// both; nil if nothing is.
func differs(was, is store.Schedule) (attrs []any) {
	for _, d := range []struct{ name, was, is string }{
		{"times", was.Spec, is.Spec},
		{"missed", string(was.Missed), string(is.Missed)},
		{"jitter", was.Jitter.String(), is.Jitter.String()},
		{"job", jobText(was.Job), jobText(is.Job)},
	} {
		if d.was != d.is {
			attrs = append(attrs, slog.Group(d.name, slog.String("was", d.was), slog.String("is", d.is)))
		}
	}
	return attrs
}

// jobText is a schedule's job in a log line.
func jobText(j store.Job) string {
	queue := j.Queue
	if queue == "" {
		queue = store.DefaultQueue
	}
	text := fmt.Sprintf("%s/%s %s", queue, j.Kind, j.Args)
	j.Queue, j.Kind, j.Args = "", "", nil
	return store.Clean(fmt.Sprintf("%s %+v", text, j), 500)
}

// take makes a plan of a row, if this worker's Config has its name.
func (s *scheduler) take(row store.Schedule) {
	own := s.own[row.Name]
	if own == nil {
		return
	}
	p := s.plans[row.Name]
	if p == nil {
		p = &plan{pos: -1}
		s.plans[row.Name] = p
	}
	s.rest(p)
	news := p.row.Version != row.Version
	p.row = row
	var err error
	if p.at, err = readTiming(own, row.Spec); err != nil {
		p.next = time.Time{}
		if news {
			s.w.log.Warn("schedule has times that this version cannot read; it leaves them to the others",
				slog.String("schedule", row.Name), slog.String("times", row.Spec), slog.String("declared_by", row.By), slog.Any("error", err))
		}
		return
	}
	p.begin()
	s.tellFault(p)
	if news {
		s.tell(own, p)
	}
	s.wait(p)
}

// readTiming reads a row's times: this worker's own, or by its parser.
func readTiming(own *Schedule, spec string) (at Timing, err error) {
	if spec == own.At.String() {
		return own.At, nil
	}
	given := own.At
	if s, ok := given.(steady); ok {
		given = s.Timing
	}
	parser, ok := given.(interface{ Parse(string) (Timing, error) })
	if !ok {
		return nil, errors.New("its Timing has no Parse")
	}
	defer func() {
		if p := recover(); p != nil {
			at, err = nil, fmt.Errorf("parse panicked: %v", p)
		}
	}()
	return parser.Parse(spec)
}

// tellFault logs, once, that a schedule's Timing did what none may do.
func (s *scheduler) tellFault(p *plan) {
	if p.fault == nil || p.told {
		return
	}
	p.told = true
	s.w.log.Error("a schedule's Timing does not keep its word; its ticks may be left out (hint: Next must answer the first moment after the one it is given, always the same)",
		slog.String("schedule", p.row.Name), slog.String("times", p.row.Spec), slog.Any("error", p.fault))
}

// tell logs what a person may wonder about in a row.
func (s *scheduler) tell(own *Schedule, p *plan) {
	if what := differs(own.row(""), p.row); what != nil {
		s.w.log.Info("schedule is fired as another worker declared it",
			append(what, slog.String("schedule", own.Name), slog.String("declared_by", p.row.By))...)
	}
	if last := time.Unix(p.row.Last, 0); p.row.Last != 0 && last.Sub(s.now()) > inTime {
		s.w.log.Warn("schedule's last tick lies ahead of the store's clock; nothing is fired until then (hint: delete the schedule and start a worker)",
			slog.String("schedule", own.Name), slog.Time("last", last), slog.Time("clock", s.now()))
	}
}
