// Package supervise keeps worker processes running and restarts them without killing one
// that is busy: tasuki's own, Sidekiq's, Delayed Job's, any program.
//
// Each of N slots has one worker that takes jobs. A restart goes from slot to slot: a new
// worker is started, and when it says that it is ready the one before it goes quiet and
// ends when its jobs have; meanwhile the next slot has its turn. So N busy workers are
// restarted in the time of the longest job. If the new one does not become ready the old
// one goes on.
//
// A worker outlives its supervisor. It holds the lock of its identity for as long as it
// lives, so that no second one starts under the same, and the next supervisor takes it
// over: by its record, or by the lock that it holds. What cannot be seen is not taken for
// dead: where somebody invisible holds a lock its slot waits. A restart that was under way
// goes on; workers that one which has failed left quiet work again.
//
// # Who is killed
//
// Nobody, unless Config.Timeout or Restart.Drain says so; who is, is named with how long
// it was given. One exception: a worker of tasuki's own that never was ready, so has no
// jobs, and does not end within a minute of its stop signal.
//
// # When a worker dies
//
// Its supervisor sees it at once, and tells the [Witness], such as a [Releaser], which has
// its jobs run in another worker. It does so when no process of the worker's lives any
// more:
//
//   - A worker of tasuki's own whose jobs run anew takes with it the programs that they had
//     started, as far as they are in its process group. They are killed before the release,
//     and named in the log. So it is whatever ended the worker: a signal, the kernel for
//     its memory, a panic, a fatal error of Go's, os.Exit in a job, the end of its timeout
//     with a job that goes on.
//   - A program that left the group (a daemon, setsid) lives on.
//   - If a worker had no job any more when it ended, or is of another kind, whatever it had
//     started lives on, and what is in its group is named in the log. So it is if what ended
//     was only a shell in front of the worker.
//   - A program that holds the lock of a dead worker is named in log and status, and
//     the next worker takes another identity.
//
// A process group is never signalled by its number after its leader was reaped: the
// number may be somebody else's by then.
package supervise
