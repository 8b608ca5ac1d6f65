// Package redis keeps jobs in Redis, in Sidekiq's own keys and JSON, so that workers of
// Ruby and of Go share one server: what either enqueues the other can run. Beside
// Sidekiq's keys stand some of tasuki's own, with a prefix, that hold what Sidekiq's
// open core has no place for: which worker runs what under which token, so that nothing
// is lost when a worker dies.
//
// Everything that changes a job is one script on the server, so that it happens whole or
// not at all. Scripts do not parse JSON: they move texts as they are, or as this package made
// or edited them.
package redis
