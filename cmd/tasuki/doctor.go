package main

import (
	"errors"
	"io"
	"slices"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// doctorCmd reads what a deployment is made of.
type doctorCmd struct {
	Paths []string `arg:"" optional:"" help:"Files and folders, - for standard input. Default: this folder." placeholder:"PATH"`

	WorkerTimeout span     `help:"How long the workers' own stop may take, where no file says it." placeholder:"TIME"`
	LongestJob    span     `help:"How long the longest job takes, for workers that wait for it without an end." placeholder:"TIME"`
	Worker        []string `help:"A program that works jobs off, beside those that are known." placeholder:"NAME"`
	FailOn        string   `help:"From what on the exit code is 1: error, warning, info, never. Default: ${default}." enum:"error,warning,info,never" default:"warning" placeholder:"WHAT"`
	Format        string   `help:"How it is printed: text, json, sarif (code scanning), github (notes beside the lines of a change). Default: ${default}." enum:"text,json,sarif,github" default:"text" placeholder:"FORMAT"`

	Live *int `help:"Look at a running worker in place of files: what stands above it, its signals, its control group, systemd's unit." placeholder:"PID"`

	Fix     bool   `help:"Write exec form and timeouts into the files, after showing them."`
	Yes     bool   `short:"y" help:"With --fix: do not ask."`
	DryRun  bool   `help:"With --fix: show what would be written, and write nothing."`
	List    bool   `help:"List all rules."`
	Explain string `help:"Say all about a rule, with examples." placeholder:"RULE"`
}

// Help is shown below the flags' list.
func (*doctorCmd) Help() string {
	return `Reads Dockerfiles, Kubernetes manifests, ECS task definitions, compose files, systemd
units, crontabs and scripts, and says where the next deploy will lose jobs: whether the
stop signal reaches each worker, and whether its time is enough. It runs nothing and asks
nobody. TIME is seconds, or 1m30s.

Exit codes: 0 nothing found, 1 errors or warnings (--fail-on), 2 something could not be
read. Standard input is YAML or JSON, a Dockerfile, a systemd unit or a Supervisor file; a
Procfile, a crontab or a script is known by its name. What is not to be found again: a comment beside or above the line,
# tasuki:ignore D101 REASON, or .tasuki-doctor.yml.

    tasuki doctor
    tasuki doctor deploy/worker.yaml --longest-job 10m
    helm template chart | tasuki doctor -
    tasuki doctor --explain D104
    tasuki doctor --fix
    tasuki doctor --live 4711`
}

// Exit codes of the doctor, beside 0 and 1.
const exitUnread = 2

var failOn = map[string]doctor.Severity{"error": doctor.Error, "warning": doctor.Warning, "info": doctor.Info, "never": doctor.Error + 1}

var reports = map[string]func(io.Writer, *doctor.Report) error{
	"text": doctor.WriteText, "json": doctor.WriteJSON, "sarif": doctor.WriteSARIF, "github": doctor.WriteGitHub,
}

// Run checks.
func (d *doctorCmd) Run(c *caller) error {
	if c.json {
		d.Format = "json"
	}
	switch {
	case d.List:
		return d.list(c)
	case d.Explain != "":
		return d.explain(c)
	case d.Live != nil:
		return d.live(c)
	case (d.Yes || d.DryRun) && !d.Fix:
		return wrong("reading the command line", "add --fix, or leave them out", "--yes and --dry-run are about --fix")
	case d.Fix && slices.Contains(d.Paths, "-"):
		return wrong("reading the command line", "name the files that standard input was made of", "--fix writes into files, and standard input is none")
	}
	r, err := d.check(c)
	if err == nil && d.Fix {
		r, err = d.fix(c, r)
	}
	if err != nil {
		return err
	}
	if err := wrote(reports[d.Format](c.out, r)); err != nil {
		return err
	}
	return d.verdict(r)
}

func (d *doctorCmd) check(c *caller) (*doctor.Report, error) {
	o := doctor.Options{Timeout: time.Duration(d.WorkerTimeout), LongestJob: time.Duration(d.LongestJob), Workers: d.Worker, Stdin: c.in}
	r, err := doctor.Check(c.ctx, d.Paths, o)
	if err != nil {
		return nil, &fault{doing: "reading the deployment", why: err, code: exitUnread}
	}
	if r.Files == 0 && !r.Unread() {
		hint := "name the files, or the folder in which they are; `tasuki doctor --help` says which kinds are read"
		if slices.Contains(d.Paths, "-") {
			hint = "standard input is YAML or JSON, a Dockerfile, a systemd unit or a Supervisor file; a Procfile, a crontab or a script is known by its name: name the file"
		}
		return nil, &fault{doing: "reading the deployment", why: errors.New("there is no file that describes one"), code: exitUnread, hint: hint}
	}
	return r, nil
}

func (d *doctorCmd) verdict(r *doctor.Report) error {
	switch {
	case r.Unread():
		return exitCode(exitUnread)
	case r.Worst() >= failOn[d.FailOn]:
		return exitCode(exitFailed)
	}
	return nil
}
