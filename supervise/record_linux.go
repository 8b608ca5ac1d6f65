package supervise

import (
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// A record is what a supervisor leaves about a worker for the next one. Fields up to
// Generation, and Session, mean the same in every format.
type record struct {
	Format     int    `json:"format"`
	Identity   string `json:"identity"`
	PID        int    `json:"pid"`
	Start      uint64 `json:"start"` // with the pid it is unique in a boot and PID namespace
	Boot       string `json:"boot"`
	Space      string `json:"space"`
	Slot       int    `json:"slot"`
	Generation int    `json:"generation"`
	Manner     manner `json:"manner,omitzero"`
	// Session is that of the supervisor, 0 where it was begun outside of this PID namespace.
	// Without a pid the worker was about to be started at Start.
	Session int `json:"session,omitempty"`

	// Written is when it was, by the clock on the wall, as all times in it, and Clock by the one
	// that runs since the machine's start, which nobody sets.
	Written time.Time     `json:"written,omitzero"`
	Clock   time.Duration `json:"clock,omitempty"`

	Started time.Time `json:"started"`
	Phase   phase     `json:"phase"`
	// Untold: the signal of its phase may not have been sent.
	Untold  bool      `json:"untold,omitempty"`
	Retire  string    `json:"retire,omitempty"`
	Unready bool      `json:"unready,omitempty"`
	ReadyAt time.Time `json:"ready_at,omitzero"`
	QuietAt time.Time `json:"quiet_at,omitzero"`
	StopAt  time.Time `json:"stop_at,omitzero"`
	Report  report    `json:"report"`
}

const recordFormat = 1

// recordOf is what is to be known of a worker.
func recordOf(c *child, untold bool) record {
	now := time.Now()
	at := func(t time.Time) time.Time { // the clock on the wall may have been set since
		if t.IsZero() {
			return t
		}
		return now.Round(0).Add(t.Sub(now))
	}
	return record{Format: recordFormat, Identity: c.identity, PID: c.pid, Start: c.id.Start, Boot: c.id.Boot, Space: c.id.Space,
		Slot: c.slot.number, Generation: c.generation, Manner: c.manner, Written: now, Clock: sinceBoot(), Started: at(c.started), Phase: c.phase, Untold: untold,
		Retire: c.retire, Unready: c.unready, ReadyAt: at(c.readyAt), QuietAt: at(c.quietAt), StopAt: at(c.stopAt), Report: c.report}
}

// sinceBoot is how long the machine runs, the time that it slept counted.
func sinceBoot() time.Duration {
	var now unix.Timespec
	unix.ClockGettime(unix.CLOCK_BOOTTIME, &now)
	return time.Duration(now.Nano())
}

// renew puts the times of a record of this boot where they are by the clock on the wall as it
// is now: how long somebody was given is not to change with it.
func (rec *record) renew() {
	if rec.Clock <= 0 {
		return
	}
	shift := time.Now().Add(rec.Clock - sinceBoot()).Sub(rec.Written)
	for _, t := range []*time.Time{&rec.Started, &rec.ReadyAt, &rec.QuietAt, &rec.StopAt} {
		if !t.IsZero() {
			*t = t.Add(shift)
		}
	}
}

// intent is the record of a worker that is about to be started.
func (s *Supervisor) intent(c *child) record {
	me, _ := proc.Read(s.self.PID)
	rec := recordOf(c, false)
	rec.Boot, rec.Space, rec.Session, rec.Start = s.self.Boot, s.self.Space, me.Session, uint64(sinceBoot()/(10*time.Millisecond))
	return rec
}

// record reads the record of an identity. One that is not there, damaged or another's is
// none; of one in a later format counts what means the same in every format.
func (r room) record(identity string) (record, error) {
	var rec record
	text, err := os.ReadFile(r.path(recordName(identity)))
	if err != nil {
		return record{}, err
	}
	if err := json.Unmarshal(text, &rec); rec.Format <= recordFormat && err != nil {
		return record{}, errDamaged
	}
	slot, ok := slotIn(identity)
	if rec.Identity != identity || rec.PID < 0 || rec.PID == 1 || rec.Start == 0 || rec.Format < 1 || !ok || rec.Slot != slot {
		return record{}, errDamaged
	}
	if rec.Format != recordFormat {
		rec = record{Identity: rec.Identity, PID: rec.PID, Start: rec.Start, Boot: rec.Boot, Space: rec.Space, Slot: rec.Slot, Generation: rec.Generation, Session: rec.Session}
	}
	if rec.Phase == "" {
		rec.Phase, rec.Report.Busy = working, -1
	}
	return rec, nil
}

var errDamaged = errors.New("the record is damaged, or another program's")

// slotIn is the slot of an identity; false: no supervisor made it.
func slotIn(identity string) (int, bool) {
	name, nth, more := strings.Cut(identity, ".")
	slot, err := strconv.Atoi(name)
	if err != nil || slot < 0 || slot >= MaxWorkers || strconv.Itoa(slot) != name {
		return 0, false
	}
	if n, err := strconv.Atoi(nth); more && (err != nil || n < 2 || n > mostIdentities || strconv.Itoa(n) != nth) {
		return 0, false
	}
	return slot, true
}

// intended is when the worker was to be started of a record that was written before; else 0.
func (rec record) intended() uint64 {
	if rec.PID > 0 {
		return 0
	}
	return rec.Start
}

// is says whether a process of this machine is the one of the record.
func (rec record) is(id host.Identity) bool {
	return id.PID == rec.PID && id.Start == rec.Start && id.Boot == rec.Boot && id.Space == rec.Space
}

// state reads what stateOf made; a file that is damaged or of a later format is none.
func (r room) state() (state, *restart) {
	var st state
	text, err := os.ReadFile(r.path(stateName))
	if err != nil || json.Unmarshal(text, &st) != nil || st.Format != stateFormat || st.Generation < 0 {
		return state{}, nil
	}
	t := st.Restart
	if t == nil {
		return st, nil
	}
	re := &restart{began: t.Began, generation: t.Generation, stopFirst: t.StopFirst, proven: t.Proven, ended: t.Ended}
	if t.Error != "" {
		re.err = errors.New(t.Error)
	}
	return st, re
}
