package harness

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// Machine describes where the figures were taken, as far as it matters to them: dir
// is on the disk; empty: the directory of temporary files.
func Machine(dir string) string {
	text := fmt.Sprintf("%s/%s, %d cores", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	if model := field("/proc/cpuinfo", "model name"); model != "" {
		text += " (" + model + ")"
	}
	var kB float64
	if _, err := fmt.Sscanf(field("/proc/meminfo", "MemTotal"), "%f kB", &kB); err == nil {
		text += fmt.Sprintf(", %.0f GiB", kB/(1<<20))
	}
	if kernel, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		text += ", Linux " + strings.TrimSpace(string(kernel))
	}
	text += ", " + runtime.Version()
	if d, err := syncTime(dir); err == nil {
		text += fmt.Sprintf(", writing and syncing 4 KiB takes %v", d.Round(time.Microsecond))
	}
	return text
}

// field is the value of the first line "name : value" of a file.
func field(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// syncTime is the median time of a small write that reaches the disk.
func syncTime(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, "tasuki-bench-sync-")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	var took []float64
	block := make([]byte, 4096)
	for range 200 {
		began := time.Now()
		if _, err := f.Write(block); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, float64(time.Since(began)))
	}
	return time.Duration(Summarize(took).Median), nil
}
