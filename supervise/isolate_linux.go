package supervise

import (
	"fmt"
	"math"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Isolate keeps what this process inherited from the programs that it starts: a lock of
// flock(1), a pipe to cron, the supervisor's own lock. Only standard input, output and error
// go on.
func Isolate() error {
	err := unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
	if err == nil {
		return nil
	}
	fds, readErr := os.ReadDir("/proc/self/fd") // a kernel before 5.11
	if readErr != nil {
		return fmt.Errorf("close what was inherited: %w", err)
	}
	for _, f := range fds {
		if fd, err := strconv.Atoi(f.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}
