package doctor

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/ecs"
)

// handBack is the timeout that a worker should have where its platform gives 120 s at most.
const handBack = 110 * time.Second

// fixStop says what a container's stopTimeout should be, and writes it. Where the worker
// needs more than the platform gives, it is the worker that has to be quicker.
func (s *scene) fixStop(k *work, c *ecs.Container) (fix string, paste []string, edits []Edit) {
	if k.sum == nil || k.sum.Open() != "" {
		return "set stopTimeout in the container's definition to what the worker needs: its own timeout and 5 s", nil, nil
	}
	want := s.wanted(k)
	if want <= ecs.MostFargate {
		value := wholeSeconds(want)
		p := s.patch()
		if p.setStop(c, value) {
			edits = p.edits()
		}
		return "set stopTimeout for the container", stopLines(c, value), edits
	}
	if !c.Task.Fargate() {
		value := wholeSeconds(want)
		return "the documented maximum of stopTimeout is 120 s (aws/containers-roadmap#1808): let the worker end by itself before that; or leave stopTimeout out, and give the time to all tasks of the instances, in their user data",
			[]string{"echo ECS_CONTAINER_STOP_TIMEOUT=" + value + "s >> /etc/ecs/ecs.config"}, nil
	}
	return s.quicker(k, c)
}

// wanted is what all have to be given that share the line which says it.
func (s *scene) wanted(k *work) time.Duration {
	most := k.proposed()
	for _, other := range s.works {
		if other.sum != nil && other.worker() && other.Grace.Pos == k.Grace.Pos && other.sum.Open() == "" {
			most = max(most, other.proposed())
		}
	}
	if k.sum.Needed() <= ecs.MostFargate && most > ecs.MostFargate {
		return ecs.MostFargate
	}
	return most
}

// quicker is for workers that need more than Fargate gives.
func (s *scene) quicker(k *work, c *ecs.Container) (fix string, paste []string, edits []Edit) {
	own := k.sum.Need[0]
	limit := min(handBack, ecs.MostFargate-(k.sum.Needed()-own.Time)).Truncate(rounding)
	if own.Default || !own.Pos.Known() {
		return "Fargate gives 120 s at most: make jobs shorter, or such that they go on where they were; and keep deployments away from a busy task with task protection (ecs:UpdateTaskProtection)", stopLines(c, "120"), nil
	}
	p := s.patch()
	from, to := strconv.FormatInt(int64(own.Time/k.unit()), 10), strconv.FormatInt(int64(limit/k.unit()), 10)
	if p.number(own.Pos, flagOn(p, own), from, to) && p.setStop(c, "120") {
		edits = p.edits()
	}
	return fmt.Sprintf("Fargate gives 120 s at most: let %s hand its jobs back after %s, set stopTimeout to 120, and keep deployments away from longer jobs with task protection (ecs:UpdateTaskProtection)", k.kind().Name, deploy.Seconds(limit)),
		append([]string{ownLine(own, to)}, stopLines(c, "120")...), edits
}

// ownLine is a worker's own time as it is set: by a flag, a variable, a key of a file.
func ownLine(own Figure, value string) string {
	switch word := flagWord.FindString(own.What); {
	case strings.HasPrefix(word, "--"):
		return word + "=" + value
	case strings.HasPrefix(word, "-"):
		return word + " " + value
	case word == "timeout":
		return "timeout: " + value
	}
	return own.What + "=" + value
}

// unit is of a number that the worker's flags have.
func (k *work) unit() time.Duration {
	if k.kind().Unit > 0 {
		return k.kind().Unit
	}
	return time.Second
}

// flagOn is the flag in front of a figure, if its line has it once.
func flagOn(p *patch, f Figure) string {
	text, _ := p.line(f.Pos)
	if word := flagWord.FindString(f.What); word != "" && strings.Count(text, word) == 1 {
		return word
	}
	return ""
}
