package supervise

import "time"

// A state is what a supervisor leaves about itself for the next one.
type state struct {
	Format     int       `json:"format"`
	Generation int       `json:"generation"`
	Restart    *turnover `json:"restart,omitempty"` // under way, or the last one
}

// A turnover is a restart in a state.
type turnover struct {
	Began      time.Time `json:"began"`
	Generation int       `json:"generation"`
	StopFirst  bool      `json:"stop_first,omitempty"`
	Proven     bool      `json:"proven,omitempty"`
	Ended      time.Time `json:"ended,omitzero"`
	Error      string    `json:"error,omitempty"`
}

const (
	stateName   = "state.json"
	stateFormat = 1
)

// stateOf is what is to be known of a plan.
func stateOf(p *plan) state {
	st := state{Format: stateFormat, Generation: p.generation}
	if r := p.restart; r != nil {
		st.Restart = &turnover{Began: r.began, Generation: r.generation, StopFirst: r.stopFirst, Proven: r.proven, Ended: r.ended}
		if r.err != nil {
			st.Restart.Error = r.err.Error()
		}
	}
	return st
}
