package supervisord

import (
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// one is the only program of a file.
func one(t *testing.T, content string) *Program {
	t.Helper()
	all := Programs("shop.conf", []byte(content))
	if len(all) != 1 {
		t.Fatalf("%d programs", len(all))
	}
	return all[0]
}

func TestACommandIsReadWithoutItsCommentAndWithItsIndentedLines(t *testing.T) {
	p := one(t, "[supervisord]\ncommand=no\n[program: mail ]\nCommand = celery -A 'the shop'\n  # a word\n  worker \\\"x ; the mails\ndirectory=/srv\n")
	if got, want := strings.Join(deploy.Values(p.Words()), "|"), `celery|-A|the shop|worker|"x`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if p.Name != "mail" || p.Command.Pos.Line != 4 || p.Command.Pos.Last != 6 || p.Directory() != "/srv" {
		t.Errorf("%+v", p)
	}
}

func TestWhatSupervisorPutsInIsPutInAndItsEnvironmentIsNotKnown(t *testing.T) {
	p := one(t, "[program:mail]\ncommand=work %(program_name)s-%(process_num)02d 5%% %(ENV_QUEUES)s\n")
	words := p.Words()
	if got, want := strings.Join(deploy.Values(words), "|"), "work|mail-0|5%|${QUEUES}"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if words[2].Open || !words[3].Open {
		t.Errorf("%+v", words)
	}
}

func TestTheGraceIsStopwaitsecsOrTenSeconds(t *testing.T) {
	for said, want := range map[string]deploy.Figure{
		"":                        {Time: 10 * time.Second, Default: true},
		"stopwaitsecs = 60 ; min": {Time: time.Minute},
		"stopwaitsecs: 0":         {},
		"stopwaitsecs=%(ENV_W)s":  {Open: `is "%(ENV_W)s", which no file here resolves`},
	} {
		got := one(t, "[program:mail]\ncommand=work\n"+said+"\n").Grace()
		if got.Time != want.Time || got.Default != want.Default || got.Open != want.Open {
			t.Errorf("%q: %+v", said, got)
		}
	}
}

func TestTheEnvironmentIsTakenApartAtItsCommas(t *testing.T) {
	env := one(t, "[program:mail]\ncommand=work\nenvironment=A=\"1,2\", B='x y',C=%(ENV_C)s,\n  D=4\n").Environment()
	if len(env) != 4 || env["A"].Value != "1,2" || env["B"].Value != "x y" || !env["C"].Open || env["D"].Value != "4" {
		t.Errorf("%+v", env)
	}
}

func TestAFileWithoutProgramsIsNotSupervisors(t *testing.T) {
	for content, want := range map[string]bool{"[program:mail]\n": true, "[ini]\nprogram=1\n": false, "; [program:mail]\n": false, "[fcgi-program:web]": true} {
		if Holds([]byte(content)) != want {
			t.Errorf("%q: %v", content, !want)
		}
	}
}

func TestNoInputIsTooOdd(t *testing.T) {
	for _, content := range []string{"", " x\n", "[program:x]\n =\n:\ncommand=", "[program:x]\ncommand='a\\", "[program:\ncommand=a\n", "[program:x]\n\tcommand=a\n"} {
		for _, p := range Programs("x", []byte(content)) {
			p.Words()
			p.Environment()
			p.Grace()
		}
	}
}

func TestProgramsOfAGroupAreStoppedTogetherAndOthersByThemselves(t *testing.T) {
	all := Programs("x", []byte("[program:a]\ncommand=a\n[program:b]\ncommand=b\n[program:c]\ncommand=c\n[group:jobs]\nprograms = a, b\n"))
	if len(all) != 3 || all[0].Group != all[1].Group || all[0].Group == all[2].Group || all[2].Group == "" {
		t.Errorf("%+v", all)
	}
}
