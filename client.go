package tasuki

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
	"github.com/tasuki-jobs/tasuki/store"
)

// Enqueue puts jobs into the store, all or none, and says of each what became
// of it: added, or kept out by its unique key.
//
// A call that failed on its way is sent again a few times: ids are remembered,
// so nothing is added twice. If the error is returned all the same, the caller
// does not know whether the jobs are in the store and may call again with the
// same jobs, for at least ten minutes. Jobs that can never be taken (arguments
// over the limit, a bad kind) are an error that wraps store.ErrInvalid.
//
// Inside a user's own SQL transaction use the store's EnqueueTx.
func Enqueue(ctx context.Context, st store.Producer, jobs ...store.Job) ([]store.Enqueued, error) {
	for i := range jobs {
		if jobs[i].Err != nil {
			return nil, fmt.Errorf("enqueue: %w", jobs[i].Check(0))
		}
	}
	wait := loop.Backoff{Min: 20 * time.Millisecond, Max: time.Second}
	for try := 1; ; try++ {
		got, err := st.Enqueue(ctx, jobs)
		switch {
		case err == nil:
			return got, nil
		case try == enqueueTries || permanent(err) || !loop.Sleep(ctx, wait.Next()):
			return nil, fmt.Errorf("enqueue %d jobs: %w", len(jobs), err)
		}
	}
}

const enqueueTries = 4

// permanent says whether sending the same call again is useless.
func permanent(err error) bool {
	return errors.Is(err, store.ErrInvalid) || errors.Is(err, store.ErrUnsupported) ||
		errors.Is(err, store.ErrGone) || errors.Is(err, store.ErrNewer)
}
