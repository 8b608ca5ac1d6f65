package pid1

import (
	"os/exec"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// A migration in front of the worker may take an hour.
func TestItLooksForTheWorkerAsLongAsThereIsNone(t *testing.T) {
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	k := &keeper{main: cmd.Process.Pid, voice: newVoice("init", -1, func([]byte) {}), front: &frontier{wait: firstLook, seen: "nothing"}}
	defer k.voice.end()
	var err error
	if k.mainSeen, err = proc.Read(k.main); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for n := range 40 {
		k.clock.entries = nil
		k.look(now)
		next, ok := k.clock.next()
		if !ok || next.Sub(now) > rareLook || n > 20 && next.Sub(now) != rareLook {
			t.Fatalf("after %d looks the next is in %v: %v", n+1, next.Sub(now), ok)
		}
		now = next
	}
}
