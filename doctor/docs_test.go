package doctor_test

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

var update = flag.Bool("update", false, "write what is made by tests into docs/doctor.md")

const (
	page  = "../docs/doctor.md"
	begin = "<!-- what follows is written by: go test ./doctor -run Page -update -->\n"
)

func TestThePageHasEveryRuleAsItIs(t *testing.T) {
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(content), begin)
	if !ok {
		t.Fatalf("%s has no line %q", page, begin)
	}
	b := &strings.Builder{}
	b.WriteString(head + begin + "\n| rule | worst | finds |\n|---|---|---|\n")
	for _, r := range doctor.Rules() {
		fmt.Fprintf(b, "| [%s](#%s-%s) | %s | %s |\n", r.ID, strings.ToLower(r.ID), r.Name, r.Severity, strings.ReplaceAll(strings.ReplaceAll(r.Finds, "\n", " "), "|", `\|`))
	}
	for _, r := range doctor.Rules() {
		b.WriteString("\n" + r.Markdown())
	}
	switch {
	case b.String() == string(content):
	case *update:
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Error("the rules have changed: go test ./doctor -run Page -update writes them into docs/doctor.md")
	}
}

// Field names are a promise to scripts.
func TestThePageNamesEveryFieldOfTheJSONReport(t *testing.T) {
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range doctor.JSONFields(reflect.TypeOf) {
		if !strings.Contains(string(content), "`"+name+"`") {
			t.Errorf("%s is not named", name)
		}
	}
}

func TestThePageSaysOfEveryWorkerWhereItsTimeComesFrom(t *testing.T) {
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(content), "## Workers")
	table, _, _ = strings.Cut(table, "\n## ")
	for _, k := range worker.Kinds {
		name, _, _ := strings.Cut(strings.TrimPrefix(k.Name, "Laravel "), " (")
		if !strings.Contains(table, name) {
			t.Errorf("%s is not there", k.Name)
		}
		if k.Time > 0 && k.Time < time.Minute && !strings.Contains(table, deploy.Seconds(k.Time)) {
			t.Errorf("%s' %v is not there", k.Name, k.Time)
		}
	}
}
