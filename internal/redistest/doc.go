// Package redistest gives tests and benchmarks real Redis servers and real Ruby, from
// the packages that are installed: servers on free loopback ports with folders of their
// own, Sentinel, a line to a server that can be cut and held, Sidekiq's worker
// processes, its API and its Web. Nothing that runs on the machine already is used or
// disturbed.
//
// A test takes the server that its test binary shares, and a database of its own:
//
//	db := redistest.Shared(t).DB(t)
//	open(db.URL())
//
// A test that stops, kills or freezes the server, or needs other settings, takes Own.
// Benchmarks and programs take Start. Ruby gets its code and the address:
//
//	app := redistest.App{URL: db.URL(), Code: jobs}
//	ruby := app.Sidekiq(t)  // a worker process
//	api := app.Client(t)    // a process that does what it is told
//	page, err := api.Web().Get(ctx, "/busy")
//
// Nothing outlives the process that started it, however that ends: a guard process
// notices it, ends what runs, and removes the folder.
//
// Databases keep keys apart, and nothing else: a server's channels, its scripts and
// its figures are everybody's who shares it.
package redistest
