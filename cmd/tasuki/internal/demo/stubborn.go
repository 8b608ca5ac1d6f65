package demo

import (
	"context"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/loop"
)

// A nap is the arguments of the stubborn job.
type nap struct {
	For time.Duration `json:"for"`
}

// stubbornly is a job whose handler hears nothing: not Stopping, not its
// context. Only the end of its process ends it early.
var stubbornly = tasuki.NewKind[nap]("demo.stubborn", tasuki.Queue(queueStubborn), tasuki.Keep(keep))

func stubborn(_ context.Context, n nap) error {
	for end := time.Now().Add(n.For); time.Now().Before(end); {
		loop.Sleep(context.Background(), 50*time.Millisecond)
	}
	return nil
}
