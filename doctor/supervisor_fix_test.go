package doctor_test

import (
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

func TestOneFixGivesSupervisorAndItsContainerTheTimeOfTheWorker(t *testing.T) {
	dir := write(t, "-- Dockerfile --\nFROM ruby:3.4\nCOPY . /srv\nCMD [\"supervisord\", \"-n\", \"-c\", \"/srv/supervisord.conf\"]\n"+
		"-- supervisord.conf --\n[program:jobs]\ncommand=bundle exec sidekiq\n"+
		"-- compose.yaml --\nservices:\n  jobs:\n    build: .\n    restart: always\n")
	r, err := doctor.Check(t.Context(), []string{dir}, doctor.Options{})
	if err != nil || len(r.Findings) == 0 {
		t.Fatalf("%v, %+v", err, r)
	}
	changes, err := r.Changes()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if err := c.Write(); err != nil {
			t.Fatal(err)
		}
	}
	if r, err = doctor.Check(t.Context(), []string{dir}, doctor.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		t.Errorf("%s %s: %s", f.Pos, f.Rule, f.Message)
	}
}
