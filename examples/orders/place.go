package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store"
)

// An order as the customer sends it.
type order struct {
	Email string `json:"email"`
	Lines []line `json:"lines"`
}

type line struct {
	Article string `json:"article"`
	Pieces  int32  `json:"pieces"`
}

// A Packing is one order to be packed.
type Packing struct{ Order int64 }

var packings = tasuki.NewKind[Packing]("pack order")

// place writes an order and enqueues its job, in one transaction. Any pool of this
// database will do; this one is the store's. A key that was used before answers the
// order of then, and enqueues nothing.
func (s *shop) place(ctx context.Context, key string, o order) (number int64, fresh bool, err error) {
	err = pgx.BeginFunc(ctx, s.jobs.Pool(), func(tx pgx.Tx) error {
		// Whoever sends the same key at the same time waits here until the first of
		// them has committed, and then finds that there is nothing to insert.
		err := tx.QueryRow(ctx, "INSERT INTO orders (key, email) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING number",
			key, o.Email).Scan(&number)
		if errors.Is(err, pgx.ErrNoRows) {
			return tx.QueryRow(ctx, "SELECT number FROM orders WHERE key = $1", key).Scan(&number)
		}
		if err != nil {
			return err
		}
		fresh = true
		for i, l := range o.Lines {
			if _, err := tx.Exec(ctx, "INSERT INTO lines VALUES ($1, $2, $3, $4)", number, i+1, l.Article, l.Pieces); err != nil {
				return err
			}
		}
		// The job's id is made from the order's number, so that whoever knows the
		// order finds the job: tasuki jobs show order-1.
		job := packings.Job(Packing{number})
		job.ID = fmt.Sprintf("order-%d", number)
		return s.jobs.EnqueueTx(ctx, tx, job)
	})
	if err != nil {
		return 0, false, fmt.Errorf("place an order: %w", err)
	}
	return number, fresh, nil
}

// postOrder answers 201 for a new order and 200 for one that was there. Whoever got no
// answer, or a 503, sends the same request with the same key again.
func (s *shop) postOrder(w http.ResponseWriter, r *http.Request) {
	var o order
	key := r.Header.Get("Idempotency-Key")
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&o); err != nil || key == "" || o.Email == "" || len(o.Lines) == 0 {
		http.Error(w, "an order has an Idempotency-Key, an email and lines", http.StatusBadRequest)
		return
	}
	number, fresh, err := s.place(r.Context(), key, o)
	if err != nil {
		failed(w, err)
		return
	}
	w.Header().Set("Location", fmt.Sprintf("/orders/%d", number))
	if fresh {
		w.WriteHeader(http.StatusCreated)
	}
	fmt.Fprintf(w, "order %d\n", number)
}

func (s *shop) getOrder(w http.ResponseWriter, r *http.Request) {
	var packed bool
	err := s.jobs.Pool().QueryRow(r.Context(), "SELECT packed FROM orders WHERE number::text = $1", r.PathValue("number")).Scan(&packed)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		http.NotFound(w, r)
	case err != nil:
		failed(w, err)
	case packed:
		fmt.Fprintln(w, "packed")
	default:
		fmt.Fprintln(w, "placed")
	}
}

// failed answers a request that could not be done. What the database or the store can
// never take is the customer's mistake; anything else may be tried again.
func failed(w http.ResponseWriter, err error) {
	var pg *pgconn.PgError
	if errors.Is(err, store.ErrInvalid) || errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "23")) {
		http.Error(w, "this cannot be kept", http.StatusBadRequest)
		return
	}
	log.Print(err)
	http.Error(w, "try again later", http.StatusServiceUnavailable)
}
