package live

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// WriteJSON writes a report for programs.
func WriteJSON(w io.Writer, r *Report) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteText writes a report for people: what was seen, and what is wrong with it.
func WriteText(w io.Writer, r *Report) error {
	b := &strings.Builder{}
	fmt.Fprintf(b, "process %d: %s\n", r.PID, r.what())
	row := func(name, format string, args ...any) {
		fmt.Fprintf(b, "  %-8s%s\n", name, fmt.Sprintf(format, args...))
	}
	row("signals", "TERM %s, INT %s", r.TERM, r.INT)
	for i, p := range r.Above {
		name := "above"
		if i > 0 {
			name = ""
		}
		row(name, "%d %s: TERM %s, INT %s", p.PID, p.Program, p.TERM, p.INT)
	}
	if r.Cgroup != "" {
		row("cgroup", "%s", r.Cgroup)
	}
	if u := r.Unit; u != nil {
		stop := "no end"
		if u.StopTimeout != nil {
			stop = fmt.Sprintf("%g s", *u.StopTimeout)
		}
		row("systemd", "%s: TimeoutStopSec %s, KillMode %s, Type %s, NotifyAccess %s, main process %d", u.Name, stop, u.KillMode, u.Type, u.NotifyAccess, u.MainPID)
	}
	if r.sum != nil {
		row("sum", "%s", r.Sum)
		for _, f := range r.sum.Figures() {
			row("", "%s", f)
		}
	}
	for _, u := range r.Unseen {
		row("unseen", "%s", u)
	}
	b.WriteByte('\n')
	for _, f := range r.Findings {
		f.text(b)
	}
	r.summary(b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) what() string {
	text := r.Program
	if r.Kind != "" {
		text = r.Kind + ", " + text
	}
	if r.User != "" {
		text += ", of " + r.User
	}
	return text
}

func (f Finding) text(b *strings.Builder) {
	fmt.Fprintf(b, "%s %s: %s\n", f.Severity, f.Trap, f.Message)
	if f.PID != 0 {
		fmt.Fprintf(b, "  of      %d %s\n", f.PID, f.Program)
	}
	if f.Outcome != "" {
		fmt.Fprintf(b, "  stop    %s\n", f.Outcome)
	}
	if f.Fix != "" {
		fmt.Fprintf(b, "  fix     %s\n", f.Fix)
	}
	b.WriteByte('\n')
}

func (r *Report) summary(b *strings.Builder) {
	count := map[doctor.Severity]int{}
	for _, f := range r.Findings {
		count[f.severity]++
	}
	fmt.Fprintf(b, "%d errors, %d warnings, %d info\n", count[doctor.Error], count[doctor.Warning], count[doctor.Info])
}
