package store

import "time"

// A ClaimRequest asks for jobs to run.
type ClaimRequest struct {
	Worker string
	// Token fences the claims of this call; the claimer made it from random
	// bits for this call alone. The store derives each job's own token from it
	// (the same, or Token+i) and answers that. Id and token together name a
	// claim, and no two claims share both; ids alone may repeat where other
	// programs enqueue.
	Token Token
	Max   int
	// Suspects is how many of Max may be suspects (Deaths above 0).
	Suspects int
	Queues   []QueueWant
	// Kinds are the kinds that the worker knows. Empty: nothing is taken.
	Kinds []string
}

// A QueueWant is one queue of a claim. First each queue in the slice's order
// gives up to its Share; then, in the same order, whatever it has until Max is
// reached. With all shares 0 that is strict order; a weighted worker draws the
// shares.
type QueueWant struct {
	Name  string
	Share int
}

// A ClaimReply is what was taken.
type ClaimReply struct {
	// Jobs are the claimed jobs, in the order in which they shall start; they
	// may be fewer than Max though more are due (a reply is bounded in bytes). All
	// fields that a handler can see are filled: those of Job (not Err, not
	// Tick), State, the counts, Cursor, Token, ClaimedAt.
	Jobs []Record
	// Wait is how long until the next job of these queues and kinds becomes
	// due, as far as the store knows: 0, only beside jobs, if more are due now;
	// negative if none is known. It is a hint that may come early, never late.
	Wait time.Duration
}
