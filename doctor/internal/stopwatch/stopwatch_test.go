package stopwatch

import (
	"crypto/sha256"
	"testing"
	"time"
)

func TestWorkIsMeasured(t *testing.T) {
	once := func() { sha256.Sum256(make([]byte, 32<<20)) }
	if took := Best(1, once); took <= 0 || took > time.Minute {
		t.Errorf("32 MiB took %v", took)
	}
}

func TestTheLeastOfSeveralRunsCounts(t *testing.T) {
	run, costs := 0, []int{40, 0, 40}
	took := Best(len(costs), func() {
		for range costs[run] {
			sha256.Sum256(make([]byte, 8<<20))
		}
		run++
	})
	if one := Best(1, func() { sha256.Sum256(make([]byte, 320<<20)) }); took*4 > one {
		t.Errorf("nothing costs %v, the whole %v", took, one)
	}
}
