package doctor

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// A runner is a workload that starts the processes of a Procfile.
type runner struct {
	*work
	name     string // foreman
	at       Pos    // where it is started
	procfile string // as people know it
	grace    Figure // between its signal and its kill
	only     string // the process that it starts; empty: all
	words    []deploy.Text
}

// runners are the programs, with the variable that sets their time; empty: there is none.
var runners = map[string]string{"foreman": "", "overmind": "OVERMIND_TIMEOUT"}

// runnersWait is how long both wait by default (foreman's cli.rb, overmind's main.go).
const runnersWait = 5 * time.Second

// runnerOf says whether a workload starts a Procfile's processes, and how. A Procfile for
// developers is none that is deployed.
func runnerOf(files *workFiles, k *work) (*runner, bool) {
	words := k.chain.Program
	if k.worker() || k.Platform == deploy.Procfile || k.Platform == deploy.Cron || len(words) < 2 || words[1].Value != "start" {
		return nil, false
	}
	r := &runner{work: k, name: path.Base(words[0].Value), at: words[0].Pos}
	variable, ok := runners[r.name]
	if !ok || !r.at.Known() {
		return nil, false
	}
	command, file := &worker.Found{Words: withDefaults(files, k, words)}, "Procfile"
	if f, ok := command.Flag("-f", "--procfile"); ok {
		file = f.Value.Value
	}
	r.words = command.Words
	if len(words) > 2 && r.name == "foreman" && !strings.HasPrefix(words[2].Value, "-") {
		r.only = words[2].Value
	}
	_, shown, found := files.readIn(k.Workload, file)
	r.procfile, r.grace = shown, wait(k, command, variable)
	return r, found && r.grace.Open == ""
}

// withDefaults puts what foreman's own file says in front of the options of its command line,
// which count more.
func withDefaults(files *workFiles, k *work, words []deploy.Text) []deploy.Text {
	content, shown, ok := files.readIn(k.Workload, ".foreman")
	if !ok || path.Base(words[0].Value) != "foreman" {
		return words
	}
	docs, err := tree.YAML(shown, content)
	if err != nil {
		return words
	}
	all := slices.Clone(words[:2])
	for _, doc := range docs {
		for _, key := range []string{"timeout", "procfile", "formation"} {
			if t := doc.Get(key).Text(); t.Value != "" {
				all = append(all, deploy.Text{Value: "--" + key + "=" + t.Value, Pos: t.Pos})
			}
		}
	}
	return append(all, words[2:]...)
}

// wait is the time that a runner gives.
func wait(k *work, command *worker.Found, variable string) Figure {
	t, fig := deploy.Text{}, Figure{Time: runnersWait, What: path.Base(command.Words[0].Value) + "'s default -t", Pos: command.Words[0].Pos, Default: true}
	if f, ok := command.Flag("-t", "--timeout"); ok {
		t = f.Value
	} else if v, ok := k.Variable(variable); ok && variable != "" {
		t = v
	} else {
		return fig
	}
	n, err := strconv.Atoi(t.Value)
	fig = Figure{Time: time.Duration(n) * time.Second, What: path.Base(command.Words[0].Value) + "'s -t", Pos: t.Pos}
	if err != nil || t.Open {
		fig.Open = "is not known"
	}
	return fig
}

// starts says whether a runner starts a process: -m leaves out what it does not name, or names
// with 0.
func (r *runner) starts(k *work) bool {
	name := strings.TrimPrefix(k.Name, "process ")
	formation, ok := (&worker.Found{Words: r.words}).Flag("-m", "--formation")
	if r.only != "" || !ok {
		return r.only == "" || r.only == name
	}
	parts := strings.Split(formation.Value.Value, ",")
	return slices.ContainsFunc(parts, func(p string) bool {
		of, n, _ := strings.Cut(strings.TrimSpace(p), "=")
		return (of == name || of == "all") && n != "0"
	}) && !slices.Contains(parts, name+"=0")
}
