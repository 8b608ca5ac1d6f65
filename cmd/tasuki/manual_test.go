package main

import (
	"bytes"
	"flag"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

var update = flag.Bool("update", false, "write what is made by tests into docs/cli.md and docs/stores.md")

const manualFile = "../../docs/cli.md"

// helps are the manual's blocks: "$ tasuki … --help" and what it prints.
var helps = regexp.MustCompile("(?s)```console\n\\$ (tasuki[^\n]* --help)\n(.*?)```\n")

func TestTheManualSaysWhatTheHelpSays(t *testing.T) {
	manual, err := os.ReadFile(manualFile)
	if err != nil {
		t.Fatal(err)
	}
	var has []string
	fresh := helps.ReplaceAllStringFunc(string(manual), func(block string) string {
		line := helps.FindStringSubmatch(block)[1]
		has = append(has, line)
		var out, errs bytes.Buffer
		if code := run(strings.Fields(line)[1:], caller{out: &out, err: &errs}); code != exitOK {
			t.Errorf("%s: exit code %d: %s", line, code, &errs)
		}
		return "```console\n$ " + line + "\n" + out.String() + "```\n"
	})
	if want := helpLines(t); !slices.Equal(has, want) {
		t.Errorf("the manual has\n%s\nwant\n%s", strings.Join(has, "\n"), strings.Join(want, "\n"))
	}
	switch {
	case fresh == string(manual):
	case *update:
		if err := os.WriteFile(manualFile, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Error("the help has changed: go test ./cmd/tasuki -run Manual -update writes it into docs/cli.md")
	}
}

// helpLines are the commands that the manual must have, in this order.
func helpLines(t *testing.T) (lines []string) {
	t.Helper()
	parser, err := kong.New(&commandLine{}, kong.Name("tasuki"), kong.Vars{"states": stateList()})
	if err != nil {
		t.Fatal(err)
	}
	lines = []string{"tasuki --help"}
	for _, leaf := range parser.Model.Leaves(true) {
		lines = append(lines, leaf.FullPath()+" --help")
	}
	return lines
}

func TestEveryCommandHasAnExample(t *testing.T) {
	for _, line := range helpLines(t)[1:] {
		command := strings.TrimSuffix(line, " --help")
		var out bytes.Buffer
		run(strings.Fields(line)[1:], caller{out: &out, err: &out})
		if !regexp.MustCompile(`(?m)^    (.*[| (])?` + command + `( |\)|$)`).MatchString(out.String()) {
			t.Errorf("%s has no example:\n%s", line, &out)
		}
	}
}

// Field names are a promise to scripts, so the manual has each of them.
func TestTheManualNamesEveryFieldOfTheJSON(t *testing.T) {
	manual, err := os.ReadFile(manualFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{enqueued{}, pageJSON{}, jobJSON{}, store.Run{}, store.Failure{}, store.Progress{}, statsJSON{}, queueJSON{}, workerJSON{}, movedJSON{},
		leftJSON{}, pausedJSON{}, orderJSON{}, scheduleJSON{}, switchedJSON{}, store.Mark{}, snapshotJSON{}, ratesJSON{}, step{},
		supervise.Status{}, supervise.Trouble{}, supervise.SupervisorStatus{}, supervise.RestartStatus{}, supervise.SlotStatus{}, supervise.WorkerStatus{}, supervise.Refusal{}} {
		for f := range reflect.TypeOf(v).Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name != "" && name != "-" && !strings.Contains(string(manual), "`"+name+"`") {
				t.Errorf("%T: docs/cli.md does not name `%s`", v, name)
			}
		}
	}
}

// keysTable is the manual's table of what a configuration can say.
var keysTable = regexp.MustCompile(`(?s)\| key \| meaning \|\n\|---\|---\|\n(\|[^\n]*\n)*`)

func TestTheManualHasEveryKeyOfTheConfiguration(t *testing.T) {
	manual, err := os.ReadFile(manualFile)
	if err != nil {
		t.Fatal(err)
	}
	want := "| key | meaning |\n|---|---|\n"
	for _, key := range settings.Keys() {
		want += "| `" + key + "` | " + settings.About(key) + " |\n"
	}
	switch {
	case bytes.Contains(manual, []byte(want)):
	case *update:
		fresh := keysTable.ReplaceAllLiteral(manual, []byte(want))
		if err := os.WriteFile(manualFile, fresh, 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Error("the keys have changed: go test ./cmd/tasuki -run Manual -update writes them into docs/cli.md")
	}
}
