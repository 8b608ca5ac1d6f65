// Package store is the seam between tasuki's engine and the places where jobs
// live. It defines the records, the requests and the small interfaces that a
// store implements, and it depends on the standard library alone.
//
// Twelve methods, in five roles, are the whole contract: [Producer],
// [Consumer], [Keeper], [Inspector] and [Admin]. Every method takes a batch, and
// what varies is a field, not another method. What a store cannot do it says in
// one [Features] value. Package storetest is the contract as tests.
//
// # What holds for every method
//
// A method is atomic: when it returns nil all of it is in the store, as far as
// the store's own durability reaches, and what it answered is true. When it
// returns an error its caller does not know whether it happened, and the
// methods are made so that this does no harm: Enqueue can be sent again because
// ids are remembered, Settle because its batches are numbered, Beat because it
// is built anew, Claim because a claim nobody names goes back, Release because
// it compares the beat, and the rest because they say what shall be and not
// what shall change.
//
// No wall clock of a caller crosses the seam. Delays and ages are durations and
// are added to the store's own clock; the times in a [Record] are read from it.
//
// A request is data: a store never keeps, changes or shares the slices that it
// was given, nor those that it returned.
//
// # Beside other programs
//
// Redis and Delayed Job's table are shared with programs that keep other rules.
// What they wrote keeps their clocks' times; a missing or bad id is made up by the
// store, the same each time. What they took is theirs: a claim that they took away
// is Lost, Pause and Cancel do not reach it, Move leaves it alone, and a unique key
// of a job that they ended is freed late.
//
// # Words
//
// A job is claimed by a worker under a [Token]: 64 random bits that the claimer
// made. Every later write about that claim carries owner and token, and a write
// whose owner or token is no longer the job's own is lost: it changes nothing
// and is answered [Lost]. Tokens are random and not counted because a store that
// comes back from a crash with an older state would hand out the same count
// twice.
package store
