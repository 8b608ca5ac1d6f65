package host

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/programs"
)

// A Grace is the time that a process has between the stop signal and the kill.
type Grace struct {
	Time    time.Duration // 0: not known; Forever: nobody kills it
	Source  string        // who says so
	Sure    bool          // that is what is set; otherwise it holds unless Setting says more
	Extends bool          // systemd gives more while the process asks for it
	Most    time.Duration // that the platform can grant; 0: not known
	Setting string        // what sets it; empty: nothing does
	Doubt   string        // what speaks against it; empty: nothing
}

// graceName is the variable by which people say what the platform grants.
const graceName = "TASUKI_GRACE"

// ErrNoTime is what TASUKI_GRACE holds if it is no time.
var ErrNoTime = errors.New("TASUKI_GRACE is no time")

// grace finds the best figure that is known: what TASUKI_GRACE says, what systemd says of
// the unit, what a platform has set or documents, what an inner supervisor documents.
func (s Subject) grace(u *Unit, path []Link) (Grace, error) {
	g := s.outer(u)
	for _, l := range path {
		if i, ok := inners[l.Name]; ok && !g.Sure && (g.Time == 0 || i.grace < g.Time) {
			g = Grace{Time: i.grace, Source: l.Name + "'s default", Setting: i.setting}
		}
	}
	text := s.Env(graceName)
	if text == "" {
		return g.below(path, 0), nil
	}
	told, err := ParseSeconds(text)
	if err != nil || told <= 0 {
		return g, fmt.Errorf("%w: %q", ErrNoTime, text)
	}
	return g.told(told).below(path, told), nil
}

// below is what an init of ours above leaves of a grace, which it knows by a flag or from
// TASUKI_GRACE: it ends all before the platform does, and systemd gives it no more time.
func (g Grace) below(path []Link, told time.Duration) Grace {
	for _, l := range path {
		if !l.is(programs.OurInit) {
			continue
		}
		whole := told
		if d, err := ParseSeconds(programs.Grace(l.words())); err == nil {
			whole = d
		}
		spare := programs.Spare(whole) / 2
		if left := whole - spare; left > 0 && (g.Time <= 0 || g.Extends || left < g.Time) {
			g.Time, g.Sure, g.Extends = left, true, false
			g.Source = fmt.Sprintf("%s, which ends all %v before the %v are over", l.Name, spare, whole)
		}
	}
	return g
}

// told is what people say, unless more is known than they do.
func (g Grace) told(d time.Duration) Grace {
	told := Grace{Time: d, Source: graceName, Sure: true, Setting: g.Setting, Most: g.Most}
	switch {
	case g.Sure && g.Time != Forever && g.Time < d && !g.Extends:
		g.Doubt = fmt.Sprintf("TASUKI_GRACE says %v, but it is %v", d, g.Time)
		return g
	case g.Most > 0 && d > g.Most:
		told.Doubt = fmt.Sprintf("TASUKI_GRACE says %v, but no more than %v can be had", d, g.Most)
		told.Time, told.Source = g.Most, "the most that can be had there"
	}
	told.Extends = g.Extends
	return told
}

// outer is what is known of the machine's or the platform's own grace.
func (s Subject) outer(u *Unit) Grace {
	if u != nil {
		return Grace{Time: u.StopTimeout, Source: "TimeoutStopSec of " + u.Name, Sure: true, Extends: u.extends(s), Setting: "TimeoutStopSec"}
	}
	if d, err := strconv.Atoi(s.Env("RAILWAY_DEPLOYMENT_DRAINING_SECONDS")); err == nil && d > 0 {
		return Grace{Time: time.Duration(d) * time.Second, Source: "RAILWAY_DEPLOYMENT_DRAINING_SECONDS", Sure: true, Setting: "RAILWAY_DEPLOYMENT_DRAINING_SECONDS"}
	}
	p, ok := s.platform()
	if !ok {
		return Grace{}
	}
	g := Grace{Time: p.grace, Source: p.name + "'s default", Sure: p.fixed, Most: p.most, Setting: p.setting}
	if p.fixed {
		g.Most, g.Source = p.grace, p.name
	}
	return g
}

// ParseSeconds reads "25" as seconds and "90s" or "2m" as Go does.
func ParseSeconds(s string) (time.Duration, error) {
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		if !(math.Abs(n) < 1e9) {
			return 0, fmt.Errorf("%q is out of range", s)
		}
		return time.Duration(n * float64(time.Second)), nil
	}
	return time.ParseDuration(s)
}
