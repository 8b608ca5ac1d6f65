// Command tasuki enqueues jobs, looks at them, keeps a store's schema up to
// date, and shows on the user's own files what a deploy does to jobs.
//
// # The store
//
// --store, or TASUKI_STORE, says where the jobs are:
//
//	sqlite:jobs.db          a SQLite file, relative to the working directory
//	sqlite:///var/jobs.db   the same with an absolute path
//	jobs.db                 any path that ends in .db, .sqlite or .sqlite3
//
// enqueue and migrate make a file that is missing; the commands that only look
// say that it is missing.
//
// # Exit codes
//
//	0    done
//	1    it was tried and failed, or the answer is no: an unknown job, a demo
//	     that lost something
//	64   the command line or the job is wrong: nothing was tried
//	69   the store cannot be opened or does not answer
//	128+N  the demo was ended by signal N, and has cleaned up
//
// # JSON
//
// With --json a command prints JSON on standard output and nothing else there.
// Field names are stable; fields may be added. Times are RFC 3339 in UTC,
// durations are seconds as numbers in fields that end in _seconds. A field that
// has nothing to say is left out.
//
// enqueue, one line for each job: result (added, known, duplicate), id, held_by
// (duplicate: the job that holds the unique key).
//
// jobs list: jobs, next (what --after takes for the next page). jobs show: one
// job. A job has id, kind, queue, state, args, priority, attempts, max_attempts,
// interruptions, releases, deaths, unique, tags, timeout_seconds, keep_seconds,
// cursor, progress (done, total, note), result, failure (class, message, stack,
// at), why, worker, cancelling, created_at, due_at, claimed_at, ended_at, and
// journal: a list of worker, from, until, why, cursor.
//
// stats: queues (name, paused, counts by state, oldest_ready_seconds), done,
// failed, workers (name, state, slots, busy, queues, tag, started_at, beat_at).
//
// migrate: applied, steps (version, name, sql). version: version, go, platform.
//
// demo: dir, files, hashed_once, lost, doubled, skipped, changed, attempts_used,
// hand_overs, releases, seconds, notes (the first few files behind each of
// these figures), events (name, title, at_seconds, without_progress_seconds,
// text).
package main
