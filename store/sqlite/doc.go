// Package sqlite is the embedded store: one SQLite file, no server, any number
// of processes of one machine.
//
// The file is in WAL mode, and every write is a BEGIN IMMEDIATE transaction.
// Writes of one process queue in front of one connection, and those that wait
// together are committed together, with one fsync. A writer that finds another
// process writing waits (Options.BusyTimeout); no call fails because the
// database is busy, unless it is for that long.
//
// All tables are named tasuki_…, so the file may be the application's own
// database. EnqueueTx puts jobs into a transaction of the application, Commit
// runs one that carries the cursor of the job in hand.
//
// # Traps
//
// SQLite's locks on Linux are POSIX locks, which a process loses as soon as it
// closes any descriptor of the file. So a process must open the file with one
// SQLite library only, and never as a plain file. Use (*Store).DB for your own
// statements on this file, or give New the *sql.DB that you have.
//
// A read transaction that is left open for minutes keeps SQLite from reusing
// the write-ahead log, which grows until it ends.
//
// Network file systems do not have the shared memory that WAL needs.
package sqlite
