package sidekiq_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/sidekiq"
	"github.com/tasuki-jobs/tasuki/store"
)

// anyJob is the class in testdata/perform.rb that shows what its perform got.
const anyJob = "Admin::AnyJob"

// An answer is what became of one job in Rails.
type answer struct {
	Saw struct {
		Args                     []string
		Words, Locale, Queue, ID string
		Provider                 string
	}
	Same  bool              // Rails writes the same arguments for what it read
	Back  []json.RawMessage // the jobs that it enqueued
	Error string
}

// performed gives jobs to the real Active Job, through Sidekiq's wrapper.
func performed(t *testing.T, jobs ...store.Job) []answer {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "ruby", "-e", `require "active_job"; require "sidekiq"`).CombinedOutput(); err != nil {
		t.Skipf("needs Ruby with Active Job and Sidekiq (Debian: ruby-rails, ruby-sidekiq): %v\n%s", err, out)
	}
	var lines, failed bytes.Buffer
	for _, j := range jobs {
		if err := j.Check(0); err != nil || j.Kind != sidekiq.Wrapper {
			t.Fatalf("job of kind %q: %v", j.Kind, err)
		}
		lines.Write(append(j.Args, '\n'))
	}
	ruby := exec.CommandContext(t.Context(), "ruby", "testdata/perform.rb")
	ruby.Stdin, ruby.Stderr = &lines, &failed
	out, err := ruby.Output()
	if err != nil {
		t.Fatalf("ruby: %v\n%s", err, failed.String())
	}
	answers := make([]answer, 0, len(jobs))
	for line := range strings.Lines(string(out)) {
		var a answer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(jobs) {
		t.Fatalf("%d answers to %d jobs: %s", len(answers), len(jobs), out)
	}
	return answers
}

// seen is what perform got for values, one argument each.
func seen(t *testing.T, values ...any) answer {
	t.Helper()
	a := performed(t, sidekiq.NewActiveJob[[]any](anyJob).Job(values))[0]
	if a.Error != "" {
		t.Fatal(a.Error)
	}
	return a
}
