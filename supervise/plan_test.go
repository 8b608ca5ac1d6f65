package supervise

import (
	"syscall"
	"testing"
	"time"
)

// planned is a plan of three workers of ours that work and have jobs.
func planned(t *testing.T, change func(*Config)) *model {
	t.Helper()
	cfg := Config{Worker: Worker{Command: []string{"w"}, Kind: Tasuki}, Workers: 3, Dir: "/d"}
	if change != nil {
		change(&cfg)
	}
	m := newModel(t, 1)
	var err error
	if m.cfg, err = cfg.complete(); err != nil {
		t.Fatal(err)
	}
	m.p, m.most, m.tight = newPlan(&m.cfg), 0, false
	m.p.room = m.room
	m.limit()
	m.settle()
	for _, x := range m.sims {
		x.boots, x.deaf = m.now, false
	}
	m.pass(time.Second)
	for _, x := range m.sims {
		x.busy = true
	}
	m.pass(time.Second)
	return m
}

// going counts the workers that were told to take no more jobs.
func (m *model) going() (n int) {
	for _, x := range m.sims {
		if x.quiet || x.stopped {
			n++
		}
	}
	return n
}

func TestWhereOldWorkersEndFirstOneSlotTriesTheNewVersion(t *testing.T) {
	for name, begin := range map[string]func(m *model){
		"stop first":        func(m *model) { m.p.begin(m.now, true) },
		"too little memory": func(m *model) { m.tight = true; m.p.begin(m.now, false) },
	} {
		t.Run(name, func(t *testing.T) {
			m := planned(t, nil)
			begin(m)
			m.pass(time.Minute)
			if n := m.going(); n != 1 {
				t.Errorf("%d of three busy workers were told to go before anything was tried", n)
			}
			for _, x := range m.sims {
				x.busy = x.busy && !x.quiet
			}
			m.pass(30 * time.Second) // the first ends, the next is ready, and the others may go
			if n := m.going(); n != 2 {
				t.Errorf("%d workers were told to go after the new version had shown that it works", n)
			}
		})
	}
}

// further is a restart whose old workers all go on with their jobs, and another one behind it.
func further(t *testing.T, change func(*Config)) *model {
	t.Helper()
	m := planned(t, change)
	m.p.begin(m.now, false)
	m.pass(2 * time.Minute)
	if len(m.sims) != 6 || m.going() != 3 || m.p.restart.underWay() {
		t.Fatalf("%d workers, %d of them go", len(m.sims), m.going())
	}
	m.bad = dies
	m.p.begin(m.now, false)
	return m
}

func TestAFurtherVersionIsTriedBesideOldWorkersThatStillHaveJobs(t *testing.T) {
	m := further(t, nil)
	m.pass(time.Minute)
	if m.p.restart.underWay() || m.p.restart.err == nil {
		t.Errorf("the restart has not failed: %+v, %s", m.p.restart, m.p.waits)
	}
	if n := m.going(); n != 3 || len(m.sims) != 6 {
		t.Errorf("%d of %d workers go, want the old three alone", n, len(m.sims))
	}
}

func TestAFurtherVersionThatCannotBeTriedBesideOthersEndsNoneOfThem(t *testing.T) {
	for name, quiet := range map[string]syscall.Signal{"with a quiet signal": 0, "without": none} {
		m := further(t, func(cfg *Config) { cfg.Worker.Quiet, cfg.Restart.Surge = quiet, 3 })
		m.pass(time.Hour)
		if n := m.going(); n != 3 || !m.p.restart.underWay() || m.p.waits == "" {
			t.Errorf("%s: %d workers go, want the old three alone; waits: %q", name, n, m.p.waits)
		}
		for _, x := range m.sims {
			x.busy = x.busy && !x.quiet && !x.stopped
		}
		m.pass(3 * time.Minute) // they end, and the version is tried
		if n := m.going(); n != 0 || len(m.sims) != 3 || m.p.restart.underWay() || m.p.restart.err == nil {
			t.Errorf("%s: %d of %d workers go; %+v", name, n, len(m.sims), m.p.restart)
		}
	}
}

func TestBusyWorkersGoQuietWithinTheTimeThatTheNewOnesNeed(t *testing.T) {
	m := planned(t, nil)
	m.p.begin(m.now, false)
	m.pass(65 * time.Second) // 20 s each at most
	if n := m.going(); n != 3 {
		t.Errorf("%d are quiet", n)
	}
	if m.p.restart.underWay() || m.p.restart.err != nil {
		t.Errorf("%+v", m.p.restart)
	}
}

func TestANewVersionThatDiesIsNotTriedInAnotherSlot(t *testing.T) {
	m := planned(t, nil)
	m.bad = dies
	m.p.begin(m.now, false)
	m.pass(time.Minute)
	if m.p.restart.underWay() || m.p.restart.err == nil {
		t.Errorf("%+v", m.p.restart)
	}
	if n := m.going(); n != 0 || len(m.sims) != 3 {
		t.Errorf("%d of %d workers go", n, len(m.sims))
	}
	if m.pids != 4 {
		t.Errorf("%d workers were started", m.pids)
	}
}

func TestANewVersionThatDiesTwiceAfterItWasReadyLetsQuietWorkersGoOn(t *testing.T) {
	m := planned(t, func(cfg *Config) { cfg.Restart.StopFirst = true })
	m.p.begin(m.now, false)
	m.settle()
	first := m.p.slots[0].living[0]
	m.of(first).busy = false
	m.pass(30 * time.Second) // slot 0 is new, the others are quiet with their jobs
	if n := m.going(); n != 2 {
		t.Fatalf("%d are quiet", n)
	}
	for range 2 {
		m.end(m.of(m.p.slots[0].living[0]), exit{Code: 1})
		m.settle()
		m.pass(5 * time.Second)
		for _, x := range m.sims {
			if x.w.slot.number == 0 {
				x.boots = m.now
			}
		}
		m.pass(2 * time.Second)
	}
	if m.p.restart.underWay() || m.p.restart.err == nil {
		t.Fatalf("%+v", m.p.restart)
	}
	if n := m.going(); n != 0 {
		t.Errorf("%d are still quiet", n)
	}
}

// A worker says that it is in its working state before its first claim was answered: a new
// version that cannot claim would replace one that can.
func TestAWorkerIsReadyWhenItSaysSoAndNotBefore(t *testing.T) {
	m := planned(t, nil)
	m.p.begin(m.now, false)
	m.settle()
	fresh := m.sims[len(m.sims)-1]
	fresh.boots = m.now.Add(time.Hour)
	m.p.told(fresh.w, report{State: "working"}, m.now)
	m.settle()
	if n := m.going(); n != 0 || fresh.w.phase != starting {
		t.Errorf("%d old ones were told to go; the new one is %s", n, fresh.w.phase)
	}
	m.p.told(fresh.w, report{State: "working", Ready: true}, m.now)
	m.settle()
	if n := m.going(); n != 1 || fresh.w.phase != working {
		t.Errorf("%d old ones were told to go; the new one is %s", n, fresh.w.phase)
	}
}

func TestWhyAWorkerWasToldToEndIsSaidWithItsEnd(t *testing.T) {
	m := planned(t, func(cfg *Config) { cfg.Workers = 1 })
	m.bad = hangs
	m.p.begin(m.now, false)
	m.settle()
	m.pass(2 * time.Minute)
	if last := m.p.slots[0].last; last != "worker 0.2: it was not ready within 1m0s; exit code 0 after 1m1s" {
		t.Errorf("%q", last)
	}
}

// All was stopped, and is started anew: a restart of before is no news.
func TestARestartThatEndedBeforeAllWorkersDidIsForgotten(t *testing.T) {
	m := planned(t, nil)
	was := &restart{began: m.now, generation: 7, ended: m.now, err: ErrStopped}
	m.p.resume(was, 7, m.now)
	if m.p.restart != was {
		t.Error("workers from before it live")
	}
	m.p = newPlan(&m.cfg)
	if m.p.resume(was, 7, m.now); m.p.restart != nil || m.p.generation != 7 {
		t.Errorf("%+v", m.p.restart)
	}
}

func TestARestartIsNotBegunByASupervisorThatStops(t *testing.T) {
	m := planned(t, nil)
	m.p.stop(m.now)
	if r := m.p.begin(m.now, false); r.underWay() || r.err == nil {
		t.Errorf("%+v", r)
	}
}

func TestBackOffGrowsAndIsForgottenAfterAStableMinute(t *testing.T) {
	for n, want := range map[int]time.Duration{0: 0, 1: 1500 * time.Millisecond, 2: 2250 * time.Millisecond, 9: 30 * time.Second, 1000: 30 * time.Second} {
		if got := backoff(n); got != want {
			t.Errorf("after %d failures %v, want %v", n, got, want)
		}
	}
	m := planned(t, nil)
	s := m.p.slots[0]
	s.failures = 5
	m.pass(2 * time.Minute)
	if s.failures != 0 {
		t.Errorf("%d failures are remembered", s.failures)
	}
}

// A limit that is lower than what a worker needs from its start would have slots renewed
// for ever, one start after the other.
func TestWorkersThatAreTooLargeFromTheirStartAreReplacedLessAndLessOften(t *testing.T) {
	m := planned(t, func(cfg *Config) { cfg.Workers, cfg.Limits.Memory = 1, 1 })
	for range 60 {
		for _, x := range m.sims {
			x.w.resident, x.boots, x.busy = 2, m.now, false
		}
		m.pass(time.Second)
	}
	if m.pids < 3 || m.pids > 12 {
		t.Errorf("%d workers were started in a minute", m.pids)
	}
	if s := m.p.slots[0]; !s.takesJobs() {
		t.Error("none takes jobs")
	}
}

func TestATitleIsReadAsSidekiqWritesIt(t *testing.T) {
	for title, want := range map[string]struct {
		busy     int
		stopping bool
		ok       bool
	}{
		"sidekiq 6.4.1 shop [0 of 5 busy]":            {0, false, true},
		"sidekiq 6.4.1 shop [12 of 25 busy] stopping": {12, true, true},
		"sidekiq 6.4.1  [3 of 5 busy]":                {3, false, true},
		"ruby bin/sidekiq -c 5":                       {0, false, false},
		"":                                            {0, false, false},
		"vi sidekiq 6 [0 of 5 busy]":                  {0, false, false},
	} {
		busy, stopping, ok := busyIn([]string{title})
		if busy != want.busy || stopping != want.stopping || ok != want.ok {
			t.Errorf("%q: %d, %v, %v", title, busy, stopping, ok)
		}
	}
}
