package tasuki_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func TestASlowHookMissesBeatsAndNothingElse(t *testing.T) {
	bubble(t, func(t *testing.T, st *memory.Store) {
		var told []tasuki.EventName
		wait := make(chan struct{})
		w := started(t, st, tasuki.Config{OnEvent: func(_ context.Context, e tasuki.Event) {
			<-wait
			told = append(told, e.Name)
		}})
		pass(10 * time.Minute)
		w.Quiet()
		w.Resume()
		close(wait)
		synctest.Wait()
		beats := 0
		for _, name := range told {
			if name == tasuki.EventBeat {
				beats++
			}
		}
		if beats < 50 || beats > 70 || !slices.Contains(told, tasuki.EventQuiet) || !slices.Contains(told, tasuki.EventResume) {
			t.Errorf("%d beats, and %v; want about 64, quiet and resume", beats, slices.Compact(told))
		}
	})
}
