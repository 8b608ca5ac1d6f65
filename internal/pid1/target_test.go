//go:build linux

package pid1

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// tree makes a family of lines "pid parent name [caught] [/blocked]", the first one the
// command.
func tree(t *testing.T, lines string) (f *family, main proc.Process) {
	t.Helper()
	var all []proc.Process
	does := map[int]proc.Signals{}
	for line := range strings.SplitSeq(lines, "\n") {
		words := strings.Split(strings.TrimSpace(line), "|")
		pid, _ := strconv.Atoi(words[0])
		parent, _ := strconv.Atoi(words[1])
		all = append(all, proc.Process{PID: pid, Parent: parent, Name: words[2], Threads: 1, State: 'S'})
		var s proc.Signals
		for _, word := range words[3:] {
			name, blocks := strings.CutPrefix(word, "/")
			sig, ok := Signal(name)
			if !ok {
				t.Fatal(word)
			}
			if bit := proc.Set(1) << (sig - 1); blocks {
				s.Blocked |= bit
			} else {
				s.Caught |= bit
			}
		}
		does[pid] = s
	}
	f = newFamily(all)
	f.signals = func(pid int) (proc.Signals, error) { return does[pid], nil }
	f.command = func(int) ([]string, error) { return nil, os.ErrNotExist }
	return f, all[0]
}

func TestTheNearestThatCatchASignalGetIt(t *testing.T) {
	for name, c := range map[string]struct {
		sig  syscall.Signal
		tree string
		want []int
	}{
		"the command itself":                     {syscall.SIGTERM, "2|1|ruby|TERM", []int{2}},
		"nobody":                                 {syscall.SIGTERM, "2|1|sh\n3|2|sleep", nil},
		"below a shell":                          {syscall.SIGTERM, "2|1|sh\n3|2|ruby|TERM", []int{3}},
		"below three shells":                     {syscall.SIGTERM, "2|1|sh\n3|2|bash\n4|3|dash\n5|4|ruby|TERM", []int{5}},
		"not the programs of its jobs":           {syscall.SIGTERM, "2|1|sh\n3|2|ruby|TERM\n4|3|ffmpeg|TERM\n5|4|ruby|TERM", []int{3}},
		"not what stands beside it in a pipe":    {syscall.SIGTERM, "2|1|sh\n3|2|ruby|TERM\n4|2|tee", []int{3}},
		"two beside each other":                  {syscall.SIGTERM, "2|1|sh\n3|2|ruby|TERM\n4|2|puma|TERM", []int{3, 4}},
		"a shell with a trap":                    {syscall.SIGTERM, "2|1|sh|TERM\n3|2|ruby|TERM", []int{2}},
		"a shell that blocks while it starts":    {syscall.SIGTERM, "2|1|bash|/TERM\n3|2|ruby|TERM", []int{3}},
		"one that takes it by sigwait":           {syscall.SIGTERM, "2|1|daemon|/TERM\n3|2|ruby|TERM", []int{2}},
		"su is passed by":                        {syscall.SIGTERM, "2|1|su|TERM\n3|2|sh\n4|3|ruby|TERM", []int{4}},
		"su, if nobody is below":                 {syscall.SIGTERM, "2|1|su|TERM\n3|2|sh\n4|3|sleep", []int{2}},
		"npm in two layers":                      {syscall.SIGTERM, "2|1|npm run x|TERM\n3|2|sh\n4|3|npm start|TERM\n5|4|sh\n6|5|node|TERM", []int{6}},
		"tini inside":                            {syscall.SIGTERM, "2|1|tini\n3|2|sh\n4|3|ruby|TERM", []int{4}},
		"tini inside, nobody below":              {syscall.SIGTERM, "2|1|tini\n3|2|sleep", []int{2}},
		"timeout passes on itself":               {syscall.SIGTERM, "2|1|timeout|TERM\n3|2|ruby|TERM", []int{2}},
		"a shell's own SIGINT does not count":    {syscall.SIGINT, "2|1|sh|INT\n3|2|ruby|TERM|INT", []int{3}},
		"a shell with traps counts for SIGINT":   {syscall.SIGINT, "2|1|sh|INT|TERM\n3|2|ruby|TERM|INT", []int{2}},
		"a parent in Python has SIGINT":          {syscall.SIGINT, "2|1|python|INT\n3|2|ruby|INT", []int{2}},
		"SIGCONT goes where SIGTSTP went":        {syscall.SIGCONT, "2|1|sh\n3|2|ruby|TSTP", []int{3}},
		"a signal that only a job's program has": {syscall.SIGUSR1, "2|1|sh\n3|2|ruby|TERM\n4|3|dd|USR1", []int{4}},
	} {
		t.Run(name, func(t *testing.T) {
			f, main := tree(t, c.tree)
			var got []int
			for _, target := range f.nearest(main, c.sig) {
				got = append(got, target.PID)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v get it, want %v", got, c.want)
			}
		})
	}
}

func TestNpmThatCallsItselfNodeIsKnownByItsScript(t *testing.T) {
	for script, passes := range map[string]bool{"/usr/bin/npm": true, "/usr/lib/node_modules/npm/bin/npx-cli.js": true, "/opt/yarn/bin/yarn.js": true, "/srv/worker.js": false, "npm/server.js": false} {
		f, main := tree(t, "2|1|node-MainThread|TERM\n3|2|node|TERM")
		f.command = func(int) ([]string, error) { return []string{"node", script, "start"}, nil }
		if got := f.passesOn(main); got != passes {
			t.Errorf("%s: %v", script, got)
		}
	}
}

func TestOnlyWhoHasNotBeenToldIsLate(t *testing.T) {
	f, main := tree(t, "2|1|sh\n3|2|ruby|TERM\n4|3|ffmpeg|TERM\n5|2|ruby|TERM")
	s := &stop{sig: syscall.SIGTERM, told: map[ident]waiting{{pid: 3}: caught, {pid: 2}: byDefault}}
	late := f.untold(main, s)
	if len(late) != 1 || late[0].PID != 5 {
		t.Errorf("late are %+v", late)
	}
}

func TestWhoEndsBySignalAfterAWhileHasHeardIt(t *testing.T) {
	p := proc.Process{PID: 2}
	for _, c := range []struct {
		how  waiting
		by   syscall.Signal
		ago  time.Duration
		deaf bool
	}{
		{caught, syscall.SIGTERM, 0, true}, {caught, syscall.SIGTERM, time.Minute, false}, {caught, syscall.SIGKILL, 0, false},
		{blocked, syscall.SIGTERM, time.Minute, true}, {byDefault, syscall.SIGTERM, 0, false},
	} {
		s := &stop{sig: syscall.SIGTERM, askedAt: time.Now().Add(-c.ago), told: map[ident]waiting{{pid: 2}: c.how}}
		if got := s.deaf(p, c.by); got != c.deaf {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestAnEndedProcessIsNoTarget(t *testing.T) {
	f := newFamily([]proc.Process{{PID: 3, Parent: 2, State: 'Z', Threads: 1}})
	if len(f.below[2]) != 0 {
		t.Error("a zombie is in the family")
	}
}
