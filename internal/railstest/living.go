package railstest

import (
	"bytes"
	"os"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// Living are the processes that run in the folder or were started for it, without those
// that have ended and wait for their parent.
func (h *Home) Living() ([]proc.Process, error) {
	all, err := proc.All()
	var ours []proc.Process
	for _, p := range all {
		if !p.Ended() && h.has(p.PID) {
			ours = append(ours, p)
		}
	}
	return ours, err
}

// has says whether a process is the folder's, by what the guard goes by too.
func (h *Home) has(pid int) bool {
	of := "/proc/" + strconv.Itoa(pid)
	cwd, _ := os.Readlink(of + "/cwd")
	if cwd == h.folder || strings.HasPrefix(cwd, h.folder+"/") {
		return true
	}
	env, _ := os.ReadFile(of + "/environ")
	return bytes.Contains(env, []byte(variable+"="+h.folder))
}
