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
	*listing
	*notebook
	told   Options
	config config

	images    *images
	workFiles *workFiles
	own       *ownPrograms
	follower  *follower
	search    *search
	templates *podTemplates
	pages     *pages
	compose   *composeFiles // nil: not looked for yet
	units     *unitFiles    // systemd's; nil: not looked for yet
	ecs       *ecsFiles     // Amazon ECS'; nil: nothing of it was read
	cluster   kube.Cluster  // what the manifests say together

	workloads []*deploy.Workload
	recipes   []scriptFile   // the commands of scripts, CI files and recipes
	makers    []string       // programs that make a deployment's files
	refusals  map[string]int // which of notes says that a file cannot be read
	files     int
	taken     bool // the single file that was asked for is of a format
	piped     bool // it is standard input
}

func openSite(dir string, o Options) (*site, error) {
	r, err := repo.Open(dir)
	if err != nil {
		return nil, err
	}
	s := &site{listing: &listing{repo: r}, notebook: &notebook{}, refusals: map[string]int{}}
	s.images = &images{listing: s.listing, notebook: s.notebook, stages: map[string][]*deploy.Image{}, seek: s.seekImage}
	s.templates = &podTemplates{listing: s.listing}
	s.search = &search{listing: s.listing, notebook: s.notebook}
	s.pages = &pages{repo: r}
	s.workFiles = &workFiles{listing: s.listing}
	s.own = &ownPrograms{files: s.workFiles, images: s.images, mains: map[string]*worker.Found{}}
	if err := s.config.read(r); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	s.told = o.with(s.config.told)
	s.follower = &follower{files: s.workFiles, own: s.own, known: worker.Known{Named: s.told.Workers}, told: worker.Told{Timeout: s.told.Timeout, LongestJob: s.told.LongestJob}}
	return s, nil
}
