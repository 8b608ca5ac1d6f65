// Command sqlite measures tasuki on its SQLite store beside its peers and beside
// the bare database. README.md one directory up says how to run it.
package main

import "github.com/tasuki-jobs/tasuki/bench/harness"

func main() {
	harness.Bench{Contestants: contestants, Contests: contests, Aims: aims, Stores: harness.NewFiles}.Main()
}
