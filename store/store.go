package store

import "context"

// Store is all five roles. Callers take the role they need.
type Store interface {
	Producer
	Consumer
	Keeper
	Inspector
	Admin
	// Features says what this store can and cannot do. It is constant.
	Features() Features
}

// Producer puts jobs into the store.
type Producer interface {
	// Enqueue puts all of jobs into the store or none of them, and answers one
	// [Enqueued] for each, in their order. When it returns nil every job that
	// was Added survives whatever the store's durability survives, and stays in
	// the store until it is done, dead, cancelled or deleted.
	//
	// A job whose ID is in the store, or was until at most [Remember] ago, is
	// not added again and is answered Known: an Enqueue whose reply was lost is
	// simply sent again (a store without Features.IDs knows an id for Remember
	// after its Enqueue). A job whose Unique key is held by another job is not
	// added and is answered Duplicate with that job's id. A job whose Tick is
	// not after its schedule's last one is not added and is answered Passed.
	// Neither of the three is an error, and none keeps the others out. They are
	// judged in this order, and a job that is not added changes nothing, with one
	// exception: a Duplicate uses up its tick if it is after the schedule's last
	// one (the job of an earlier tick is not done yet, and this tick is over). The
	// same ID or key twice in one call is decided in the slice's order.
	//
	// A job that [Job.Check] refuses fails the whole call with that error,
	// before anything is written. No jobs: nil, nil.
	Enqueue(ctx context.Context, jobs []Job) ([]Enqueued, error)
}

// Consumer is what a worker needs to run jobs.
type Consumer interface {
	// Claim takes up to req.Max due jobs for req.Worker and answers them as
	// running, each with the Token that fences it. No two claims ever answer
	// the same job unless it went back to ready in between. A job is taken only
	// if its kind is in req.Kinds, its queue is in req.Queues and not paused,
	// and it was not written by a newer format than [Format]; all others stay
	// as they are and cost the claim nothing, however many stand in front (see
	// Features.Kinds). A record that cannot be read as a job never fails the
	// call: the store leaves it, or makes it dead, as it is.
	//
	// Order: of queues as [QueueWant] says; inside a queue by priority (lower
	// first), then jobs that went back to the front, then by the time at which
	// they became due, then as enqueued (see Features.Order). Jobs with counted deaths are suspects:
	// of these at most req.Suspects are taken.
	//
	// The worker must be known by a Beat: a worker that the store does not know
	// (never seen, or released) gets ErrUnknownWorker and nothing is taken.
	// Nothing to do is an answer without jobs and no error. Claim never waits
	// for a job to come.
	//
	// If the reply is lost the jobs are claimed and nobody runs them. The
	// second Beat after it that does not name them puts them back (see Beat).
	Claim(ctx context.Context, req ClaimRequest) (ClaimReply, error)

	// Settle writes what became of claims: one [Outcome] each, answered one
	// [Result] each in their order. An outcome is applied whole, together with
	// its Enqueue jobs, or not at all. One outcome's fate does not touch the
	// others': the call fails as a whole only if none of them was judged.
	//
	// An outcome whose ID is not running under this worker and token is Lost
	// and changes nothing. An outcome that the store can never take (a job in
	// Enqueue that Check refuses, a cursor over the limit) is Refused with an
	// error that says why; the claim is still held and the caller settles it
	// with something else.
	//
	// An outcome is Later where it cannot be written for now though others can:
	// whether the unique keys, ticks or ids of its Enqueue jobs are free depends on
	// somebody's transaction, which may stay open for long, or what somebody else
	// put in the store is in the way of burying the job. The claim is still
	// held, and the caller settles it again in another batch, after a while.
	//
	// The Enqueue jobs are judged after the outcome freed the job's own unique
	// key, so that a successor may take it. An outcome that would let a job that
	// is to be cancelled run again (Fail, Snooze, HandOver, Return) is written
	// as it is, and then the job is cancelled instead of going back.
	//
	// req.Batch numbers the worker's batches. A batch with the number that was
	// applied last is a resend: nothing is written, and what was Applied then
	// is Already now, the rest as it was. The caller sends one batch at a time
	// and sends the same batch, unchanged, until it is answered. Batch 0 is not
	// numbered and may hold nothing but Save outcomes, which are made anew and
	// not resent. Of a worker that was released in between a resend may answer
	// Lost for what was applied. No outcomes: nothing happens.
	Settle(ctx context.Context, req SettleRequest) (SettleReply, error)

	// Beat says that a worker lives: it stores req.Worker with its Beat number
	// and all it says about itself. An unknown worker becomes known by it. A
	// beat whose number is not above the stored one is Stale and changes
	// nothing (a late one must not undo a newer one).
	//
	// req.Claims names every claim that the worker holds. The reply lists
	// those that are Lost (no longer this worker's under that token) and those
	// that are to be Cancelled. A claim of this worker that is not named and
	// that was made before the beat before this one goes back to ready, to its
	// old place, and counts as nothing: its reply was lost. (If it was to be
	// cancelled it is cancelled instead.) The reply brings the Orders above req.OrdersSeen; they are brought again until a beat
	// confirms them.
	Beat(ctx context.Context, req BeatRequest) (BeatReply, error)
}

// Keeper keeps the store right when workers die and time passes. Any worker may
// call it at any time; there is no leader.
type Keeper interface {
	// Release takes back what a dead worker held, if its stored beat is exactly
	// req.Beat; otherwise (it has beaten since, or is gone already) nothing
	// happens and Released is false, which is no error. On release the worker
	// is forgotten and each job it held goes back to ready, to the front of its
	// queue, with its cursor, with Releases one higher and with req.Why in its
	// journal. Attempts are not touched. A job that was to be cancelled is
	// cancelled instead.
	//
	// If the worker was not stopping when it last beat, each job's Deaths is
	// one higher, and one that reaches req.MaxDeaths is dead with that reason. A
	// job whose cursor moved since its last death counts from one again: it got
	// somewhere, so it is not what kills. MaxDeaths 0 counts nothing.
	//
	// A Foreign worker (see Worker) is released only by who saw its process die.
	//
	// Rows that somebody else holds locked, or that are too many for one write,
	// are left out and Left says how many: the worker stays known until a later
	// Release took all.
	Release(ctx context.Context, req ReleaseRequest) (ReleaseReply, error)

	// Prune deletes what is past its time: kept records of done jobs, cancelled
	// jobs after KeepJournal (or their Keep, if longer), dead jobs older than
	// req.Dead, and ids that are no longer remembered; an id is remembered from
	// the moment at which its record leaves. At most req.Limit records a call;
	// More says that there is more to do.
	Prune(ctx context.Context, req PruneRequest) (PruneReply, error)
}

// Inspector lets people and the engine look. It changes nothing.
type Inspector interface {
	// List answers one page of the jobs that the filter selects, newest
	// enqueued first, as far as the store can order across queues and states. An empty filter selects all jobs that the store holds,
	// kept records of ended ones included. Next is empty on the last page.
	List(ctx context.Context, req ListRequest) (Page, error)
	// Stats counts jobs by queue and state.
	Stats(ctx context.Context) (Stats, error)
	// Workers answers the known workers in name order, those after req.After,
	// at most req.Limit (0: all).
	Workers(ctx context.Context, req WorkersRequest) ([]Worker, error)
}

// Admin is for people's hands: CLI, dashboard, incident.
type Admin interface {
	// Move brings the selected jobs to another state, each atomically, and
	// answers how many it moved. An empty filter selects nothing. To is one of
	//
	//   - Ready: run now. From scheduled, retry, dead and cancelled; a dead or
	//     cancelled job starts with no attempts and no deaths and takes its
	//     unique key again; if another holds it, the job stays.
	//   - Dead, Cancelled: end it there. From scheduled, ready and retry. A
	//     running job is told: Cancelled marks it, counts it, and its worker's
	//     next Beat brings it; Dead leaves running jobs alone.
	//   - Deleted: forget it. From every state but running.
	//
	// Jobs in another state are left alone and not counted.
	Move(ctx context.Context, req MoveRequest) (int, error)
	// Pause stops (on) or lets go (off) claims of tasuki's workers from queues. What runs runs on.
	// A queue may be paused before a job was ever in it. No queues: nothing.
	Pause(ctx context.Context, queues []string, on bool) error
	// Signal gives the named workers an order, brought by their next Beat, and
	// answers how many of them are known. No names: nothing.
	Signal(ctx context.Context, workers []string, what OrderKind) (int, error)
}

// Listener is optional: a store that can wake its workers.
type Listener interface {
	// Listen calls wake once when it has begun to listen (what came before may
	// have been missed), and then soon after jobs may have become claimable,
	// until ctx ends; then it returns nil. queues are those that the caller claims
	// from; calls for other queues may be left out. Calls are hints: some come
	// for nothing, and losing one costs latency only. Jobs that become due with time are no
	// reason to call; Claim says how long to wait. wake is quick, and may be called from any
	// goroutine. An error says that
	// listening is impossible here; the engine goes on by polling.
	Listen(ctx context.Context, queues []string, wake func()) error
}
