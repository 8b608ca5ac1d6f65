//go:build linux

package pid1

import (
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// parsed is what a command line and an environment ask for.
func parsed(t *testing.T, line string, vars ...string) (Options, []string) {
	t.Helper()
	var o Options
	words, err := Parse(strings.Fields(line), &o)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	for _, trouble := range o.ReadEnv(func(name string) (string, bool) {
		for _, v := range vars {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value, true
			}
		}
		return "", false
	}) {
		t.Error(trouble)
	}
	return o, words
}

func TestCommandLinesOfTiniAndDumbInitAreRead(t *testing.T) {
	for line, want := range map[string]func(Options) bool{
		"-g -s -e 143 -w -v -- cmd -x": func(o Options) bool {
			return o.Aim == AimGroup && slices.Equal(o.Zero, []int{143}) && o.Reaped && o.Verbosity == 1
		},
		"-gsvvwe143 -e0 -- cmd -x": func(o Options) bool {
			return slices.Equal(o.Zero, []int{143, 0}) && o.Verbosity == 2 && o.Aim == AimGroup
		},
		"-pSIGKILL cmd -x": func(o Options) bool { return o.ParentDeath == syscall.SIGKILL },
		"-c -r 15:3 -r10:0 cmd -x": func(o Options) bool {
			return o.Aim == AimChild && o.rewritten(syscall.SIGTERM) == syscall.SIGQUIT && o.rewritten(syscall.SIGUSR1) == 0 && o.rewritten(syscall.SIGINT) == syscall.SIGINT
		},
		"--single-child --rewrite 15:3 --verbose cmd -x": func(o Options) bool {
			return o.Aim == AimChild && o.Verbosity == 1 && o.rewritten(syscall.SIGTERM) == syscall.SIGQUIT
		},
		"--grace=30 --linger 1m30s cmd -x": func(o Options) bool { return o.Grace == 30*time.Second && o.Linger == 90*time.Second },
		"--linger 0 cmd -x":                func(o Options) bool { return o.withDefaults().Linger == 0 },
		"cmd -x":                           func(o Options) bool { return o.Aim == AimWorker && o.withDefaults().Linger == DefaultLinger },
	} {
		o, words := parsed(t, line)
		if !want(o) || !slices.Equal(words, []string{"cmd", "-x"}) {
			t.Errorf("%s: %+v, %q", line, o, words)
		}
	}
}

func TestVariablesHoldWhereFlagsSayNothing(t *testing.T) {
	o, _ := parsed(t, "cmd", "TASUKI_GRACE=30", "TASUKI_LINGER=0", "TINI_KILL_PROCESS_GROUP=", "DUMB_INIT_DEBUG=1")
	if o.Grace != 30*time.Second || o.withDefaults().Linger != 0 || o.Aim != AimGroup || o.Verbosity != 2 {
		t.Errorf("%+v", o)
	}
	o, _ = parsed(t, "--grace 20 --linger 3 -c -vv cmd", "TASUKI_GRACE=30", "TASUKI_LINGER=0", "TINI_KILL_PROCESS_GROUP=", "TINI_VERBOSITY=0")
	if o.Grace != 20*time.Second || o.Linger != 3*time.Second || o.Aim != AimChild || o.Verbosity != -1 {
		t.Errorf("%+v", o)
	}
	if o, _ = parsed(t, "cmd", "DUMB_INIT_SETSID=0"); o.Aim != AimChild {
		t.Errorf("%+v", o)
	}
	if o, _ = parsed(t, "cmd", "DUMB_INIT_SETSID=00"); o.Aim != AimWorker {
		t.Errorf("%+v", o)
	}
}

func TestATERMAfterTheTimeOfAPairIsPassedOn(t *testing.T) {
	s := &stop{}
	at := time.Now()
	for _, c := range []struct {
		after   time.Duration
		doubled bool
	}{{0, false}, {time.Second, true}, {pairTime - 1, true}, {pairTime, false}, {pairTime + time.Second, true}} {
		if got := s.doubled(at.Add(c.after)); got != c.doubled {
			t.Errorf("after %v: %v", c.after, got)
		}
	}
}

func TestTheEndIsSetShortlyBeforeTheGraceIsOver(t *testing.T) {
	for grace, want := range map[time.Duration][2]time.Duration{
		30 * time.Second: {28 * time.Second, 29 * time.Second},
		10 * time.Second: {8 * time.Second, 9 * time.Second},
		5 * time.Second:  {4 * time.Second, 4500 * time.Millisecond},
		0:                {},
	} {
		k := &keeper{stop: &stop{}}
		now := time.Now()
		k.setEnd(now, grace)
		var got [2]time.Duration
		for i, e := range k.clock.entries {
			got[i] = e.at.Sub(now)
		}
		if got != want {
			t.Errorf("of %v: %v, want %v", grace, got, want)
		}
		if k.setEnd(now, time.Second); grace > 0 && len(k.clock.entries) > 2 {
			t.Errorf("of %v: a second end is set", grace)
		}
	}
}

func TestWhatSIGKILLDoesNotEndLeaves137(t *testing.T) {
	k := &keeper{voice: newVoice("init", -1, func([]byte) {})}
	defer k.voice.end()
	if k.giveUp(time.Now()); !k.clock.over || k.code != 137 {
		t.Errorf("over: %v, exit code %d", k.clock.over, k.code)
	}
	k = &keeper{voice: k.voice, ended: true, code: 3}
	if k.giveUp(time.Now()); k.code != 3 {
		t.Errorf("exit code %d of a command that has ended with 3", k.code)
	}
}

func TestLooksForLateWorkersLeaveTheProcessorToTheWorkers(t *testing.T) {
	for took, want := range map[time.Duration]time.Duration{0: 100 * time.Millisecond, time.Millisecond: 100 * time.Millisecond, 80 * time.Millisecond: 1600 * time.Millisecond} {
		if got := rest(took); got != want {
			t.Errorf("after a look of %v it rests for %v, want %v", took, got, want)
		}
	}
}
