package supervise

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A room is the directory in which a supervisor keeps its locks and records.
type room string

// nfs is the type of a file system on another machine, where locks cannot be relied upon.
const nfs = 0x6969

// enter makes the directory if it is missing, and refuses one that others could write to.
func enter(dir string) (room, error) {
	if err := tooLong(dir); err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("directory Dir: %w (hint: name a directory that this user can make)", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "", fmt.Errorf("directory Dir: %w", err)
	}
	switch owner := info.Sys().(*syscall.Stat_t).Uid; {
	case int(owner) != os.Geteuid():
		return "", wrong(fmt.Sprintf("Dir %s belongs to user %d", dir, owner), "each user has a directory of their own")
	case info.Mode().Perm()&0o077 != 0:
		return "", wrong(fmt.Sprintf("Dir %s has mode %#o", dir, info.Mode().Perm()), "others must not reach it: chmod 700")
	}
	var in unix.Statfs_t
	if err := unix.Statfs(dir, &in); err == nil && in.Type == nfs {
		return "", wrong(fmt.Sprintf("Dir %s is on another machine", dir), "locks need a local disk, such as /run or /var/lib")
	}
	dir, err = filepath.EvalSymlinks(dir) // as /proc has it
	if err != nil {
		return "", fmt.Errorf("directory Dir: %w", err)
	}
	return room(dir), tooLong(dir)
}

// tooLong says whether a socket in a directory could not be named.
func tooLong(dir string) error {
	if longest := filepath.Join(dir, "n-999.99"); len(longest) > 107 {
		return wrong(fmt.Sprintf("Dir %s is too long for a socket", dir), "take one of at most 90 bytes")
	}
	return nil
}

// Enter makes the directory of a supervisor if it is missing, refuses one that others could
// write to, and answers its path as /proc has it.
func Enter(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	r, err := enter(dir)
	return string(r), err
}

func (r room) path(name string) string { return filepath.Join(string(r), name) }

// errTaken: somebody holds a lock.
var errTaken = errors.New("the lock is taken")

// lock takes a lock for as long as the file, or a copy of it in another process, is open.
// Its file stays.
func (r room) lock(name string) (*os.File, error) {
	f, err := os.OpenFile(r.path(name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, errTaken
	}
	return nil, fmt.Errorf("lock %s: %w", r.path(name), err)
}

func lockName(identity string) string   { return "lock-" + identity }
func recordName(identity string) string { return "worker-" + identity + ".json" }
func notifyName(identity string) string { return "n-" + identity }

// write replaces a file as a whole.
func (r room) write(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	part := r.path(name + ".part")
	if err := os.WriteFile(part, text, 0o600); err != nil {
		return err
	}
	return os.Rename(part, r.path(name))
}

// remove removes a file, if it is there.
func (r room) remove(name string) error {
	if err := os.Remove(r.path(name)); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// identities are those that ever had a lock or a record here.
func (r room) identities() ([]string, error) {
	files, err := os.ReadDir(string(r))
	if err != nil {
		return nil, err
	}
	var all []string
	for _, f := range files {
		identity, is := strings.CutPrefix(f.Name(), lockName(""))
		if !is {
			identity, is = strings.CutPrefix(strings.TrimSuffix(f.Name(), ".json"), "worker-")
		}
		if _, ok := slotIn(identity); is && ok && !slices.Contains(all, identity) {
			all = append(all, identity)
		}
	}
	return all, nil
}
