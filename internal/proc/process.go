// Package proc reads what /proc says of processes: whose children they are, whether they
// are the same as before, and what they do with signals. It links so little that the
// smallest programs can have it.
package proc

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"strings"
)

// A Process is what /proc/PID/stat says (proc(5)).
type Process struct {
	PID     int
	Parent  int
	Group   int
	Session int
	Name    string // what it runs, at most 15 bytes, or what it calls itself
	State   byte   // R, S, D, T, Z …
	Threads int
	Start   uint64 // clock ticks from the boot to its start: with the pid it is unique in a boot
}

// Ended says whether the process writes nothing any more: a zombie without a living
// thread.
func (p Process) Ended() bool {
	return p.State == 'X' || p.State == 'Z' && p.Threads <= 1
}

// Is says whether q is the same process, not another that got its pid.
func (p Process) Is(q Process) bool { return p.PID == q.PID && p.Start == q.Start }

// ErrFormat is what /proc has where a number is expected.
var ErrFormat = errors.New("/proc/PID/stat is not as proc(5) has it")

// Read reads about one process. If there is none, the error is os.ErrNotExist.
func Read(pid int) (Process, error) {
	var space [512]byte
	text, err := readFile(path(pid, "stat"), space[:])
	if err != nil {
		return Process{}, gone(err)
	}
	return parse(text)
}

// parse takes a line of /proc/PID/stat apart. The name may hold anything, brackets and
// blanks too, so fields count from the last bracket: state is the first behind it, ppid
// the 2nd, pgrp the 3rd, session the 4th, num_threads the 18th, starttime the 20th.
func parse(text []byte) (Process, error) {
	open, end := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return Process{}, ErrFormat
	}
	p := Process{Name: string(text[open+1 : end])}
	var err error
	if p.PID, err = strconv.Atoi(string(bytes.TrimSpace(text[:open]))); err != nil {
		return Process{}, ErrFormat
	}
	rest := text[end+1:]
	for at := 1; at <= 20; at++ {
		rest = bytes.TrimLeft(rest, " ")
		n := bytes.IndexByte(rest, ' ')
		if n < 0 {
			n = len(rest)
		}
		if n == 0 || p.set(at, rest[:n]) != nil {
			return Process{}, ErrFormat
		}
		rest = rest[n:]
	}
	return p, nil
}

// set takes one field behind the name.
func (p *Process) set(at int, field []byte) (err error) {
	switch at {
	case 1:
		p.State = field[0]
	case 2:
		p.Parent, err = strconv.Atoi(string(field))
	case 3:
		p.Group, err = strconv.Atoi(string(field))
	case 4:
		p.Session, err = strconv.Atoi(string(field))
	case 18:
		p.Threads, err = strconv.Atoi(string(field))
	case 20:
		p.Start, err = strconv.ParseUint(string(field), 10, 64)
	}
	return err
}

// Command is the command line of a process, empty for threads of the kernel and for
// zombies.
func Command(pid int) ([]string, error) {
	text, err := readFile(path(pid, "cmdline"), nil)
	if err != nil || len(text) == 0 {
		return nil, gone(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00"), nil
}

func path(pid int, file string) string { return "/proc/" + strconv.Itoa(pid) + "/" + file }

// gone makes one error of the two with which /proc says that a process has gone: while it
// is opened, or while it is read.
func gone(err error) error {
	if err != nil && isGone(err) {
		return os.ErrNotExist
	}
	return err
}
