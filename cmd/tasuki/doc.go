// Command tasuki enqueues jobs and looks at them, retries, cancels and deletes
// them, gives orders to workers, shows live what happens, keeps a store's schema
// up to date, and shows on the user's own files what a deploy does to jobs.
//
// # The store
//
// --store, or TASUKI_STORE, says where the jobs are:
//
//	sqlite:jobs.db          a SQLite file, relative to the working directory
//	sqlite:///var/jobs.db   the same with an absolute path
//	jobs.db                 any path that ends in .db, .sqlite or .sqlite3
//	postgres://u@host/db    a PostgreSQL database; ?schema=NAME for another
//	                        schema than tasuki, ?pooled=true behind PgBouncer in
//	                        transaction mode
//	redis://:pw@host/0      a Redis, shared with Sidekiq; rediss:// for TLS,
//	                        ?master_set=NAME where the host is a Sentinel,
//	                        unix:///PATH?db=0 for a socket
//
// enqueue and migrate make a file that is missing; all others say that it is
// missing.
//
// # Exit codes
//
//	0    done
//	1    it was tried and failed, or the answer is no: an unknown job, a demo
//	     that lost something
//	64   the command line or the job is wrong: nothing was tried
//	69   the store cannot be opened or does not answer
//	128+N  ended by signal N; what was begun is cleaned up or said
//
// # JSON
//
// With --json a command prints JSON on standard output and nothing else there.
// Field names are stable; fields may be added. Times are RFC 3339 in UTC,
// durations are seconds as numbers in fields that end in _seconds. A field that
// has nothing to say is left out.
//
// docs/cli.md has every command's help and its fields.
package main
