package harness

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

// cpu is the processor time that this process has used.
func cpu() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("getrusage: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

// resident is the memory of this process in MB, now and at its peak. The peak
// of getrusage would be that of the parent too.
func resident() (now, peak float64, err error) {
	file, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0, fmt.Errorf("resident memory: %w", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(file))
	for lines.Scan() {
		f := bytes.Fields(lines.Bytes())
		if len(f) < 2 {
			continue
		}
		kb, _ := strconv.ParseFloat(string(f[1]), 64)
		switch string(f[0]) {
		case "VmRSS:":
			now = kb / 1024
		case "VmHWM:":
			peak = kb / 1024
		}
	}
	if now == 0 || peak == 0 {
		return 0, 0, fmt.Errorf("resident memory: /proc/self/status does not say")
	}
	return now, peak, nil
}

// megabytes is the size of a file, 0 if there is none.
func megabytes(path string) float64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return float64(info.Size()) / (1 << 20)
}
