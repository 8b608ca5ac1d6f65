// Package tasuki runs background jobs such that a deploy never loses, restarts
// or doubles one.
//
// A [Kind] names a sort of job and the type of its arguments. [Enqueue] puts jobs
// into a store; a [Worker] claims them and runs their [Handler]. When a worker is
// told to stop it does so in stages: it claims no more, tells its jobs, waits for
// them, cancels what is left, and hands everything unfinished over, at no cost to
// the job: no attempt, no error, no back-off, and to the front of the queue. A
// job made with [Each] is handed over between two items and resumed by another
// worker behind the last one done; a [Step] that is done is not run again. A worker that dies is noticed by the others
// within seconds, and what it held is released.
//
// Stores live in packages of their own, below store/; the embedded one is
// store/sqlite. Docs: docs/internals.md tells how it works inside,
// docs/states.md draws a job's life.
package tasuki
