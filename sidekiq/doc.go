// Package sidekiq is for Go programs that share a Redis with Ruby's Sidekiq: what a
// handler or a producer needs beyond [tasuki.Positional].
//
// A Sidekiq class is a kind with Positional whose name is the class; Ruby runs what Go
// enqueues, and Go what Ruby enqueues:
//
//	type Import struct {
//		ID   int64
//		Opts map[string]any
//	}
//	var imports = tasuki.NewKind[Import]("ImportJob", tasuki.Positional())
//
// A class of Rails' Active Job travels in another form. Go makes its jobs with
// [NewActiveJob]. A handler of one in Go is a kind with Positional again, since the
// store gives it the class as kind and the arguments in plain JSON: a Symbol, a
// [GlobalID], a [Date] or a time as text, a [Duration] as seconds, keyword arguments as
// a last Hash. The types here read those, and [ActiveJob.Job] writes them as what they
// are in Ruby.
package sidekiq
