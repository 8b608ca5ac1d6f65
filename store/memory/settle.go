package memory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/tasuki-jobs/tasuki/store"
)

// Settle writes what became of claims; see [store.Consumer].
func (s *Store) Settle(ctx context.Context, req store.SettleRequest) (store.SettleReply, error) {
	if err := checkBatch(&req); err != nil || len(req.Outcomes) == 0 {
		return store.SettleReply{}, err
	}
	if err := s.enter(ctx, "settle"); err != nil {
		return store.SettleReply{}, err
	}
	defer s.mu.Unlock()
	w := s.workers[req.Worker]
	if w != nil && req.Batch > 0 && req.Batch == w.batch {
		return w.again(len(req.Outcomes))
	}
	results := make([]store.Result, len(req.Outcomes))
	for i := range req.Outcomes {
		results[i] = s.settle(req.Worker, &req.Outcomes[i])
	}
	if w != nil && req.Batch > w.batch {
		w.batch, w.results = req.Batch, slices.Clone(results)
	}
	return store.SettleReply{Results: results}, nil
}

func checkBatch(req *store.SettleRequest) error {
	if req.Batch > 0 {
		return nil
	}
	for _, o := range req.Outcomes {
		if o.Verb != store.Save {
			return fmt.Errorf("settle: batch 0 holds %q of job %q: %w", o.Verb, o.ID, store.ErrInvalid)
		}
	}
	return nil
}

// again answers the batch that was applied last.
func (w *worker) again(outcomes int) (store.SettleReply, error) {
	if outcomes != len(w.results) {
		return store.SettleReply{}, fmt.Errorf("settle: batch %d had %d outcomes when it was applied, now %d: %w",
			w.batch, len(w.results), outcomes, store.ErrInvalid)
	}
	results := slices.Clone(w.results)
	for i := range results {
		if results[i].What == store.Applied {
			results[i].What = store.Already
		}
	}
	return store.SettleReply{Results: results}, nil
}

// settle judges one outcome and applies it.
func (s *Store) settle(worker string, o *store.Outcome) store.Result {
	j := s.jobs[o.ID]
	if j == nil || !j.heldBy(worker, o.Claim) {
		return store.Result{What: store.Lost}
	}
	if err := s.checkOutcome(o); err != nil {
		return store.Result{What: store.Refused, Err: fmt.Errorf("%s of job %q: %w", o.Verb, o.ID, err)}
	}
	if o.Verb == store.Save {
		s.save(j, o)
	} else {
		s.conclude(j, o)
	}
	return store.Result{What: store.Applied}
}

// checkOutcome says why an outcome can never be written, or nil.
func (s *Store) checkOutcome(o *store.Outcome) error {
	f := &s.features
	switch {
	case !slices.Contains(verbs, o.Verb):
		return fmt.Errorf("no such verb: %w", store.ErrInvalid)
	case !f.Cursor && (o.Verb == store.Save || o.Cursor != nil):
		return fmt.Errorf("%w: Cursor: %w", store.ErrInvalid, store.ErrUnsupported)
	case !f.Then && len(o.Enqueue) > 0:
		return fmt.Errorf("%w: Enqueue: %w", store.ErrInvalid, store.ErrUnsupported)
	}
	if err := checkJSON("Cursor", o.Cursor, f.MaxPayload); err != nil {
		return err
	}
	if err := checkJSON("Result", o.Result, f.MaxPayload); err != nil {
		return err
	}
	if err := s.checkJobs(o.Enqueue); err != nil {
		return fmt.Errorf("Enqueue: %w: %w", store.ErrInvalid, err)
	}
	return nil
}

var verbs = []store.Verb{
	store.Save, store.Finish, store.Fail, store.Bury,
	store.Snooze, store.HandOver, store.Return, store.Cancel,
}

func checkJSON(field string, text json.RawMessage, limit int) error {
	switch {
	case text == nil:
		return nil
	case len(text) > limit:
		return fmt.Errorf("%s is %d bytes, over the limit of %d: %w", field, len(text), limit, store.ErrInvalid)
	case !utf8.Valid(text) || !json.Valid(text):
		return fmt.Errorf("%s is not valid JSON in UTF-8: %w", field, store.ErrInvalid)
	}
	return nil
}
