package harness

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// calmWait is how long a measurement waits for a calm machine.
const calmWait = 20 * time.Second

// calm waits until other processes leave the processors alone, as far as limit
// (a share of all) says, but not for ever.
func calm(ctx context.Context, limit float64) error {
	for until := time.Now().Add(calmWait); time.Now().Before(until); {
		from, err := look()
		if err != nil {
			return err
		}
		if err := pause(ctx, settleIn); err != nil {
			return err
		}
		if others, err := from.others(0); err != nil || others <= limit {
			return err
		}
	}
	return nil
}

// A load is how much all processors had worked at a moment.
type load struct {
	at   time.Time
	busy time.Duration
}

// tick is the kernel's unit in /proc/stat.
const tick = 10 * time.Millisecond

func look() (load, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return load{}, fmt.Errorf("load of the machine: %w", err)
	}
	var user, nice, system int64
	if _, err := fmt.Sscanf(string(text), "cpu %d %d %d", &user, &nice, &system); err != nil {
		return load{}, fmt.Errorf("load of the machine: %q: %w", strings.SplitN(string(text), "\n", 2)[0], err)
	}
	return load{at: time.Now(), busy: time.Duration(user+nice+system) * tick}, nil
}

// others is the share of all processors since l that was not ours.
func (l load) others(ours time.Duration) (float64, error) {
	now, err := look()
	if err != nil {
		return 0, err
	}
	all := time.Since(l.at) * time.Duration(runtime.NumCPU())
	return max(0, float64(now.busy-l.busy-ours)/float64(all)), nil
}
