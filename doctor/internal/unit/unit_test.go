package unit

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

func parsed(name string, contents ...string) *Unit {
	u := &Unit{Name: name}
	for _, c := range contents {
		u.Files = append(u.Files, Parse(name, []byte(c)))
	}
	return u
}

// What systemd 252 makes of these lines: systemd --test prints it.
func TestCommandsAreTakenApartAsSystemdDoes(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string
	}{
		{`/bin/echo 'a'"b"c\x41\101 a\qb "a\qb" ${X ${} $X$Y $1 "a;b"`, []string{"/bin/echo", "abcAA", `a\qb`, `a\qb`, "${X", "${}", "$X$Y", "$1", "a;b"}},
		{`-@/bin/sh name -c 'a "b"' "d e"f g\sh \; $$ %% 'it''s' x"y z"w`, []string{"/bin/sh", "-c", `a "b"`, "d ef", "g h", ";", "$", "%", "its", "xy zw"}},
		{`:/bin/sh $$ ${A} $A`, []string{"/bin/sh", "$$", "${A}", "$A"}},
		{`+/bin/sh -c @x`, []string{"/bin/sh", "-c", "@x"}},
		{`!!/bin/sh ;`, []string{"/bin/sh"}},
		{`/bin/w $A "${A}x" '$A' $B ${B}x $$A`, []string{"/bin/w", "1", "2", "1 2x", "1", "2", "x", "$A"}},
		{`/bin/w "$A"`, []string{"/bin/w", "1", "2"}},
		{`/srv/%p/bin/w -n %N`, []string{"/srv/app/bin/w", "-n", "app"}},
		{`%h/bin/w`, []string{"/%h/bin/w"}},
	} {
		u := parsed("app.service", "[Service]\nExecStart="+c.line)
		env := Env{Values: map[string]deploy.Text{"A": {Value: "1 2"}}}
		all := u.Commands("Service", "ExecStart", env)
		if len(all) != 1 || !slices.Equal(deploy.Values(all[0].Words), c.want) {
			t.Errorf("%s\n got %q\nwant %q", c.line, all, c.want)
		}
	}
}

func TestWhatTheServerAloneKnowsIsOpen(t *testing.T) {
	u := parsed("app@.service", `[Service]
ExecStart=/bin/w %i ${X} $Y %h/x "exec w %i ${X}" $HOME
ExecStart=%i -x
ExecStart=%h/bin/%i
`)
	all := u.Commands("Service", "ExecStart", Env{Open: true})
	got := ""
	for _, x := range all {
		for _, w := range x.Words {
			if got += w.Value; w.Open {
				got += "?"
			}
			got += "|"
		}
	}
	if want := "/bin/w|%i?|${X}?|$Y?|%h/x?|exec w %i ${X}|$HOME?|%i?|-x|%h/bin/%i?|"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAVariableThatNobodySetsIsEmpty(t *testing.T) {
	all := parsed("a.service", "[Service]\nExecStart=/bin/w $OPTS -t ${T}5").Commands("Service", "ExecStart", Env{})
	if got := all[0].String(); got != "/bin/w -t 5" {
		t.Error(got)
	}
}

func TestCommandsAreReset(t *testing.T) {
	u := parsed("a.service", "[Service]\nExecStart=/bin/a ; /bin/b \"x;y\" ;\n", "[Service]\nExecStart=\nExecStart=/bin/c\n")
	if got := u.Commands("Service", "ExecStart", Env{}); len(got) != 1 || got[0].String() != "/bin/c" {
		t.Error(got)
	}
	u.Files = u.Files[:1]
	if got := u.Commands("Service", "ExecStart", Env{}); len(got) != 2 || got[1].String() != "/bin/b x;y" {
		t.Error(got)
	}
}

func TestLinesAreContinued(t *testing.T) {
	f := Parse("a.service", []byte("# x\n[Service]\nExecStart=/bin/echo one \\\n# a comment\n  two \\\n; another\n\nKillMode = mixed \nodd\n[Service\n"))
	u := &Unit{Name: "a.service", Files: []*File{f}}
	x := u.Commands("Service", "ExecStart", Env{})[0]
	if x.String() != "/bin/echo one two" || x.Pos.Line != 3 || x.Pos.Last != 7 || x.Words[2].Pos.Line != 5 {
		t.Errorf("%+v", x)
	}
	e, _ := u.Last("Service", "KillMode")
	if e.Value != "mixed" || e.Pos.Line != 8 || f.Sections["Service"] != 2 || !slices.Equal(f.Odd, []int{9, 10}) {
		t.Errorf("%+v %v", e, f)
	}
}

func TestTimesAreThoseOfSystemd(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90": 90 * time.Second, "5min 20s": 320 * time.Second, "1h 30min 2.5s": time.Hour + 30*time.Minute + 2500*time.Millisecond, "1min30": 90 * time.Second,
		"2m 3": 123 * time.Second, "500ms": 500 * time.Millisecond, "infinity": Forever, "1w": 7 * 24 * time.Hour, "10 seconds": 10 * time.Second,
		"1M": 2629800 * time.Second, "0": 0, "99999999y": Forever, "1.5h": 90 * time.Minute,
	} {
		if got, ok := Span(text); !ok || got != want {
			t.Errorf("%q is %v", text, got)
		}
	}
	for _, text := range []string{"", "x", "12 # no", "6x", "-1", "1..2s", "s", "5 min x", "."} {
		if got, ok := Span(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}

// systemd 252: an empty time or one that is none is passed with a warning.
func TestOfTimesTheLastOneThatIsOneCounts(t *testing.T) {
	u := parsed("a.service", "[Service]\nTimeoutStopSec=7\nTimeoutSec=5\nTimeoutStopSec=\nTimeoutStopSec=6x\n")
	d, e, odd := u.Time("Service", "TimeoutStopSec", "TimeoutSec")
	if d != 5*time.Second || e.Pos.Line != 3 || len(odd) != 2 {
		t.Error(d, e, odd)
	}
}

func TestTheEnvironmentIsThatOfTheUnitAndOfItsFiles(t *testing.T) {
	u := parsed("a.service", `[Service]
Environment="A=b c" 'D=e\x20f' G=%N H="q"r X=1
Environment=G=2
EnvironmentFile=-/srv/a/.env
UnsetEnvironment=X
`)
	env := u.Environment("Service", func(name string) ([]byte, string, bool) {
		return []byte("# no\n; no\nD='g \"h\"'\nE = plain text # stays\nexport F=1\nL=a\\\nb\n"), ".env", name == "/srv/a/.env"
	})
	got := []string{}
	for name, v := range env.Values {
		got = append(got, name+"="+v.Value)
	}
	slices.Sort(got)
	if want := "A=b c|D=g \"h\"|E=plain text # stays|G=2|H=qr|L=ab"; strings.Join(got, "|") != want || env.Open {
		t.Errorf("got %s, open %v", strings.Join(got, "|"), env.Open)
	}
	if !u.Environment("Service", func(string) ([]byte, string, bool) { return nil, "", false }).Open {
		t.Error("a file that is not here leaves nothing open")
	}
}

func TestDropInsOfAUnitAreFoundFromTheMostExactOn(t *testing.T) {
	for name, want := range map[string]string{
		"a-b-c.service": "a-b-c.service.d a-b-.service.d a-.service.d service.d",
		"w@1.service":   "w@1.service.d w@.service.d service.d",
		"a-w@.service":  "a-w@.service.d a-.service.d service.d",
	} {
		if got := strings.Join(DropIns(name), " "); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func FuzzNothingPanics(f *testing.F) {
	f.Add("[Service]\nExecStart=-@/bin/sh x \"$A ${B} \\x4\" %i ; \\; '\n Environment=\"A=\\u00e4\nTimeoutSec=1h2\\\n")
	f.Fuzz(func(t *testing.T, content string) {
		u := parsed("a@b.service", content, content)
		env := u.Environment("Service", func(string) ([]byte, string, bool) { return []byte(content), "x", true })
		u.Commands("Service", "ExecStart", env)
		u.Time("Service", "TimeoutSec")
		u.Last("Service", "KillMode")
	})
}
