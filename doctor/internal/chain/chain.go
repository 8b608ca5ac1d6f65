// Package chain follows a command from what the platform starts down to the worker, through
// inits, shells, scripts and wrappers, and says which of them keeps a stop signal from it.
package chain

import (
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// A Chain is the way from the platform to a worker.
type Chain struct {
	Links   []Link
	Worker  *worker.Found          // nil: none that is known
	Program []deploy.Text          // what is started in the end, as far as it could be followed
	Env     map[string]deploy.Text // variables that are set on the way
	Dir     string                 // where it is started, as far as scripts change that: a cd
	Open    string                 // why it could not be followed further; empty: it could
}

// Trapped is the link that keeps a signal from the worker: the outermost of those that surely
// do, or else of those that do on other base images.
func (c *Chain) Trapped() (int, *Link) {
	at := -1
	for i := range c.Links {
		switch l := &c.Links[i]; {
		case l.Role == OurInit && at < 0:
			return -1, nil
		case l.Role == OurInit:
			return at, &c.Links[at]
		case l.Trap != None && !l.Luck:
			return i, l
		case l.Trap != None && at < 0:
			at = i
		}
	}
	if at < 0 {
		return -1, nil
	}
	return at, &c.Links[at]
}

// InitBefore is the init in front of a link.
func (c *Chain) InitBefore(i int) *Link {
	for j := i - 1; j >= 0; j-- {
		if c.Links[j].Role == Init {
			return &c.Links[j]
		}
	}
	return nil
}

// Inside is the first link of a role behind another one that loses the signal too.
func (c *Chain) Inside(i int, role Role) *Link {
	for j := i + 1; i >= 0 && j < len(c.Links); j++ {
		if c.Links[j].Role == role && c.Links[j].Trap != None {
			return &c.Links[j]
		}
	}
	return nil
}

// join puts what a link starts behind it.
func (c *Chain) join(l Link, rest *Chain) {
	c.Links = append(append(c.Links, l), rest.Links...)
	c.Worker, c.Program, c.Open = rest.Worker, rest.Program, rest.Open
	if rest.Dir != "" {
		c.Dir = rest.Dir
	}
	for name, value := range rest.Env {
		c.Env[name] = value
	}
}
