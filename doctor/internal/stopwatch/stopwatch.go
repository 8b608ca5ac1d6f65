// Package stopwatch tells tests what work costs, on machines that are busy with other things too.
package stopwatch

import "time"

// began is when this process did.
var began = time.Now()

// Best is the least that work costs in several runs: processor time of this process where the
// system tells it, or else wall time. A test that needs it runs nothing beside itself.
func Best(runs int, work func()) (least time.Duration) {
	for i := range runs {
		before := spent()
		work()
		if took := spent() - before; i == 0 || took < least {
			least = took
		}
	}
	return least
}
