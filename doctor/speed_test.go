package doctor_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor"
	"github.com/tasuki-jobs/tasuki/doctor/internal/stopwatch"
)

// large is a repository of 10,000 files such as grow in years: most are code, some hundred
// describe deployments, thousands have names that may.
func large(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	manifest := strings.TrimPrefix(longJobs, "-- k8s/worker.yaml --\n")
	for i := range 10_000 {
		switch {
		case i%100 == 0:
			put(t, dir, fmt.Sprintf("services/s%d/Dockerfile", i), "FROM ruby:3.4\nCOPY . /app\nWORKDIR /app\nENTRYPOINT [\"./entry.sh\"]\nCMD [\"bundle\", \"exec\", \"sidekiq\"]\n")
			put(t, dir, fmt.Sprintf("services/s%d/entry.sh", i), "#!/bin/sh\nset -e\nbundle exec rails db:prepare\nexec \"$@\"\n")
		case i%50 == 0:
			put(t, dir, fmt.Sprintf("k8s/s%d/worker.yaml", i), manifest)
		case i%10 == 0:
			put(t, dir, fmt.Sprintf("config/c%d/settings.yml", i), strings.Repeat("key: value\nlist: [1, 2, 3]\n", 20))
		case i%10 == 1:
			put(t, dir, fmt.Sprintf("data/d%d.json", i), `{"a": [1, 2, 3], "b": {"c": "d"}}`)
		case i%10 == 2:
			put(t, dir, fmt.Sprintf("bin/b%d.sh", i), "#!/bin/sh\necho hello\nls | wc -l\n")
		default:
			put(t, dir, fmt.Sprintf("src/m%d/file%d.rb", i%100, i), strings.Repeat("def x\n  1\nend\n", 30))
		}
	}
	return dir
}

// best is the least of several runs.
func best(t testing.TB, path string, runs int) time.Duration {
	t.Helper()
	return stopwatch.Best(runs, func() {
		r, err := doctor.Check(t.Context(), []string{path}, doctor.Options{})
		if err != nil || len(r.Findings) == 0 {
			t.Fatalf("%v, %+v", err, r)
		}
	})
}

func TestTenThousandFilesTakeLessThanASecond(t *testing.T) {
	limit := time.Second * slower
	took := best(t, large(t), 5)
	t.Logf("10,000 files: %v", took)
	if took > limit {
		t.Errorf("%v, want less than %v", took, limit)
	}
}

func TestManyWorkersOfManySourcesTakeLessThanASecond(t *testing.T) {
	dir := t.TempDir()
	for i := range 3000 {
		put(t, dir, fmt.Sprintf("app/p%d/m%d.py", i%100, i), "import os\n"+strings.Repeat("def f(x):\n    return x + 1  # visibility\n", 150))
	}
	for i := range 150 {
		put(t, dir, fmt.Sprintf("k8s/w%d.yaml", i), "apiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec:\n  terminationGracePeriodSeconds: 60\n  containers:\n  - {name: w, image: x, command: [celery, -A, app, worker]}\n")
	}
	took := best(t, dir, 3)
	t.Logf("3,000 sources, 150 workers: %v", took)
	if limit := time.Second * slower; took > limit {
		t.Errorf("%v, want less than %v", took, limit)
	}
}

func TestOneFileTakesLessThan50Milliseconds(t *testing.T) {
	limit := 50 * time.Millisecond * slower
	took := best(t, write(t, longJobs), 5)
	t.Logf("one file: %v", took)
	if took > limit {
		t.Errorf("%v, want less than %v", took, limit)
	}
}

func TestAThousandUnitsWithDropInsTakeLessThanASecond(t *testing.T) {
	layouts := map[string]func(dir string, i int){
		"each with its own": func(dir string, i int) {
			put(t, dir, fmt.Sprintf("units/w%d.service", i), "[Service]\nExecStart=/bin/bundle exec sidekiq\n")
			put(t, dir, fmt.Sprintf("units/w%d.service.d/t.conf", i), "[Service]\nTimeoutStopSec=9\n")
		},
		"of one name on many servers": func(dir string, i int) {
			put(t, dir, fmt.Sprintf("s%d/w.service", i), "[Service]\nExecStart=/bin/bundle exec sidekiq\n")
			put(t, dir, fmt.Sprintf("s%d/w.service.d/t.conf", i), "[Service]\nTimeoutStopSec=9\n")
		},
		"of templates": func(dir string, i int) {
			put(t, dir, fmt.Sprintf("units/w%d@.service", i), "[Service]\nExecStart=/bin/bundle exec sidekiq -i %i\n")
			put(t, dir, fmt.Sprintf("units/w%d@a.service.d/t.conf", i), "[Service]\nTimeoutStopSec=9\n")
		},
	}
	for name, lay := range layouts {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for i := range 1000 {
				lay(dir, i)
			}
			took := best(t, dir, 2)
			t.Logf("1,000 units: %v", took)
			if limit := time.Second * slower; took > limit {
				t.Errorf("%v, want less than %v", took, limit)
			}
		})
	}
}
