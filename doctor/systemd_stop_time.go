package doctor

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/unit"
)

// A stopCommand is the command of an ExecStop= that stops a container without saying for how long.
type stopCommand struct {
	exec  unit.Exec
	limit Figure // what systemd waits for the command
}

// at is the word stop in it.
func (c *stopCommand) at() int {
	return slices.IndexFunc(c.exec.Words, func(t deploy.Text) bool { return t.Value == "stop" })
}

var stopsContainer = regexp.MustCompile(`\b(?:docker|podman)[ \t]+(?:container[ \t]+)?stop(?:[ \t]|$)`)

// setStop writes the time of a container's stop into the command that stops it.
func (s *site) setStop(k *work, f *Finding) {
	r, ok := k.Detail.(*ranContainer)
	if !ok || r.stop == nil || !k.Grace.Default || k.sum.Open() != "" {
		return
	}
	flag := "-t " + strconv.Itoa(int(k.proposed().Seconds()))
	words := deploy.Values(r.stop.exec.Words)
	words[0] = path.Base(words[0])
	at := r.stop.at()
	f.Fix, f.Paste = "say the time in ExecStop=", []string{strings.Join(slices.Insert(words, at+1, flag), " ")}
	long := r.stop.limit.Open != "" || !r.stop.limit.Endless && r.stop.limit.Time < k.proposed()
	if long {
		f.Fix += fmt.Sprintf(", and give the unit more than that with TimeoutStopSec=, which limits %s stop too", r.by)
	}
	pos := r.stop.exec.Words[at].Pos
	lines := s.pages.lines(pos.File)
	if pos.Line < 1 || pos.Line > len(lines) {
		return
	}
	line := lines[pos.Line-1]
	all := stopsContainer.FindAllStringIndex(line, -1)
	if len(all) != 1 {
		return
	}
	end := all[0][0] + len(strings.TrimRight(line[all[0][0]:all[0][1]], " \t"))
	line = line[:end] + " " + flag + line[end:]
	f.Paste = []string{strings.TrimSpace(line)}
	if !long {
		f.Edits = []Edit{{File: pos.File, First: pos.Line, Last: pos.Line, Lines: []string{line}}}
	}
}
