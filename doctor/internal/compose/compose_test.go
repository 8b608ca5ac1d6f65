package compose

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/repo"
	"github.com/tasuki-jobs/tasuki/doctor/internal/stopwatch"
)

// open lays files out in a folder below another one, and opens it.
func open(t *testing.T, files map[string]string) *repo.Repo {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "repo")
	for name, content := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := repo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// one is the only service of a compose file.
func one(t *testing.T, files map[string]string) (*Service, *Project) {
	t.Helper()
	p, err := Load(open(t, files), "compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Services) != 1 {
		t.Fatalf("%d services, %+v", len(p.Services), p.Notes)
	}
	return p.Services[0], p
}

func TestTheProcessesEnvironmentIsNeverAsked(t *testing.T) {
	t.Setenv("GRACE", "5s")
	t.Setenv("SHARED", "process")
	s, _ := one(t, map[string]string{"compose.yaml": "services:\n  a:\n    image: x\n    stop_grace_period: ${GRACE:-40s}\n    stop_signal: ${GRACE}\n    environment: [SHARED]\n"})
	if s.Grace.Time != 40*time.Second || s.Grace.Open != "" {
		t.Errorf("%+v", s.Grace)
	}
	if !s.Signal.Open || s.Signal.Value != "${GRACE}" {
		t.Errorf("%+v", s.Signal)
	}
	if v := s.Env["SHARED"]; !v.Open {
		t.Errorf("%+v", v)
	}
}

func TestVariablesAreThoseOfTheEnvFileWithDefaults(t *testing.T) {
	v := vars{"SET": "1", "EMPTY": ""}
	for in, want := range map[string]string{
		"$SET ${SET}":              "1 1",
		"$$SET $$$$":               "$SET $$",
		"${EMPTY:-a} ${EMPTY-a}":   "a ",
		"${NO:-${ALSO:-b}}c":       "bc",
		"${SET:+yes} ${NO:+yes}":   "yes ",
		"${SET:?must} a$":          "1 a$",
		"${NO-}":                   "",
		"${NO:-{{.Task.Slot}}}":    "{{.Task.Slot}}",
		"price: $5 ${unclosed":     "price: $5 ${unclosed",
		"${SET}${EMPTY:-x}-${SET}": "1x-1",
	} {
		if got := v.expand(in, 0); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
	for _, in := range []string{"$NO", "${NO}", "${NO:?must}", "a ${NO} b", "${NO:-$ALSO}"} {
		if got := text(v.expand(in, 0), deploy.Pos{}); !got.Open {
			t.Errorf("%q is %+v, want it open", in, got)
		}
	}
}

func TestNothingOutsideOfTheFolderIsRead(t *testing.T) {
	for what, file := range map[string]string{
		"extends":          "services:\n  a:\n    extends: {file: ../secret.yaml, service: a}\n",
		"extends absolute": "services:\n  a:\n    extends: {file: /etc/secret.yaml, service: a}\n",
		"extends linked":   "services:\n  a:\n    extends: {file: link.yaml, service: a}\n",
		"include":          "include: [../secret.yaml]\nservices: {}\n",
		"include linked":   "include:\n  - path: link.yaml\nservices: {}\n",
		"include env":      "include:\n  - path: ok.yaml\n    env_file: ../secret.env\nservices: {}\n",
		"nested":           "include: [sub/more.yaml]\nservices: {}\n",
		"folder":           "include:\n  - path: ok.yaml\n    project_directory: ..\nservices: {}\n",
	} {
		t.Run(what, func(t *testing.T) {
			r := open(t, map[string]string{"compose.yaml": file, "ok.yaml": "services: {}\n", "sub/more.yaml": "include: [../../secret.yaml]\nservices: {}\n"})
			outside := filepath.Join(filepath.Dir(r.Shown(".")), "secret.yaml")
			if err := os.WriteFile(outside, []byte("services: {a: {image: secret}, b: {image: secret}}\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(filepath.Dir(outside), ".env"), []byte("X=secret\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(outside, r.Shown("link.yaml")); err != nil {
				t.Fatal(err)
			}
			p, err := Load(r, "compose.yaml")
			if err != nil && p == nil {
				t.Fatal(err)
			}
			for _, s := range p.Services {
				if s.Image.Value == "secret" {
					t.Errorf("%s was read", outside)
				}
			}
			if what != "folder" && len(p.Notes) == 0 {
				t.Error("nothing is said of it")
			}
		})
	}
}

func TestTheNetworkIsNeverAsked(t *testing.T) {
	for _, ref := range []string{"https://example.com/compose.yaml", "git@example.com:a/b.git", "oci://example.com/a", "github.com/a/b", "https://example.com/a.git#main:sub"} {
		p, err := Load(open(t, map[string]string{"compose.yaml": "include: [\"" + ref + "\"]\nservices:\n  a: {image: x}\n"}), "compose.yaml")
		if err != nil || len(p.Services) != 1 || len(p.Notes) != 1 {
			t.Errorf("%s: %v, %+v", ref, err, p)
		}
	}
}

func TestCyclesAndBombsEndWithAWord(t *testing.T) {
	bomb := &strings.Builder{}
	bomb.WriteString("x-a: &a [x,x,x,x,x,x,x,x,x]\n")
	for c := 'b'; c < 'n'; c++ {
		fmt.Fprintf(bomb, "x-%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 9), ","))
	}
	text := bomb.String()
	for what, files := range map[string]map[string]string{
		"a service extends itself":  {"compose.yaml": "services:\n  a: {extends: b}\n  b: {extends: a}\n"},
		"over two files":            {"compose.yaml": "services:\n  a: {extends: {file: x.yaml, service: a}}\n", "x.yaml": "services:\n  a: {extends: {file: compose.yaml, service: a}}\n"},
		"a file includes itself":    {"compose.yaml": "include: [compose.yaml]\nservices: {a: {image: x}}\n"},
		"files include each other":  {"compose.yaml": "include: [x.yaml]\nservices: {a: {image: x}}\n", "x.yaml": "include: [compose.yaml]\nservices: {b: {image: x}}\n"},
		"an alias holds itself":     {"compose.yaml": "services:\n  a: &a\n    image: x\n    environment: {b: *a}\n"},
		"a merge holds itself":      {"compose.yaml": "services:\n  a: &a\n    image: x\n    <<: *a\n"},
		"aliases upon aliases":      {"compose.yaml": text + "services:\n  a: {image: x, labels: *m}\n"},
		"a service that is a list":  {"compose.yaml": "services:\n  a: [image]\n"},
		"a command of mappings":     {"compose.yaml": "services:\n  a: {image: x, command: [{a: b}, [c], null, 1]}\n"},
		"extends of nothing":        {"compose.yaml": "services:\n  a: {extends: {service: [x]}}\n"},
		"services that are numbers": {"compose.yaml": "services:\n  1: {image: 1, environment: {1: 1}, stop_grace_period: 1, init: 1}\n"},
	} {
		t.Run(what, func(t *testing.T) {
			var p *Project
			var err error
			took := stopwatch.Best(1, func() { p, err = Load(open(t, files), "compose.yaml") })
			t.Logf("%v", err)
			if took > time.Second {
				t.Errorf("it took %v", took)
			}
			if err == nil && p == nil {
				t.Error("neither a project nor an error")
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("%q has several lines", err)
			}
		})
	}
}

func TestACommandStringIsSplitAsComposeDoes(t *testing.T) {
	for in, want := range map[string]struct{ words, rest string }{
		"bundle exec sidekiq -t 25":      {"bundle|exec|sidekiq|-t|25", ""},
		"sh -c 'a && exec b'":            {"sh|-c|a && exec b", ""},
		"a && b":                         {"a", "&& b"},
		"a -x 2>&1":                      {"a|-x", "2>&1"},
		"a | tee log":                    {"a", "| tee log"},
		"a \"b c\" d\\ e":                {"a|b c|d e", ""},
		"rq worker --name $$HOSTNAME":    {"rq|worker|--name|$HOSTNAME", ""},
		"celery -A ${APP} worker":        {"celery|-A|${APP}|worker", ""},
		"sidekiq -g 'a; b' ; echo ended": {"sidekiq|-g|a; b", "; echo ended"},
	} {
		s, _ := one(t, map[string]string{"compose.yaml": "services:\n  a:\n    image: x\n    command: >-\n      " + in + "\n"})
		if got := strings.Join(deploy.Values(s.Command.Words), "|"); got != want.words || s.Strings[0].Rest != want.rest {
			t.Errorf("%q is %q and drops %q, want %q and %q", in, got, s.Strings[0].Rest, want.words, want.rest)
		}
	}
}

func TestEachWordOfAFoldedCommandKnowsItsLine(t *testing.T) {
	s, _ := one(t, map[string]string{"compose.yaml": "services:\n  a:\n    image: x\n    command: |\n      bundle exec sidekiq\n      -q mail\n      -t 25\n"})
	got := map[string]int{}
	for _, w := range s.Command.Words {
		got[w.Value] = w.Pos.Line
	}
	if got["bundle"] != 5 || got["mail"] != 6 || got["25"] != 7 {
		t.Errorf("%v", got)
	}
}

func TestTheLastFileWinsAndEachSettingKnowsItsFile(t *testing.T) {
	r := open(t, map[string]string{
		"compose.yaml":          "services:\n  a:\n    image: x\n    init: true\n    command: [old]\n    environment: {A: '1', B: '1'}\n    stop_grace_period: 20s\n",
		"compose.override.yaml": "services:\n  a:\n    command: [new]\n    environment: [B=2]\n    stop_grace_period: 1m30s\n    init: false\n",
	})
	p, err := Load(r, "compose.yaml", "compose.override.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := p.Services[0]
	at := func(pos deploy.Pos) string { return strings.TrimPrefix(pos.String(), r.Shown(".")+"/") }
	if s.Grace.Time != 90*time.Second || at(s.Grace.Pos) != "compose.override.yaml:5" {
		t.Errorf("%+v", s.Grace)
	}
	if s.Command.String() != "new" || at(s.Command.Pos) != "compose.override.yaml:3" {
		t.Errorf("%+v", s.Command)
	}
	if s.Env["A"].Value != "1" || at(s.Env["A"].Pos) != "compose.yaml:6" || s.Env["B"].Value != "2" || at(s.Env["B"].Pos) != "compose.override.yaml:4" {
		t.Errorf("%+v", s.Env)
	}
	if s.Init.Known() || at(s.Pos) != "compose.yaml:2" {
		t.Errorf("init at %v, service at %v", s.Init, s.Pos)
	}
}

func TestAFileThatWasTakenBackIsNotThere(t *testing.T) {
	r := open(t, map[string]string{
		"compose.yaml":      "services:\n  a:\n    image: x\n    stop_grace_period: 20s\n    command: [a]\n",
		"compose.prod.yaml": "services:\n  a:\n    stop_grace_period: !reset null\n    command: !reset []\n",
	})
	p, err := Load(r, "compose.yaml", "compose.prod.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if s := p.Services[0]; !s.Grace.Default || s.Command != nil {
		t.Errorf("%+v, %+v", s.Grace, s.Command)
	}
}

func TestAMissingEnvFileLeavesVariablesOpen(t *testing.T) {
	s, _ := one(t, map[string]string{"compose.yaml": "services:\n  a: {image: x, env_file: [here.env, not.env]}\n", "here.env": "# x\n\nexport A='1'\nB=2\n"})
	if !s.EnvOpen || s.Env["A"].Value != "1" || s.Env["A"].Pos.Line != 3 || s.Env["B"].Pos.Line != 4 {
		t.Errorf("%v %+v", s.EnvOpen, s.Env)
	}
}

func TestAServiceKnowsWhatItIsBuiltFrom(t *testing.T) {
	for in, want := range map[string]Build{
		"build: .":                         {Context: ".", Dockerfile: "Dockerfile"},
		"build: ./app":                     {Context: "app", Dockerfile: "app/Dockerfile"},
		"build: {context: app, target: w}": {Context: "app", Dockerfile: "app/Dockerfile", Target: "w"},
		"build: {context: ., dockerfile: docker/x.Dockerfile}": {Context: ".", Dockerfile: "docker/x.Dockerfile"},
		"build: {dockerfile: x}":                               {Context: ".", Dockerfile: "x"},
		"build: ../out":                                        {Elsewhere: true},
		"build: https://example.com/a.git":                     {Elsewhere: true},
		"build: {context: \"${CONTEXT}\"}":                     {Elsewhere: true},
		"build: {context: \"${CONTEXT:-app}\"}":                {Context: "app", Dockerfile: "app/Dockerfile"},
	} {
		s, _ := one(t, map[string]string{"compose.yaml": "services:\n  a:\n    " + in + "\n"})
		if s.Build == nil || *s.Build != want {
			t.Errorf("%s: %+v, want %+v", in, s.Build, want)
		}
	}
}

func TestAnEnvFileWithAVariableThatNobodySetsWritesNothingToStandardError(t *testing.T) {
	b := &strings.Builder{}
	out := logrus.StandardLogger().Out
	logrus.SetOutput(b)
	t.Cleanup(func() { logrus.SetOutput(out) })
	one(t, map[string]string{"compose.yaml": "services: {w: {image: shop, env_file: shop.env}}\n", ".env": "SHOP=$NOBODY\n", "shop.env": "SENDER=\"${NOBODY}\"\n"})
	if b.Len() > 0 {
		t.Errorf("it wrote %s", b)
	}
}
