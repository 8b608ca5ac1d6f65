package supervise

import (
	"encoding/binary"
	"errors"
	"os"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// peek reads how a child of this process ended and leaves it as it is: as long as it is not
// reaped, its number and that of its process group belong to nobody else.
func peek(fd int) exit {
	var info unix.Siginfo
	for {
		err := unix.Waitid(unix.P_PIDFD, fd, &info, unix.WEXITED|unix.WNOWAIT|unix.WNOHANG, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || info.Signo == 0 {
			return exit{Unknown: true}
		}
		break
	}
	return exitOf(info.Code, statusIn(&info))
}

// What si_code says of a child that has ended (sigaction(2)).
const (
	cldExited = 1
	cldKilled = 2
	cldDumped = 3
)

func exitOf(code, status int32) exit {
	switch code {
	case cldExited:
		return exit{Code: int(status)}
	case cldKilled, cldDumped:
		return exit{Signal: int(status)}
	}
	return exit{Unknown: true}
}

// statusIn is si_status: behind three numbers, as many bytes as make the next address a
// pointer's, pid and user.
func statusIn(info *unix.Siginfo) int32 {
	const at = (12+unsafe.Sizeof(uintptr(0))-1)/unsafe.Sizeof(uintptr(0))*unsafe.Sizeof(uintptr(0)) + 8
	return *(*int32)(unsafe.Add(unsafe.Pointer(info), at))
}

// lastWords is how a process ended that is not this one's child. As long as its parent has
// not reaped it /proc says so to its user; after that kernels do from 6.15 on, to those who
// had it open before (PIDFD_GET_INFO).
func (c *child) lastWords() exit {
	if status, ok := c.zombieStatus(); ok {
		return exitBy(status)
	}
	const (
		request  = 0xc040ff0b // _IOWR(0xFF, 11, the first 64 bytes of struct pidfd_info)
		infoExit = 1 << 3     // of the first field, what is wanted and what is there
		exitCode = 60         // where it is
	)
	reaped := []unix.PollFd{{Fd: int32(c.fd)}} // POLLHUP comes unasked
	unix.Poll(reaped, int(reapTime.Milliseconds()))
	var info [64]byte
	binary.NativeEndian.PutUint64(info[:], infoExit)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(c.fd), request, uintptr(unsafe.Pointer(&info[0])))
	if errno != 0 || binary.NativeEndian.Uint64(info[:])&infoExit == 0 {
		return exit{Unknown: true}
	}
	return exitBy(unix.WaitStatus(binary.NativeEndian.Uint32(info[exitCode:])))
}

func exitBy(status unix.WaitStatus) exit {
	if status.Signaled() {
		return exit{Signal: int(status.Signal())}
	}
	return exit{Code: status.ExitStatus()}
}

// zombieStatus reads the last field of /proc/PID/stat, which is 0 for who must not know it.
func (c *child) zombieStatus() (unix.WaitStatus, bool) {
	p, err := proc.Read(c.pid)
	uid, err2 := proc.Owner(c.pid)
	if err != nil || err2 != nil || p.Start != c.id.Start || !p.Ended() || uid != os.Geteuid() && os.Geteuid() != 0 {
		return 0, false
	}
	text, err := os.ReadFile("/proc/" + strconv.Itoa(c.pid) + "/stat")
	if err != nil {
		return 0, false
	}
	fields := strings.Fields(string(text))
	status, err := strconv.ParseUint(fields[len(fields)-1], 10, 32)
	return unix.WaitStatus(status), err == nil
}

// reapTime is how long a process that ended under another parent may stay a zombie before
// it is buried without knowing how it ended.
const reapTime = 100 * time.Millisecond
