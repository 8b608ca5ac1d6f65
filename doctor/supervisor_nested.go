package doctor

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// supervisorEnds is how long Supervisor itself takes once its programs have stopped.
const supervisorEnds = 2 * time.Second

// nested is a container that is killed before Supervisor in it has stopped its workers.
func (s *scene) nested(k *work) (Finding, bool) {
	if k.worker() || !slices.Contains(judged, k.Platform) || k.Image == nil || !k.Grace.Known() || len(k.chain.Program) == 0 || path.Base(k.chain.Program[0].Value) != "supervisord" {
		return Finding{}, false
	}
	inner := s.slowest(k)
	if len(inner) == 0 {
		return Finding{}, false
	}
	outer := *k
	outer.sum = &Sum{Grace: k.Grace, Less: k.Less}
	for _, w := range inner {
		what := "what Supervisor waits for " + w.Name
		if w.sum.Breaks() { // Supervisor has to wait longer than it does
			what = "what " + w.Name + " needs"
		}
		outer.sum.Need = append(outer.sum.Need, Figure{Time: w.waits(), What: what, Pos: w.Grace.Pos})
	}
	together := outer.sum.Needed()
	outer.sum.Need = append(outer.sum.Need, Figure{Time: supervisorEnds, What: "for Supervisor's own end", Default: true})
	if !outer.sum.Breaks() {
		return Finding{}, false
	}
	f := outer.cutShort(inner, together)
	if k.Platform == deploy.Compose {
		f.Fix, f.Paste, f.Edits = outer.setPeriod(s.site)
	}
	if len(inner) > 1 {
		f.Fix += "; or name the programs in one [group:NAME] of Supervisor's, which it stops together"
	}
	return f, true
}

// cutShort says that a container has too little time for what Supervisor in it stops. It is a
// warning where no worker surely takes too long by itself.
func (k *work) cutShort(inner []*work, together time.Duration) Finding {
	slowest := slices.MaxFunc(inner, func(a, b *work) int { return cmp.Compare(a.waits(), b.waits()) })
	has, whole := max(k.sum.Available(), 0), deploy.Seconds(together)
	f := Finding{Pos: k.Grace.Pos, Workload: k.Name, Sum: k.sum, Fix: "raise " + k.Grace.What}
	if slowest.sum.Open() != "" || slowest.waits()+supervisorEnds <= has {
		f.Severity = Warning
	}
	waits := "waits up to"
	if slices.ContainsFunc(inner, func(w *work) bool { return w.sum.Breaks() }) {
		waits = "has to wait"
	}
	still := slowest.kind().Name + " still runs"
	f.Message = fmt.Sprintf("Supervisor in this container %s %s for %s, and has %s", waits, whole, slowest.Name, deploy.Seconds(has))
	if len(inner) > 1 {
		still = "still run; the worker that Supervisor stops last may not even have heard of it"
		f.Message = fmt.Sprintf("Supervisor in this container stops %d workers one after another, %s %s for them, and has %s", len(inner), waits, whole, deploy.Seconds(has))
	}
	f.Outcome = fmt.Sprintf("%s after the stop signal all processes of the container are killed, with all jobs that %s", deploy.Seconds(has), still)
	return f
}

// slowest are the workers that Supervisor in a container waits for, the slowest of each group. It stops one
// group after another, and a program that is in none is one by itself.
func (s *scene) slowest(k *work) (all []*work) {
	at := map[string]int{}
	for _, w := range s.works {
		p, ok := w.program()
		if !ok || !w.worker() || p.image == nil || p.image.Pos.File != k.Image.Pos.File || w.waits() == 0 || !s.begins(p, k) {
			continue
		}
		i, seen := at[p.Group]
		switch {
		case !seen:
			at[p.Group] = len(all)
			all = append(all, w)
		case w.waits() > all[i].waits():
			all[i] = w
		}
	}
	return all
}

// begins says whether Supervisor starts a program with a container. Where autostart= is a
// variable that containers of the same image set, it does in those that set it.
func (s *scene) begins(p *supervised, k *work) bool {
	name, ok := p.AutostartVariable()
	if !ok {
		return true
	}
	if t, set := k.Variable(name); set || k.EnvOpen {
		return t.Open || !set || !slices.Contains([]string{"false", "0", "no", "off", ""}, strings.ToLower(t.Value))
	}
	return !slices.ContainsFunc(s.works, func(other *work) bool {
		_, set := other.Variable(name)
		return set && other.Image != nil && other.Image.Pos.File == k.Image.Pos.File
	})
}

// waits is how long a stop of one of Supervisor's workers may take: its own time, or stopwaitsecs
// where that is not known. One with too little of it will have what it needs: V651 says so.
func (k *work) waits() time.Duration {
	if !k.sum.Grace.Known() {
		return 0
	}
	if k.sum.Open() == "" {
		return k.sum.Needed()
	}
	return k.sum.Grace.Time
}
