package doctor_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/tasuki-jobs/tasuki/doctor"
	"github.com/tasuki-jobs/tasuki/doctor/internal/stopwatch"
)

// names are those under which a fuzzed file is read, each as another format.
var names = []string{"Dockerfile", "k8s.yaml", "compose.yml", "task.json", "template.yaml", "main.tf", "worker.service", "worker.service.d/a.conf", "crontab",
	"Procfile", "deploy.sh", "Makefile", ".github/workflows/deploy.yml", "config/deploy.yml", "worker.container", "supervisord.conf", "config/sidekiq.yml", "package.json", ".tasuki-doctor.yml"}

// FuzzCheck writes any content under each name beside a Dockerfile that uses it.
func FuzzCheck(f *testing.F) {
	add := func(files []byte) {
		for _, file := range txtar.Parse(files).Files {
			f.Add(file.Data)
		}
	}
	for _, r := range doctor.Rules() {
		add([]byte(r.Bad))
		add([]byte(r.Good))
	}
	wholes, _ := filepath.Glob("testdata/whole/*.txtar")
	for _, name := range wholes {
		if content, err := os.ReadFile(name); err == nil {
			add(content)
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := t.TempDir()
		for _, name := range names {
			put(t, dir, name, string(content))
		}
		put(t, dir, "app/Dockerfile", "FROM ruby\nCOPY . /app\nWORKDIR /app\nENTRYPOINT [\"/app/deploy.sh\"]\nCMD [\"npm\", \"start\"]\n")
		put(t, dir, "app/deploy.sh", string(content))
		put(t, dir, "app/package.json", string(content))
		var r *doctor.Report
		var err error
		if took := stopwatch.Best(1, func() { r, err = doctor.Check(t.Context(), []string{dir}, doctor.Options{}) }); took > 2*time.Second*slower {
			t.Errorf("it took %v", took)
		}
		if err != nil {
			return // the configuration is wrong
		}
		for _, write := range []func(io.Writer, *doctor.Report) error{doctor.WriteText, doctor.WriteJSON, doctor.WriteSARIF, doctor.WriteGitHub} {
			if err := write(io.Discard, r); err != nil {
				t.Error(err)
			}
		}
		if _, err := r.Changes(); err != nil {
			t.Error(err)
		}
	})
}
