// Package postgres is the store in a PostgreSQL database, for programs whose data is
// there and for fleets of machines. Jobs can be enqueued in the application's own
// transactions ([Store.EnqueueTx]), and handlers can commit what they write together
// with how far the job is ([Store.Commit]).
package postgres
