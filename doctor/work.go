package doctor

import (
	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// A work is a workload that was followed to its worker.
type work struct {
	*deploy.Workload
	chain *chain.Chain
	sum   *Sum // nil: nothing says how it is stopped

	entry deploy.Text // an entry point that is not in this repository
}

// worker says whether it works jobs off.
func (k *work) worker() bool { return k.chain.Worker != nil }

// kind is what its worker is; only for workers.
func (k *work) kind() *worker.Kind { return k.chain.Worker.Kind }

// follow follows a workload's command, and adds up its times.
func (s *site) follow(w *deploy.Workload) *work {
	in := s.surroundings(w)
	k := &work{Workload: w, chain: chain.Follow(behindPublic(w), in)}
	if !k.worker() && w.Platform == deploy.Docker {
		k.toldAtStart(in)
	}
	if !k.worker() {
		s.behindEntry(k, in)
	}
	if web, ok := unnamedWeb(w); ok && !k.worker() {
		k.chain = chain.Follow([]deploy.Text{web}, in)
	}
	if !k.worker() || w.Platform == deploy.Docker || w.Platform == deploy.Cron || w.Platform == deploy.Procfile {
		return k
	}
	k.sum = &Sum{Need: k.chain.Worker.Needs(s.workFiles.place(k), s.tells()), Grace: w.Grace, Less: w.Less}
	k.settle()
	return k
}

// surroundings are what a workload's command runs in.
func (s *site) surroundings(w *deploy.Workload) chain.Place {
	known := s.known
	known.Own = s.own.ownWorker(w)
	in := chain.Place{Known: known, Env: w.Variable, Script: s.workFiles.scripts(w), NPM: s.workFiles.npm(w), Family: image.Family(w.ImageName.Value)}
	if w.Image != nil {
		in.Family, in.Overlay = w.Image.Family, overlay(w.Image)
	}
	return in
}

// toldAtStart follows an image that becomes a worker by what somebody says at its start, or by a
// variable that the image has another value of.
func (k *work) toldAtStart(in chain.Place) {
	if k.Bare() {
		k.chain = chain.Follow(append(k.Words(), deploy.Text{Value: `"$@"`, Pos: k.Pos, Open: true}), in)
	}
	if k.worker() || len(k.Image.Env) == 0 {
		return
	}
	in.Env = k.Settable
	if other := chain.Follow(behindPublic(k.Workload), in); other.Worker != nil {
		k.chain = other
	}
}

// tells is what the user says of the workers' times.
func (s *site) tells() worker.Told {
	return worker.Told{Timeout: s.told.Timeout, LongestJob: s.told.LongestJob}
}

// variable is what the worker finds in one: the command may have set it on the way.
func (k *work) variable(name string) (deploy.Text, bool) {
	if t, ok := k.chain.Env[name]; ok {
		return t, true
	}
	return k.Variable(name)
}
