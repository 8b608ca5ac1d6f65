package supervise

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// A model has a plan decide about simulated processes, at random, and knows about them
// what the plan can only be told.
type model struct {
	t      *testing.T
	chance *rand.Rand
	cfg    Config
	p      *plan
	now    time.Time
	sims   []*sim // that live
	pids   int
	failed []*slot // whose worker could not be started
	most   int     // workers that may live: more after a supervisor came back with fewer slots
	bad    badness
	tight  bool // there is too little memory for one more worker
	still  bool // no more jobs come
	begun  int  // restarts
	story  []string
}

// badness is what is wrong with new workers.
type badness int

const (
	good badness = iota
	hangs
	dies
	misconfigured
	missing
)

// A sim is a simulated process.
type sim struct {
	w       *process
	id      string
	bad     badness
	boots   time.Time // when it is ready
	busy    bool
	quiet   bool
	stopped bool
	stopAt  time.Time
	quietAt time.Time
	title   int // what its title shows
	titleAt time.Time
	calmed  bool // its title says that it is quiet
	deaf    bool // it ends at SIGKILL only
	slipped bool // it took a job while it went quiet, which its next title does not show
}

func newModel(t *testing.T, seed uint64) *model {
	m := &model{t: t, chance: rand.New(rand.NewPCG(seed, 1)), now: time.Unix(1e9, 0)}
	n := m.chance.IntN
	cfg := Config{Worker: Worker{Command: []string{"w"}, Kind: []Kind{Tasuki, Sidekiq, DelayedJob, Other}[n(4)]}, Workers: 1 + n(4), Dir: "/d"}
	cfg.Restart = Restart{Surge: n(3), Generations: []int{0, 2, 3}[n(3)], StopFirst: n(5) == 0}
	if n(4) == 0 {
		cfg.Restart.Drain = 5 * time.Minute
	}
	if n(4) == 0 {
		cfg.Timeout = time.Minute
	}
	if n(4) == 0 {
		cfg.Limits.Age = time.Hour
	}
	var err error
	if m.cfg, err = cfg.complete(); err != nil {
		t.Fatal(err)
	}
	m.p = newPlan(&m.cfg)
	m.p.room = m.room
	m.limit()
	return m
}

func (m *model) room() error {
	if m.tight {
		return errMemory
	}
	return nil
}

func (m *model) limit() { m.most = max(m.cfg.Workers+m.cfg.Restart.Surge, len(m.sims)) }

func (m *model) note(format string, args ...any) {
	m.story = append(m.story, fmt.Sprintf("%7.1fs ", m.now.Sub(time.Unix(1e9, 0)).Seconds())+fmt.Sprintf(format, args...))
}

func (m *model) fail(format string, args ...any) {
	m.t.Helper()
	from := max(0, len(m.story)-200)
	m.t.Fatalf("%s\nkind %s, %d workers, %+v, timeout %v\n%s", fmt.Sprintf(format, args...), m.cfg.Worker.Kind, m.cfg.Workers, m.cfg.Restart, m.cfg.Timeout, strings.Join(m.story[from:], "\n"))
}

// settle lets the plan decide until it has nothing more to say.
func (m *model) settle() {
	for range 100 {
		orders, at := m.p.decide(m.now)
		for _, o := range orders {
			m.carry(o)
		}
		m.unstart()
		if len(orders) == 0 {
			if !at.IsZero() && !at.After(m.now) {
				m.fail("the plan wants to be asked again in the past")
			}
			return
		}
	}
	m.fail("the plan never rests")
}

// unstart tells the plan what could not be started, after all that it had decided before.
func (m *model) unstart() {
	for _, s := range m.failed {
		m.p.unstarted(s, os.ErrNotExist, m.now)
	}
	m.failed = nil
}

func (m *model) carry(o order) {
	if o.do == "start" {
		m.start(o)
		return
	}
	x := m.of(o.of)
	if x == nil {
		m.fail("an order to a worker that is buried: %+v", o)
	}
	m.note("%v to %s: %s", o.signal, x.id, o.why)
	switch {
	case o.do == "kill":
		m.mayKill(x)
		m.end(x, exit{Signal: 9, By: o.why})
	case o.signal == m.cfg.Worker.Stop:
		m.mayStop(x)
		if !x.stopped {
			x.stopped, x.stopAt = true, m.now
		}
	case o.signal == m.cfg.Worker.Quiet:
		if !x.quiet && !x.busy && m.works(x) && !m.still && m.chance.IntN(4) == 0 {
			m.note("%s slips in a job", x.id)
			x.busy, x.slipped = true, true
		}
		x.quiet, x.quietAt = true, m.now
	case o.signal == m.cfg.Worker.Resume:
		x.quiet = false
	}
}

// start starts a process under the slot's first identity that none has.
func (m *model) start(o order) {
	if m.bad == missing {
		m.note("slot %s: no such program", o.slot.name())
		m.failed = append(m.failed, o.slot)
		return
	}
	id := ""
	for n := 1; id == ""; n++ {
		if try := o.slot.identity(n); !o.slot.has(try) {
			id = try
		}
	}
	if slices.ContainsFunc(m.sims, func(x *sim) bool { return x.id == id }) {
		m.fail("a second worker is started as %s", id)
	}
	m.pids++
	w := &process{slot: o.slot, identity: id, generation: max(1, m.p.generation), pid: m.pids, phase: starting, started: m.now, report: report{Busy: -1}}
	x := &sim{w: w, id: id, bad: m.bad, boots: m.now.Add(time.Duration(m.chance.IntN(20)) * time.Second), titleAt: m.now, title: -1, deaf: m.chance.IntN(20) == 0}
	m.note("start %s generation %d (%d): %s", id, w.generation, x.bad, o.why)
	m.sims = append(m.sims, x)
	m.p.lives(w)
	if len(m.sims) > m.most {
		m.fail("%d workers live, %d may", len(m.sims), m.most)
	}
}

func (m *model) of(w *process) *sim {
	for _, x := range m.sims {
		if x.w == w {
			return x
		}
	}
	return nil
}

func (m *model) end(x *sim, e exit) {
	m.note("%s ends: %v", x.id, e)
	m.sims = slices.DeleteFunc(m.sims, func(o *sim) bool { return o == x })
	m.limit()
	m.p.gone(x.w, e, m.now)
}

// step does one thing at random.
func (m *model) step() {
	n := m.chance.IntN
	switch n(12) {
	case 0, 1, 2:
		m.pass(time.Duration(1+n(10)) * time.Second)
	case 3:
		m.pass(time.Duration(1+n(300)) * time.Second)
	case 4, 5, 6:
		m.jobs()
	case 7:
		m.crash()
	case 8, 9:
		m.begun++
		m.note("restart")
		m.p.begin(m.now, n(4) == 0)
	case 10:
		m.bad, m.tight = badness(max(0, n(10)-5)), n(4) == 0
		m.note("new workers are %d now, memory is tight: %v", m.bad, m.tight)
	case 11:
		m.supervisorDies()
	}
	m.settle()
}

// jobs lets one worker take or end a job.
func (m *model) jobs() {
	if len(m.sims) == 0 {
		return
	}
	x := m.sims[m.chance.IntN(len(m.sims))]
	if x.busy = !x.busy && m.works(x) && !x.quiet; x.busy {
		m.note("%s is busy", x.id)
	}
}

// works says whether a worker takes jobs, if it is not quiet.
func (m *model) works(x *sim) bool { return x.bad == good && !m.now.Before(x.boots) && !x.stopped }

func (m *model) crash() {
	if len(m.sims) == 0 || m.chance.IntN(2) == 0 {
		return
	}
	m.end(m.sims[m.chance.IntN(len(m.sims))], []exit{{Signal: 9}, {Code: 1}, {}}[m.chance.IntN(3)])
}

// calm lets all be well for as long as everything needs, and then wants one worker in
// each slot and no restart under way.
func (m *model) calm() {
	m.note("calm")
	m.still = true
	m.bad, m.tight = good, m.chance.IntN(2) == 0
	for _, x := range m.sims {
		x.busy, x.deaf, x.slipped = false, false, false
		switch x.bad {
		case hangs:
			x.bad = dies
		case misconfigured:
			x.bad = good
		}
	}
	for _, s := range m.p.slots {
		if s.broken != "" {
			m.note("restart, since slot %s is broken", s.name())
			m.p.begin(m.now, false)
			break
		}
	}
	m.cfg.Limits.Age = 0
	m.pass(5 * time.Minute)
	if m.p.restart.underWay() {
		m.fail("a restart does not end: %s", m.p.waits)
	}
	if len(m.p.slots) != m.cfg.Workers {
		m.fail("%d slots", len(m.p.slots))
	}
	for _, s := range m.p.slots {
		if len(s.living) != 1 || s.living[0].phase != working || !s.living[0].stays() {
			m.fail("slot %s has %d workers in the end", s.name(), len(s.living))
		}
	}
	for _, x := range m.sims {
		if x.quiet || x.stopped || m.of(x.w) == nil {
			m.fail("worker %s does not work: %+v", x.id, *x.w)
		}
	}
	if len(m.sims) != m.cfg.Workers {
		m.fail("%d workers live", len(m.sims))
	}
}

func (m *model) stop() {
	m.note("stop")
	for _, x := range m.sims {
		x.deaf = false
	}
	m.p.stop(m.now)
	m.settle()
	m.pass(10 * time.Second)
	if len(m.sims) > 0 {
		m.fail("%d workers live after the stop", len(m.sims))
	}
}

func TestThePlanKeepsItsPromisesWhateverHappens(t *testing.T) {
	runs, steps := 400, 120
	if os.Getenv("TASUKI_TEST_SOAK") != "" {
		runs = 20_000
	}
	from := rand.Uint64N(1 << 32)
	if s := os.Getenv("SUPERVISE_TEST_SEED"); s != "" {
		fmt.Sscan(s, &from)
		runs = 1
	}
	restarts := 0
	for seed := from; seed < from+uint64(runs); seed++ {
		ok := t.Run("", func(t *testing.T) {
			m := newModel(t, seed)
			m.settle()
			for range steps {
				m.step()
			}
			m.calm()
			m.stop()
			restarts += m.begun
		})
		if !ok {
			t.Fatalf("SUPERVISE_TEST_SEED=%d", seed)
		}
	}
	t.Logf("%d runs of %d steps from seed %d, %d restarts", runs, steps, from, restarts)
}
