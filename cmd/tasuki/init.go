package main

import (
	"cmp"
	"os"

	"github.com/tasuki-jobs/tasuki/internal/pid1"
)

// initCmd is the first process of a container.
type initCmd struct {
	Group       bool     `short:"g" help:"Signals go to the command's whole process group, as tini's -g."`
	SingleChild bool     `short:"c" help:"Signals go to the command alone, as dumb-init's -c."`
	Rewrite     []string `short:"r" sep:"none" help:"Pass signal B on where A comes, none if B is 0, as dumb-init's -r." placeholder:"A:B"`
	Zero        []string `short:"e" sep:"none" help:"End with 0 in place of this exit code, as tini's -e." placeholder:"CODE"`
	ParentDeath string   `short:"p" help:"Get this signal when the parent has ended, as tini's -p." placeholder:"SIGNAL"`
	Subreaper   bool     `short:"s" help:"Adopt orphans. It always does; tini's -s is understood."`
	WarnReaped  bool     `short:"w" help:"Say a warning for each orphan that is reaped, as tini's -w."`
	Verbose     int      `short:"v" type:"counter" help:"Say more; may be repeated."`
	Grace       string   `help:"The platform's time from SIGTERM to SIGKILL; what still runs shortly before is ended ($$TASUKI_GRACE)." placeholder:"TIME"`
	Linger      string   `help:"How long what the command leaves behind may go on when nobody asked to stop: 10s, if it is not given ($$TASUKI_LINGER)." placeholder:"TIME"`

	Command []string `arg:"" passthrough:"" help:"What to start, and its arguments."`
}

// Help is shown below the flags' list.
func (*initCmd) Help() string {
	return `The first process of a container: it passes signals on to the worker, also past a
shell, npm or su in front of it, reaps orphans, stays until all that was started has
ended, and ends with the command's exit code. It stands where tini and dumb-init stood
and takes their flags and variables. TIME is seconds, or 1m30s. Exit codes are the
command's; 128+N if signal N ended it; 127 if there is no such command, 126 if it cannot
be executed.

The same alone, small enough for every image, is the program tasuki-init.

    tasuki init -- bundle exec sidekiq -t 25
    tasuki init --grace 30 -- sh -c "bin/migrate && bin/worker"`
}

// Run is the init, to its end.
func (i *initCmd) Run(*caller) error {
	o, err := i.options()
	if err != nil {
		return wrong("reading the command line", "`tasuki init --help` tells what can be given", "%w", err)
	}
	words := i.Command
	if words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		return wrong("reading the command line", "tasuki init -- COMMAND ARGUMENTS", "no command is given")
	}
	o.Troubles = o.ReadEnv(os.LookupEnv)
	return exitCode(pid1.Run(o, words))
}

// options are the flags as the init reads them.
func (i *initCmd) options() (pid1.Options, error) {
	o := pid1.Options{Name: "tasuki init", Reaped: i.WarnReaped, Verbosity: i.Verbose}
	var errs []error
	if i.Group {
		errs = append(errs, o.SetAim(pid1.AimGroup))
	}
	if i.SingleChild {
		errs = append(errs, o.SetAim(pid1.AimChild))
	}
	if i.ParentDeath != "" {
		errs = append(errs, o.SetParentDeath(i.ParentDeath))
	}
	if i.Grace != "" {
		errs = append(errs, o.SetGrace("--grace", i.Grace))
	}
	if i.Linger != "" {
		errs = append(errs, o.SetLinger("--linger", i.Linger))
	}
	for _, pair := range i.Rewrite {
		errs = append(errs, o.AddRewrite(pair))
	}
	for _, code := range i.Zero {
		errs = append(errs, o.AddZero(code))
	}
	return o, cmp.Or(errs...)
}
