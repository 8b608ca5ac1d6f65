package doctor

import (
	"iter"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/ecs"
)

// The ranks of findings about a container's time: of those of one line the first here is
// said, and each before what yields.
const (
	rankOver = -1
	rankStop = -2
)

// tasks are the containers of ECS tasks that work jobs off.
func (s *scene) tasks() iter.Seq2[*work, *ecs.Container] {
	return func(yield func(*work, *ecs.Container) bool) {
		for _, k := range s.works {
			if c, ok := k.Detail.(*ecs.Container); ok && k.Platform == deploy.ECS && k.worker() && !yield(k, c) {
				return
			}
		}
	}
}

// longest is how long jobs take, if somebody says it.
func (s *scene) longest() time.Duration { return s.site.told.LongestJob }

// held says whether a worker needs its time only for jobs that its task is protected for:
// no deployment comes while they run.
func (s *scene) held(k *work, c *ecs.Container) bool {
	if k.sum == nil || len(k.sum.Need) == 0 {
		return false
	}
	own := k.sum.Need[0]
	waits := k.kind().Endless && own.Time == s.longest() && s.longest() > 0 && !own.Pos.Known()
	if !waits {
		return false
	}
	_, protected := s.protection(k)
	return protected
}

// stopShort is a container's time that is known to be too short.
func (s *scene) stopShort(k *work, c *ecs.Container) (Finding, bool) {
	f, short := k.short()
	if !short || s.held(k, c) {
		return Finding{}, false
	}
	f.rank = rankStop
	return f, true
}
