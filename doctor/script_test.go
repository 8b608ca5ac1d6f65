package doctor_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor"
)

func TestAMakefileThatKillsAHundredThousandTimesIsReadInSeconds(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "Makefile", "stop:\n"+strings.Repeat("\tkill -TERM $(cat w.pid)\n\tkill -9 $(pgrep sidekiq)\n", 50_000))
	began := time.Now()
	if _, err := doctor.Check(t.Context(), []string{dir}, doctor.Options{}); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(began); d > 20*time.Second {
		t.Errorf("it took %v", d)
	}
}
