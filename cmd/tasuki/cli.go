package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// commandLine is what a user can type.
type commandLine struct {
	Store string `help:"Where the jobs are, such as sqlite:jobs.db." placeholder:"URL" env:"TASUKI_STORE"`
	JSON  bool   `name:"json" help:"Print JSON instead of text for people."`

	Demo       demoCmd       `cmd:"" help:"Show on your own files what deploys and crashes do to jobs."`
	Enqueue    enqueueCmd    `cmd:"" help:"Put a job, or a file of jobs, into the store."`
	Jobs       jobsCmd       `cmd:"" help:"Look at jobs, retry, cancel and delete them."`
	Top        topCmd        `cmd:"" help:"Show live what workers, queues and jobs do."`
	Queues     queuesCmd     `cmd:"" help:"Look at queues, pause, resume and clear them."`
	Workers    workersCmd    `cmd:"" help:"Look at workers and give them orders."`
	Schedules  schedulesCmd  `cmd:"" help:"Look at schedules, pause, resume, run and delete them."`
	Supervise  superviseCmd  `cmd:"" help:"Keep worker processes running, in the foreground."`
	Start      startCmd      `cmd:"" help:"Start worker processes in the background."`
	Stop       stopCmd       `cmd:"" help:"Stop them, and wait for their jobs."`
	Restart    restartCmd    `cmd:"" help:"Replace them one by one, and kill none that is busy."`
	Status     statusCmd     `cmd:"" help:"Show how they are."`
	Ensure     ensureCmd     `cmd:"" help:"Start them unless they run, from cron at any rate."`
	Init       initCmd       `cmd:"" help:"Be the first process of a container: pass signals on, reap, wait."`
	Doctor     doctorCmd     `cmd:"" help:"Say where the next deploy will lose jobs, from the files that describe it."`
	Deploy     deployCmd     `cmd:"" help:"Mark deploys, so that journals show them."`
	Stats      statsCmd      `cmd:"" help:"Count jobs by queue and state, and show the workers."`
	Migrate    migrateCmd    `cmd:"" help:"Make the store, or bring its schema up to date."`
	Completion completionCmd `cmd:"" help:"Print a script that completes the command in a shell."`
	Version    versionCmd    `cmd:"" help:"Print the version."`

	DemoWorker demoWorkerCmd `cmd:"" hidden:""`
}

type jobsCmd struct {
	List listCmd `cmd:"" help:"List jobs, the newest first."`
	Show showCmd `cmd:"" help:"Show all about one job, and its journal."`

	Retry  retryCmd  `cmd:"" help:"Make jobs ready now."`
	Cancel cancelCmd `cmd:"" help:"End jobs; running ones are told."`
	Delete deleteCmd `cmd:"" help:"Take jobs out of the store."`
}

const about = `Background jobs that a deploy never loses, restarts or doubles.

Stores:

    sqlite:PATH   a SQLite file; sqlite:///PATH for an absolute path,
                  or just a path that ends in .db, .sqlite or .sqlite3
    postgres://USER:PASSWORD@HOST:PORT/DATABASE
                  a PostgreSQL database; ?schema=NAME where the tables are not
                  in the schema tasuki, ?pooled=true behind a pooler; what is
                  missing comes from PGHOST, PGPASSWORD and so on
    redis://USER:PASSWORD@HOST:6379/0
                  a Redis, which Ruby's Sidekiq may share; rediss:// for TLS,
                  redis://SENTINEL:26379/0?master_set=NAME for Sentinel,
                  unix:///PATH?db=0 for a socket

Exit codes:

    0       done
    1       tried and failed, or the answer is no (unknown job, demo lost one)
    64      the command line or the job is wrong; nothing was tried
    69      the store cannot be opened or does not answer
    78      the configuration of workers is wrong; nothing was started
    128+N   ended by signal N

Start with: tasuki demo`

// run parses args, does what they say and answers the exit code.
func run(args []string, c caller) int {
	c.ctx = context.Background()
	exited := false
	var line commandLine
	parser, err := kong.New(&line, kong.Name("tasuki"), kong.Description(about), kong.Writers(c.out, c.err), kong.Vars{"states": stateList()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 80, NoExpandSubcommands: true}),
		kong.Exit(func(int) { exited = true }), kong.Bind(&c))
	if err != nil {
		return c.report(err)
	}
	if len(args) == 0 {
		parser.Parse([]string{"--help"})
		return exitUsage
	}
	if args[0] == completeWord {
		c.store = os.Getenv("TASUKI_STORE")
		return c.complete(parser.Model, args[1:])
	}
	parsed, err := parser.Parse(args)
	switch {
	case exited: // --help has been printed
		return exitOK
	case err != nil:
		return c.report(misread(err))
	}
	c.store, c.json = line.Store, line.JSON
	return c.report(parsed.Run())
}

// misread explains a command line that does not parse.
func misread(err error) error {
	command := "tasuki"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil {
		if node := parse.Context.Selected(); node != nil {
			command = node.FullPath()
		}
	}
	f := &fault{doing: "reading the command line", why: err, code: exitUsage}
	if !strings.Contains(err.Error(), hintMark) {
		f.hint = fmt.Sprintf("`%s --help` tells what can be given", command)
	}
	return f
}
