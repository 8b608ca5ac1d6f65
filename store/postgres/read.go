package postgres

import (
	"encoding/json"
	"fmt"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// takenJob.read and readJob read jobs from rows.

// read reads the JSON columns of a job.
func (j *takenJob) read(more, progress *string) error { return readJSON(&j.Job, more, progress) }

func readJSON(j *sqlstore.Job, more, progress *string) error {
	if more != nil {
		if err := json.Unmarshal([]byte(*more), &j.More); err != nil {
			return fmt.Errorf("column more: %w", err)
		}
	}
	if progress != nil {
		if err := json.Unmarshal([]byte(*progress), &j.Progress); err != nil {
			return fmt.Errorf("column progress: %w", err)
		}
	}
	return nil
}

// readJob reads a job that may be changed: the columns that settle_held names. rest
// are further ones.
func readJob(r scanner, rest ...any) (*sqlstore.Job, error) {
	j := &sqlstore.Job{Format: store.Format}
	var more, cursor, progress, kind, queue *string
	var saved, token, claimed *int64
	var worker *int32
	dest := []any{&j.Seq, &j.ID, &j.Lane, &j.State, &j.Priority, &j.Ord, &j.Trail, &more, &cursor, &progress, &saved,
		&worker, &token, &claimed, &j.Cancelling, &kind, &queue}
	if err := r.Scan(append(dest, rest...)...); err != nil {
		return nil, err
	}
	j.Cursor, j.Saved, j.Worker, j.Token, j.Claimed = raw(cursor), number(saved), number(worker), number(token), number(claimed)
	j.Kind, j.Queue = text(kind), text(queue)
	if err := readJSON(j, more, progress); err != nil {
		return nil, fmt.Errorf("job %q: %w", j.ID, err)
	}
	return j, nil
}
