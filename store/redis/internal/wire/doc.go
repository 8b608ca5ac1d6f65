// Package wire is Sidekiq's payload as text: it is read, edited and spelled here
// without a tree of values in between, so that what was not touched keeps its
// bytes.
//
// A payload is one JSON object. [Parse] remembers where its fields are; the
// methods of [Payload] read them and make new texts. [AppendRuby] spells any JSON
// as Ruby's JSON.generate(JSON.parse(x)) would, because Sidekiq finds an entry of a
// sorted set by its bytes: an entry spelled in another way is doubled by it instead
// of moved. The rest is what stands inside of fields: times, backtraces, and the
// arguments of Active Job.
package wire
