// Command postgres measures tasuki on its PostgreSQL store beside its peers and
// beside the bare database, on a server of its own. README.md one directory up says
// how to run it.
package main

import (
	"flag"

	"github.com/tasuki-jobs/tasuki/bench/harness"
)

func main() {
	churn := flag.Int("churn", 1_000_000, "depth: how many jobs were worked off before; the aim is of 10,000,000")
	harness.Bench{
		Contestants: contestants,
		Contests:    func() []*harness.Contest { return contests(*churn) },
		Aims:        aims(),
		Stores:      startServer,
	}.Main()
}
