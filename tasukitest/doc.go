// Package tasukitest runs handlers in tests: on a store in memory, to their end or
// to an interruption at a chosen item or step, and on from there.
//
//	run := tasukitest.Run(t, handler, Import.Job(args), tasukitest.StopBefore("each", 58))
//	run.Want(store.Ready) // handed over: 57 items are done
//	run = run.Resume()
//	run.Want(store.Done)
//
// What runs is the engine as it is in production, one worker after another and one
// job at a time. There is no server and nothing sleeps: a worker ends as soon as
// its job has, or, in a [Box], as soon as nothing is left to run.
//
// # Time
//
// The store's clock stands still until [Box.Pass] or Resume turns it on, so delays,
// back-offs and snoozes last as long as they are said to and tests do not wait for
// them. What handlers themselves ask for the time, time.Now, timers, MaxRun, is not
// touched. A handler that waits belongs into testing/synctest: all of this package
// works inside of a bubble as it does outside, and opens none of its own, since a
// handler that talks to a real server or database could not run in one.
//
// # Interruptions
//
// [StopBefore] is a deploy: the worker stops and the job is handed over. [KillBefore]
// is kill -9. [Stop], [LastCall], [Kill] and [Cancel] do the same from inside: a
// fake that the handler calls can end the worker just when the bank has answered.
//
// A point has a name: "each" for the items of an Each, the name of a Loop or a Step,
// and, for one inside of an item or a step, the path to it: "lines/charge".
//
// A killed worker leaves in the store what production could leave at worst, but for
// the clock: the last item that was done is not recorded and is done again, unless
// Commit recorded it or a step came behind it. (In production it is the items of up to 50 ms.)
package tasukitest
