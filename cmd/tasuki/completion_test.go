//go:build linux

package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// A real bash, on a terminal, with a person who presses the tab key.
func TestTheTabKeyInBash(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("needs bash")
	}
	file := filepath.Join(t.TempDir(), "jobs.db")
	for _, queue := range []string{"mail", "my queue", "a:b:c", "$(echo no)"} {
		must(t, "tasuki", "enqueue", "send", "--queue", queue, "--id", "job-"+queue[len(queue)-1:], "--store", file)
	}
	p := onTerminal(t, 200, 24, "bash", "--norc", "--noprofile", "-i")
	p.types("say() { printf '<%s>' \"$@\"; echo; }; source <(tasuki completion bash); export TASUKI_STORE=" + file + "; echo rea''dy\n")
	at := p.shows(0, `ready\r\n`)
	for _, line := range []struct{ typed, said string }{
		{"tasuki ver\t", "<tasuki><version>"},
		{"tasuki jo\tret\t--sta\tdea\t", "<tasuki><jobs><retry><--state><dead>"},
		{"tasuki jobs list --state=dea\t", "<tasuki><jobs><list><--state=dead>"},
		{"tasuki jobs list -s dead,ret\t", "<tasuki><jobs><list><-s><dead,retry>"},
		{"tasuki queues pause ma\t", "<tasuki><queues><pause><mail>"},
		{"tasuki queues pause mail my\t", "<tasuki><queues><pause><mail><my queue>"},
		{"tasuki queues pause a:\t", "<tasuki><queues><pause><a:b:c>"},
		{"tasuki queues pause a:b:\t", "<tasuki><queues><pause><a:b:c>"},
		{"tasuki queues pause \\$\\(\t", "<tasuki><queues><pause><$(echo no)>"},
		{"tasuki jobs show job-c\t", "<tasuki><jobs><show><job-c>"},
		{"tasuki enqueue --bulk /etc/passw\t", "<tasuki><enqueue><--bulk></etc/passwd>"},
	} {
		p.types(line.typed)
		p.types("\x01say \x05\n") // at the line's beginning
		at = p.shows(at, `\r`+regexp.QuoteMeta(line.said)+`\r\n`)
	}
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
