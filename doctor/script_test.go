package doctor_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor"
	"github.com/tasuki-jobs/tasuki/doctor/internal/stopwatch"
)

func TestAMakefileThatKillsAHundredThousandTimesIsReadInSeconds(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "Makefile", "stop:\n"+strings.Repeat("\tkill -TERM $(cat w.pid)\n\tkill -9 $(pgrep sidekiq)\n", 50_000))
	took := stopwatch.Best(1, func() {
		if _, err := doctor.Check(t.Context(), []string{dir}, doctor.Options{}); err != nil {
			t.Fatal(err)
		}
	})
	if took > 20*time.Second*slower {
		t.Errorf("it took %v", took)
	}
}
