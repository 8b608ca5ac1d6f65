// Package pgtest gives tests a PostgreSQL server of their own: a fresh cluster in a
// folder of its own on a free loopback port, from the packages that are installed.
// Nothing that runs on the machine already is used or disturbed.
//
// A test takes the server that its test binary shares, and a database of its own:
//
//	s := pgtest.Shared(t)
//	dsn := s.DSN(s.Database(t))
//
// A test that stops, kills or freezes the server, or needs other settings, takes
// Own. Benchmarks and programs take Start.
//
// A server never outlives the process that started it, however that ends: a guard
// process notices it, stops the server and removes its folder.
package pgtest
