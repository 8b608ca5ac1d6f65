package golang_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/golang"
	"github.com/tasuki-jobs/tasuki/doctor/internal/stopwatch"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

func open(files map[string]string) *golang.Sources {
	return golang.Open(slices.Sorted(maps.Keys(files)), func(name string) ([]byte, string, bool) {
		content, ok := files[name]
		return []byte(content), name, ok
	})
}

const mod = "module example.com/app\n\ngo 1.26\n"

// program is a main with a library, and what it does.
func program(library, body string) map[string]string {
	return map[string]string{"go.mod": mod, "cmd/w/main.go": "package main\n\nimport (\n\t\"time\"\n\t" + library + "\n)\n\n" + body + "\n"}
}

func TestATimeIsReadFromTheLiteralThatHasIt(t *testing.T) {
	asynq, river := `"github.com/hibiken/asynq"`, `"github.com/riverqueue/river"`
	for _, c := range []struct {
		library, body string
		kind          *worker.Kind
		want          string
	}{
		{asynq, `func main() { asynq.NewServer(nil, asynq.Config{ShutdownTimeout: 90 * time.Second}).Run(nil) }`, worker.Asynq, "1m30s"},
		{asynq, `func main() { asynq.NewServer(nil, asynq.Config{}).Run(nil) }`, worker.Asynq, "none"},
		{asynq, `const d = 2 * (time.Minute - 30*time.Second)
func main() { c := asynq.Config{ShutdownTimeout: d}; asynq.NewServer(nil, c).Run(nil) }`, worker.Asynq, "1m0s"},
		{asynq, `func main() { var c asynq.Config; c.ShutdownTimeout = time.Duration(5) * time.Second; asynq.NewServer(nil, c) }`, worker.Asynq, "5s"},
		{asynq, `var d = time.Second
func main() { asynq.NewServer(nil, asynq.Config{ShutdownTimeout: d}) }`, worker.Asynq, "open"},
		{`q "github.com/hibiken/asynq"`, `func main() { q.NewServer(nil, q.Config{ShutdownTimeout: time.Second}) }`, worker.Asynq, "1s"},
		{asynq, `func main() { asynq.NewClient(nil) }`, nil, ""},
		{river, `func main() { river.NewClient(nil, &river.Config{Workers: w}) }`, nil, ""}, // it enqueues, and has its kinds looked at
		{river, `func main() { c := &river.Config{Workers: w}; if x { c.Queues = q }; river.NewClient(nil, c) }`, worker.River, "none"},
		{river, `func main() { river.NewClient(nil, &river.Config{Queues: q, Workers: w, SoftStopTimeout: 10 * time.Second}) }`, worker.River, "10s"},
		{river, `func main() { river.NewClient(nil, &river.Config{}) }`, nil, ""},
		{`faktory "github.com/contribsys/faktory_worker_go"`, `func main() { m := faktory.NewManager(); m.ShutdownTimeout = 40 * time.Second; m.Run() }`, worker.Faktory, "40s"},
		{`"github.com/contribsys/faktory_worker_go"`, `func main() { faktory_worker.NewManager().Run() }`, worker.Faktory, "none"},
		{`"go.temporal.io/sdk/worker"`, `func main() { worker.New(c, "q", worker.Options{WorkerStopTimeout: time.Minute}) }`, worker.Temporal, "1m0s"},
		{`"github.com/tasuki-jobs/tasuki"`, `func main() { w, _ := tasuki.New(st, tasuki.Config{Timeout: 1_500 * time.Millisecond}); tasuki.Main(w) }`, worker.Tasuki, "1.5s"},
		{asynq, `func main() { asynq.NewServer(nil, asynq.Config{ShutdownTimeout: `, worker.Asynq, "any"},
	} {
		t.Run(c.body, func(t *testing.T) {
			found, ok := open(program(c.library, c.body)).Worker("cmd/w")
			if !ok || c.kind == nil {
				if ok || c.kind != nil && c.want != "any" {
					t.Fatalf("a worker: %v, %+v", ok, found)
				}
				return
			}
			got := "none"
			if found.Own != nil {
				if got = found.Own.Time.String(); found.Own.Open != "" {
					got = "open"
				}
			}
			if found.Kind != c.kind || got != c.want && c.want != "any" {
				t.Errorf("%s, %s; want %s, %s", found.Kind.Name, got, c.kind.Name, c.want)
			}
		})
	}
}

func TestAProgramThatOnlyEnqueuesIsNoWorker(t *testing.T) {
	files := map[string]string{"go.mod": mod,
		"internal/q/q.go":    "package q\n\nimport \"github.com/hibiken/asynq\"\n\n// Serve works.\nfunc Serve() { asynq.NewServer(nil, asynq.Config{}) }\n\nfunc Client() { asynq.NewClient(nil) }\n",
		"cmd/api/main.go":    "package main\n\nimport \"example.com/app/internal/q\"\n\nfunc main() { q.Client() }\n",
		"cmd/jobs/main.go":   "package main\n\nimport \"example.com/app/internal/run\"\n\nfunc main() { run.All() }\n",
		"internal/run/a.go":  "package run\n\nimport \"example.com/app/internal/q\"\n\nfunc All() { q.Serve() }\n",
		"cmd/other/other.go": "package other\n",
	}
	s := open(files)
	for dir, want := range map[string]bool{"cmd/api": false, "cmd/jobs": true, "cmd/other": false, "cmd/none": false} {
		if _, ok := s.Worker(dir); ok != want {
			t.Errorf("%s is a worker: %v", dir, ok)
		}
	}
	if got := s.Mains("jobs"); len(got) != 1 || got[0] != "cmd/jobs" {
		t.Errorf("jobs is in %v", got)
	}
}

func TestAConstantOfAnotherPackageCounts(t *testing.T) {
	files := program(`"github.com/hibiken/asynq"; "example.com/app/conf"`, `func main() { asynq.NewServer(nil, asynq.Config{ShutdownTimeout: conf.Stop}) }`)
	files["conf/conf.go"] = "package conf\n\nimport \"time\"\n\nconst (\n\tn = 7\n\tStop = n * time.Minute\n)\n"
	if found, ok := open(files).Worker("cmd/w"); !ok || found.Own == nil || found.Own.Time != 7*time.Minute {
		t.Errorf("%+v", found)
	}
}

func TestManyFilesAreReadInTime(t *testing.T) {
	files := map[string]string{"go.mod": mod, "cmd/w/main.go": "package main\n\nimport \"example.com/app/p0\"\n\nfunc main() { p0.F() }\n"}
	for i := range 10000 {
		files[fmt.Sprintf("p%d/p.go", i)] = fmt.Sprintf("package p%d\n\nimport \"example.com/app/p%d\"\n\n%s\nfunc F() { p%d.F() }\n", i, i+1, strings.Repeat("// time. text\n", 20), i+1)
	}
	took := stopwatch.Best(3, func() { open(files).Worker("cmd/w") })
	if took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
	t.Logf("it took %v", took)
}

func FuzzAnySourceIsRead(f *testing.F) {
	f.Add("func main() { asynq.NewServer(nil, asynq.Config{ShutdownTimeout: 90 * time.Second}) }")
	f.Add("const a = b\nconst b = a\nfunc main() { asynq.NewServer(nil, asynq.Config{ShutdownTimeout: a}) }")
	f.Fuzz(func(t *testing.T, body string) {
		open(program(`"github.com/hibiken/asynq"`, body)).Worker("cmd/w")
	})
}
