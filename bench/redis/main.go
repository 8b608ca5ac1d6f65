// Command redis measures tasuki on its Redis store beside its peers and beside the bare
// server, on servers of its own. README.md one directory up says how to run it.
package main

import "github.com/tasuki-jobs/tasuki/bench/harness"

func main() {
	harness.Bench{Contestants: contestants, Contests: contests, Aims: aims, Stores: startServers}.Main()
}
