package memory

import (
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
)

// features is what the store says of itself.
func features(o Options) store.Features {
	f := store.Features{
		Priority: true, Cursor: true, Unique: true, Then: true, Keep: true, Journal: true,
		Kinds: true, Order: true, IDs: true,
		Tags: true, Tick: true, Weights: true, Pause: true, Cancel: true, Signal: true,
		Schedules: true, Marks: true,
	}
	if o.Features != nil {
		f = *o.Features
	}
	f.Name, f.Remember, f.Commit = "memory", store.Remember, false
	f.MaxPayload = o.MaxPayload
	if f.MaxPayload <= 0 {
		f.MaxPayload = store.MaxPayload
	}
	return f
}

// checkJobs says why the store does not take these jobs, or nil.
func (s *Store) checkJobs(jobs []store.Job) error {
	for i := range jobs {
		if err := jobs[i].Check(s.features.MaxPayload); err != nil {
			return err
		}
		if lack := s.lacks(&jobs[i]); lack != "" {
			return fmt.Errorf("job %q: %s: %w", jobs[i].ID, lack, store.ErrUnsupported)
		}
	}
	return nil
}

// lacks names the field of a job that the store's features do not cover.
func (s *Store) lacks(j *store.Job) string {
	f := &s.features
	switch {
	case !f.Priority && j.Priority != 0:
		return "Priority"
	case !f.Unique && j.Unique != "":
		return "Unique"
	case !f.Tags && len(j.Tags) > 0:
		return "Tags"
	case !f.Tick && j.Tick.Schedule != "":
		return "Tick"
	case !f.Keep && j.Keep > 0:
		return "Keep"
	}
	return ""
}

// unsupported is the error for a call that the features exclude.
func unsupported(doing string) error {
	return fmt.Errorf("%s: %w", doing, store.ErrUnsupported)
}
