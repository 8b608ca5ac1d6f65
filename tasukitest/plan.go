package tasukitest

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/internal/probe"
)

// A plan is an interruption at a point.
type plan struct {
	name  string
	point string
	n     int
	act   func(context.Context)
	hit   bool // guarded by shift.mu
}

func (p *plan) String() string { return fmt.Sprintf("%s(%q, %d)", p.name, p.point, p.n) }

// at is called by the engine before each item and step: here plans come true.
func (s *shift) at(ctx context.Context, p probe.Point) {
	if s.door.isDead() {
		runtime.Goexit() // a goroutine of the handler that did not hear of the kill
	}
	if act := s.due(p.Path); act != nil {
		act(ctx)
		return
	}
	probe.Save(ctx) // what keeps it from being saved the engine says by itself
}

// due counts a point and answers what is planned for it, if anything.
func (s *shift) due(path string) func(context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.came[path]++
	for _, p := range s.plans {
		if !p.hit && p.point == path && p.n == s.came[path] {
			p.hit = true
			return p.act
		}
	}
	return nil
}

// missed names the plans that did not come true, and what came instead.
func (s *shift) missed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var left []string
	for _, p := range s.plans {
		if !p.hit {
			left = append(left, p.String())
		}
	}
	if left == nil {
		return ""
	}
	var points []string
	for _, path := range slices.Sorted(maps.Keys(s.came)) {
		points = append(points, fmt.Sprintf("%q %d×", path, s.came[path]))
	}
	if points == nil {
		points = []string{"none"}
	}
	return fmt.Sprintf("%s was never reached; points that came: %s", strings.Join(left, ", "), strings.Join(points, ", "))
}
