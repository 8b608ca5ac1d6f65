//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// A shell is a real one, on a terminal, with a person who presses the tab key.
type shell struct {
	args   []string
	setup  string // teaches it say, which prints its arguments, the completion and a prompt
	listed string // how it lists the commands of queues when more than one fits
}

func TestTheTabKeyInBash(t *testing.T) {
	shell{
		args:   []string{"bash", "--norc", "--noprofile", "-i"},
		setup:  `say() { printf '<%s>' "$@"; echo; }; source <(tasuki completion bash); PS1=go''on'> '`,
		listed: `clear +list +pause +resume`,
	}.completes(t)
}

func TestTheTabKeyInZsh(t *testing.T) {
	const say, prompt = `say() { printf '<%s>' "$@"; echo; }; autoload -U compinit; `, `; PS1=go''on'> '`
	for name, setup := range map[string]string{
		"sourced":   `compinit -u -D; source <(tasuki completion zsh)`,
		"in a file": `tasuki completion zsh > ~/_tasuki; fpath=(~ $fpath); compinit -u -D`,
	} {
		t.Run(name, func(t *testing.T) {
			shell{
				args:   []string{"zsh", "-f", "-i"},
				setup:  say + setup + prompt,
				listed: `pause +-- Stop workers from claiming`,
			}.completes(t)
		})
	}
}

func TestTheTabKeyInFish(t *testing.T) {
	const say, prompt = `function say; printf '<%s>' $argv; echo; end; `, `; function fish_prompt; echo -n go''on'> '; end`
	for name, setup := range map[string]string{
		"sourced":   `tasuki completion fish | source`,
		"in a file": `tasuki completion fish > ~/tasuki.fish; set fish_complete_path ~`,
	} {
		t.Run(name, func(t *testing.T) {
			shell{
				args:   []string{"fish", "--no-config", "-i"},
				setup:  say + setup + prompt,
				listed: `pause.*\(Stop workers from claiming`,
			}.completes(t)
		})
	}
}

// completes types what each line of the table begins, with tabs, and reads back
// what the shell made of it.
func (sh shell) completes(t *testing.T) {
	if _, err := exec.LookPath(sh.args[0]); err != nil {
		t.Skip("needs " + sh.args[0])
	}
	home := emptyHome(t)
	p := onTerminal(t, 200, 24, sh.args...)
	p.types(sh.setup + "\n")
	at := p.shows(0, `goon> `)
	for _, line := range []struct{ typed, said string }{
		{"tasuki ver\t", "<tasuki><version>"},
		{"tasuki jo\tret\t--sta\tdea\t", "<tasuki><jobs><retry><--state><dead>"},
		{"tasuki jobs list --state=dea\t", "<tasuki><jobs><list><--state=dead>"},
		{"tasuki jobs list -s dead,ret\t", "<tasuki><jobs><list><-s><dead,retry>"},
		{"tasuki queues pause ma\t", "<tasuki><queues><pause><mail>"},
		{"tasuki queues pause mail my\t", "<tasuki><queues><pause><mail><my queue>"},
		{"tasuki queues pause my\\ q\t", "<tasuki><queues><pause><my queue>"},
		{"tasuki queues pause 'my q\t", "<tasuki><queues><pause><my queue>"},
		{"tasuki queues pause \"it'\t", "<tasuki><queues><pause><it's>"},
		{"tasuki jobs list --queue='my\t", "<tasuki><jobs><list><--queue=my queue>"},
		{"tasuki queues pause a:\t", "<tasuki><queues><pause><a:b:c>"},
		{"tasuki queues pause a:b:\t", "<tasuki><queues><pause><a:b:c>"},
		{"tasuki queues pause 'a:b\t", "<tasuki><queues><pause><a:b:c>"},
		{"tasuki queues pause b\t", `<tasuki><queues><pause><b\k>`},
		{"tasuki queues pause \\$\\(\t", "<tasuki><queues><pause><$(echo no)>"},
		{"tasuki queues pause \"\\$\t", "<tasuki><queues><pause><$(echo no)>"},
		{"tasuki jobs show job-c\t", "<tasuki><jobs><show><job-c>"},
		{"tasuki --store '" + home + "/other place.db' queues pause el\t", "<tasuki><--store><" + home + "/other place.db><queues><pause><elsewhere>"},
		{"tasuki --store ~/other\\ place.db queues pause el\t", "<tasuki><--store><" + home + "/other place.db><queues><pause><elsewhere>"},
		{"~/tasuki ver\t", "<" + home + "/tasuki><version>"},
		{"tasuki enqueue --bulk /etc/passw\t", "<tasuki><enqueue><--bulk></etc/passwd>"},
		{"tasuki enqueue --bulk=/etc/passw\t", "<tasuki><enqueue><--bulk=/etc/passwd>"},
		{"tasuki enqueue --bulk ~/oth\t", "<tasuki><enqueue><--bulk><" + home + "/other place.db>"},
	} {
		p.types(line.typed)
		p.types("\x01say \n") // at the line's beginning
		at = p.shows(at, `\r\n?`+regexp.QuoteMeta(line.said)+`\r\n(?s:.*?)goon> `)
	}
	p.types("tasuki queues \t\t")
	p.shows(at, sh.listed)
	p.types("\x15exit 0\n")
	if got := p.exits(); got != 0 {
		t.Errorf("exit code %d, want 0: %q", got, p.output()[at:])
	}
}

// emptyHome is a home without a person's settings and history, but with two
// stores and a tasuki of its own.
func emptyHome(t *testing.T) string {
	home := t.TempDir()
	for _, name := range []string{"HOME", "ZDOTDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"} {
		t.Setenv(name, home)
	}
	for _, name := range []string{"HISTFILE", "EDITOR", "VISUAL"} {
		t.Setenv(name, "")
	}
	t.Setenv("INPUTRC", "/dev/null")
	t.Setenv("LC_ALL", "C.UTF-8")
	t.Setenv("TASUKI_STORE", filepath.Join(home, "jobs.db"))
	for _, queue := range []string{"mail", "my queue", "a:b:c", "$(echo no)", "it's", `b\k`} {
		must(t, "tasuki", "enqueue", "send", "--queue", queue, "--id", "job-"+queue[len(queue)-1:])
	}
	must(t, "tasuki", "enqueue", "send", "--queue", "elsewhere", "--store", filepath.Join(home, "other place.db"))
	exe, err := exec.LookPath("tasuki")
	if err == nil {
		err = os.Symlink(exe, filepath.Join(home, "tasuki"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return home
}

func TestALineIsSplitAsAShellDoesIt(t *testing.T) {
	for line, want := range map[string][]string{
		"":                      {""},
		"tasuki":                {"tasuki"},
		"tasuki ":               {"tasuki", ""},
		"  tasuki   jobs ":      {"tasuki", "jobs", ""},
		`a 'b c' "d e" f\ g`:    {"a", "b c", "d e", "f g"},
		`a "it's" 'say "x"' \\`: {"a", "it's", `say "x"`, `\`},
		`a "not clo`:            {"a", "not clo"},
	} {
		if got := shellWords(line); !slices.Equal(got, want) {
			t.Errorf("%q is %q, want %q", line, got, want)
		}
	}
}
