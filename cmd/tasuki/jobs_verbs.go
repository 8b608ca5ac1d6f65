package main

import "github.com/tasuki-jobs/tasuki/store"

// retryCmd makes jobs ready now.
type retryCmd struct{ selected }

// Help is shown below the flags' list.
func (*retryCmd) Help() string {
	return `Makes jobs that wait for their time, that failed, that are dead or cancelled ready
now. A dead or cancelled one starts with no attempts counted, at its cursor.

    tasuki jobs retry 0198c9f0-7a3e-7b5c-9d8e-1f2a3b4c5d6e
    tasuki jobs retry --state dead --kind mail --dry-run
    tasuki jobs retry --state dead --kind mail --yes

` + movesHelp
}

const movesHelp = `Jobs that are named by id are moved at once; those that filters select after a
question, which --yes answers. A filter may be given more than once: any of its
values will do; of different filters all must hold. The exit code is 1 if a job
that was named is not there, or was left alone though it is not as asked.`

// Run moves them.
func (r *retryCmd) Run(c *caller) error {
	return c.move(&r.selected, &moveVerb{
		name: "retry", past: "made ready", to: store.Ready, why: "retried by hand",
		from: []store.State{store.Scheduled, store.Retry, store.Dead, store.Cancelled},
		fine: []store.State{store.Ready, store.Running},
		left: map[store.State]string{store.Ready: "ready already", store.Running: "running", store.Done: "done"},
	})
}

// cancelCmd ends jobs.
type cancelCmd struct {
	selected
	Why string `help:"Why, for whoever looks at the job later." placeholder:"TEXT" default:"cancelled by hand"`
}

// Help is shown below the flags' list.
func (*cancelCmd) Help() string {
	return `A job that waits is cancelled at once. One that runs is told: its worker hears it
with its next beat, within seconds, and cancels the job's context; one that
iterates ends before its next item. Cancelled jobs stay visible for a day, and
jobs retry starts them again.

    tasuki jobs cancel --queue import --why 'wrong file' --dry-run
    tasuki jobs cancel --queue import --why 'wrong file'

` + movesHelp
}

// Run cancels them.
func (x *cancelCmd) Run(c *caller) error {
	return c.move(&x.selected, &moveVerb{
		name: "cancel", past: "cancelled", to: store.Cancelled, told: true, why: x.Why,
		from: []store.State{store.Scheduled, store.Ready, store.Retry},
		fine: []store.State{store.Cancelled},
		left: map[store.State]string{store.Done: "done", store.Dead: "dead", store.Cancelled: "cancelled already"},
	})
}

// deleteCmd forgets jobs.
type deleteCmd struct{ selected }

// Help is shown below the flags' list.
func (*deleteCmd) Help() string {
	return `Takes jobs out of the store, for good. Running ones are left alone: cancel them
first.

    tasuki jobs delete --state dead --kind mail --dry-run
    tasuki jobs delete --state dead --kind mail

` + movesHelp
}

// Run deletes them.
func (d *deleteCmd) Run(c *caller) error {
	return c.move(&d.selected, &moveVerb{
		name: "delete", past: "deleted", to: store.Deleted,
		from: []store.State{store.Scheduled, store.Ready, store.Retry, store.Done, store.Dead, store.Cancelled},
		left: map[store.State]string{store.Running: "running; cancel first"},
	})
}
