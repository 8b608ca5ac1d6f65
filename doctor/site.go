package doctor

import (
	"errors"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
	"github.com/tasuki-jobs/tasuki/doctor/internal/repo"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// A site is a repository as its deployment files describe it.
type site struct {
	repo      *repo.Repo
	told      Options
	config    config
	known     worker.Known
	images    []*deploy.Image // the last stage of each Dockerfile
	stages    map[string][]*deploy.Image
	workloads []*deploy.Workload
	cluster   kube.Cluster // what the manifests say together
	templates []template   // of manifests
	pages     pages
	notes     []Note
	refusals  map[string]int // which of notes says that a file cannot be read
	files     int
	recipes   []scriptFile              // the commands of scripts, CI files and recipes
	names     []string                  // of all files that may be read
	only      string                    // the single one that was asked for; empty: all
	lone      bool                      // no repository says how far the folder reaches: see vicinity
	compose   *composeFiles             // what belongs together; nil: not looked for yet
	units     *unitFiles                // systemd's; nil: not looked for yet
	ecs       *ecsFiles                 // Amazon ECS'; nil: nothing of it was read
	ordered   []string                  // names, sorted; nil: not yet
	leased    map[*worker.Kind][]Figure // where a queue gives jobs away again, by the worker that they are of
	makers    []string                  // programs that make a deployment's files
	own       *ownPrograms              // the repository's own programs; nil: not looked for yet
}

func openSite(dir string, o Options) (*site, error) {
	r, err := repo.Open(dir)
	if err != nil {
		return nil, err
	}
	s := &site{repo: r, stages: map[string][]*deploy.Image{}, refusals: map[string]int{}}
	if err := s.readConfig(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	s.told = o.with(s.config.told)
	s.known = worker.Known{Named: s.told.Workers}
	return s, nil
}

func (s *site) pos(name string) Pos { return Pos{File: s.repo.Shown(name)} }

func (s *site) note(n Note) { s.notes = append(s.notes, n) }
