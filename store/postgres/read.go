package postgres

import (
	"encoding/json"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// readJSON reads what few jobs have. A column that somebody damaged says nothing: one
// row that cannot be read must not keep the others of its batch, or of a worker that
// died, from going on.
func readJSON(j *sqlstore.Job, more, progress *string) {
	if more != nil && json.Unmarshal([]byte(*more), &j.More) != nil {
		j.More = sqlstore.More{}
	}
	if progress != nil && json.Unmarshal([]byte(*progress), &j.Progress) != nil {
		j.Progress = store.Progress{}
	}
}

// readJob reads a job that may be changed: the columns that settle_held names. rest
// are further ones.
func readJob(r scanner, rest ...any) (*sqlstore.Job, error) {
	j := &sqlstore.Job{Format: store.Format}
	var more, cursor, progress, kind, queue *string
	var saved, worker, token, claimed *int64
	dest := []any{&j.Seq, &j.ID, &j.Lane, &j.State, &j.Priority, &j.Ord, &j.Trail, &more, &cursor, &progress, &saved,
		&worker, &token, &claimed, &j.Cancelling, &kind, &queue}
	if err := r.Scan(append(dest, rest...)...); err != nil {
		return nil, err
	}
	j.Cursor, j.Saved, j.Worker, j.Token, j.Claimed = raw(cursor), number(saved), number(worker), number(token), number(claimed)
	j.Kind, j.Queue = text(kind), text(queue)
	readJSON(j, more, progress)
	return j, nil
}
