package host

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

// Notifies says whether somebody listens: whether there is a NOTIFY_SOCKET in the
// environment.
func Notifies() bool { return os.Getenv("NOTIFY_SOCKET") != "" }

// Notify tells systemd how a service does (sd_notify(3)): lines such as
// "READY=1". Without a NOTIFY_SOCKET in the environment it does nothing. Who does not
// read what it is told does not hold this process up: the line is lost.
func Notify(lines string) error {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("notify systemd: %w", err)
	}
	defer conn.Close()
	conn.SetWriteDeadline(time.Now().Add(notifyLimit))
	if _, err := conn.Write([]byte(lines)); err != nil {
		return fmt.Errorf("notify systemd: %w", err)
	}
	return nil
}

const notifyLimit = 100 * time.Millisecond

// Watchdog is how often systemd wants to hear WATCHDOG=1 of this process: half
// of WATCHDOG_USEC, or 0 if it does not.
func Watchdog() time.Duration {
	if pid := os.Getenv("WATCHDOG_PID"); pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0
	}
	usec, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	if err != nil || usec <= 0 {
		return 0
	}
	return time.Duration(usec) * time.Microsecond / 2
}
