package doctor

import (
	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// A follower follows workloads to their workers, with what the user says of those.
type follower struct {
	files *workFiles
	own   *ownPrograms
	known worker.Known
	told  worker.Told // of the workers' times
}

// follow follows a workload's command, and adds up its times.
func (f *follower) follow(w *deploy.Workload) *work {
	in := f.surroundings(w)
	k := &work{Workload: w, chain: chain.Follow(behindPublic(w), in)}
	if !k.worker() && w.Platform == deploy.Docker {
		k.toldAtStart(in)
	}
	if !k.worker() {
		f.behindEntry(k, in)
	}
	if web, ok := unnamedWeb(w); ok && !k.worker() {
		k.chain = chain.Follow([]deploy.Text{web}, in)
	}
	if !k.worker() || w.Platform == deploy.Docker || w.Platform == deploy.Cron || w.Platform == deploy.Procfile {
		return k
	}
	k.sum = &Sum{Need: f.needs(k), Grace: w.Grace, Less: w.Less}
	k.settle()
	return k
}

// surroundings are what a workload's command runs in.
func (f *follower) surroundings(w *deploy.Workload) chain.Place {
	known := f.known
	known.Own = f.own.ownWorker(w)
	in := chain.Place{Known: known, Env: w.Variable, Script: f.files.scripts(w), NPM: f.files.npm(w), Family: image.Family(w.ImageName.Value)}
	if w.Image != nil {
		in.Family, in.Overlay = w.Image.Family, overlay(w.Image)
	}
	return in
}

// needs is what a worker's jobs need to be finished at a stop.
func (f *follower) needs(k *work) []Figure {
	return k.chain.Worker.Needs(f.files.place(k), f.told)
}
