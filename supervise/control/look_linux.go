package control

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
)

// Look says how a set of workers is, whether or not there is a supervisor that can be
// asked. It takes no lock, so that it is in nobody's way.
func Look(dir string) (*supervise.Status, error) {
	st, err := Ask(dir)
	if err == nil {
		st.Refused = Refused(dir)
		return st, nil
	}
	if _, gone := os.Stat(dir); errors.Is(gone, fs.ErrNotExist) {
		return &supervise.Status{Dir: dir, State: supervise.Stopped, At: time.Now()}, nil
	} else if gone != nil {
		return nil, fmt.Errorf("look into %s: %w (hint: who started the supervisor, and root, may)", dir, gone)
	}
	real, bad := filepath.EvalSymlinks(dir) // as /proc has it
	if bad != nil {
		return nil, fmt.Errorf("look into %s: %w", dir, bad)
	}
	return unanswered(real, err)
}

// unanswered is what can be known without a supervisor's answer.
func unanswered(dir string, asked error) (*supervise.Status, error) {
	st, err := supervise.Alone(dir)
	if err != nil {
		return nil, err
	}
	a, err := aboutIn(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		st.Why = append(st.Why, supervise.Trouble{What: "what the supervisor left cannot be read: " + err.Error(), Hint: "it is written anew by the next one"})
	}
	st.Name, st.Refused = a.Name, Refused(dir)
	if a.lives() {
		hint := "it starts, or it hangs: try again; its log tells more"
		if a.Log != "" {
			hint += ": " + a.Log
		}
		st.Supervisor = &supervise.SupervisorStatus{PID: a.PID, StartedAt: a.Started, File: a.File, Log: a.Log}
		trouble(st, fmt.Sprintf("the supervisor, process %d, does not answer: %v", a.PID, asked), hint)
		return st, nil
	}
	if st.State == "" {
		judge(st)
	}
	return st, nil
}

// judge is for workers without a supervisor.
func judge(st *supervise.Status) {
	st.State = supervise.Stopped
	if len(st.Living()) > 0 {
		trouble(st, "nobody looks after the workers: their supervisor has ended and they go on", "`tasuki start` takes them over, `tasuki stop` ends them")
	}
	if st.Refused != nil {
		st.Why = append(st.Why, supervise.Trouble{What: "`tasuki ensure` starts nothing: " + st.Refused.Error, Hint: "`tasuki start` tries it all the same"})
	}
}

func trouble(st *supervise.Status, what, hint string) {
	st.State = supervise.Degraded
	st.Why = append(st.Why, supervise.Trouble{What: what, Hint: hint})
}
