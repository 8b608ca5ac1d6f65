package doctor

import (
	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
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

// variable is what the worker finds in one: the command may have set it on the way.
func (k *work) variable(name string) (deploy.Text, bool) {
	if t, ok := k.chain.Env[name]; ok {
		return t, true
	}
	return k.Variable(name)
}
