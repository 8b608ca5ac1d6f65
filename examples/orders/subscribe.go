package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/tasuki-jobs/tasuki"
)

// A Mail is to be sent.
type Mail struct{ To, Text string }

var mails = tasuki.NewKind[Mail]("mail", tasuki.MaxAttempts(8))

// subscribe is what place is, with database/sql: any *sql.Tx in this database will do,
// by whatever driver.
//
// Who asks three times in a row gets one mail: while a job with this Unique key waits
// or runs there is no second one. Once it is sent, asking again sends another.
func (s *shop) subscribe(ctx context.Context, email string) error {
	jobs := s.jobs.SQL()
	tx, err := jobs.DB().BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	defer tx.Rollback() // after the commit it does nothing
	_, err = tx.ExecContext(ctx, `INSERT INTO subscribers VALUES ($1, 1)
		ON CONFLICT (email) DO UPDATE SET asked = subscribers.asked + 1`, email)
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	job := mails.Job(Mail{email, "Is it you who wants our news?"}, tasuki.Unique("confirm "+email))
	if err := jobs.EnqueueTx(ctx, tx, job); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	return nil
}

func (s *shop) postSubscriber(w http.ResponseWriter, r *http.Request) {
	var who struct{ Email string }
	// 200 bytes, so that the key, which has 255 at most, holds any address.
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&who); err != nil || who.Email == "" || len(who.Email) > 200 {
		http.Error(w, "a subscriber has an email", http.StatusBadRequest)
		return
	}
	if err := s.subscribe(r.Context(), who.Email); err != nil {
		failed(w, err)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}
