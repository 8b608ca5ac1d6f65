package doctor

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
)

// likelyWord is what people call workers by, and nothing else. jobs, queue and consumer are
// left out: so are called batches, brokers and what reads streams.
var likelyWord = regexp.MustCompile(`(?i)(^|[^a-z])(workers?|sidekiq|celery|celeryd|rq|rqworker|resque|delayed[_-]?job|horizon|bullmq|dramatiq|solid[_-]?queue|good[_-]?job|faktory|oban|asynq)([^a-z]|$)`)

// companions are parts of a worker's installation that work no jobs off: what shows them, what
// plans them.
var companions = regexp.MustCompile(`(?i)(^|[^a-z])(web|ui|dashboard|board|monitor|flower|exporter|metrics|beat|scheduler|clock|cron|test|tests|migrate|migrations?|setup|init|proxy|autoscaler|server|api)([^a-z]|$)`)

// lastWorker is the name of a worker whatever stands in front: api-worker, clock-worker-2.
var lastWorker = regexp.MustCompile(`(?i)(^|[^a-z])workers?([^a-z]*|\.[a-z.]+)$`)

// idlers are programs that only keep a place.
var idlers = map[string]bool{"sleep": true, "tail": true, "echo": true, "true": true, "false": true, "cat": true}

// longestName is how long the path of a program may be. What is longer is a text of megabytes, and no name.
const longestName = 4096

// likely says whether a workload that no worker was found in probably is one: by its name, or
// by that of the variable or the script at which its command could not be followed further.
func (k *work) likely() bool {
	if k.worker() || !k.lasting() || k.ImageName.Value != "" && image.Foreign(k.ImageName.Value) {
		return false
	}
	program := k.chain.Program
	if len(program) > 0 && len(program[0].Value) > longestName {
		program = nil
	}
	if len(program) > 0 && (idlers[path.Base(program[0].Value)] || otherPrograms.MatchString(path.Base(program[0].Value))) {
		return false
	}
	name := k.called()
	if k.chain.Open != "" && len(program) > 0 {
		name += " " + path.Base(program[0].Value)
	}
	return likelyWord.MatchString(name) && (lastWorker.MatchString(k.called()) || !companions.MatchString(name))
}

// called is the innermost name that a workload has: of a container its own, of an image its
// folder's.
func (k *work) called() string {
	switch {
	case k.Platform == deploy.Docker:
		return path.Base(path.Dir(k.Name)) + " " + path.Base(k.Name)
	case strings.Contains(k.Name, ", container "):
		object, container, _ := strings.Cut(k.Name, ", container ")
		if companions.MatchString(container) || likelyWord.MatchString(container) {
			return container
		}
		return object + " " + container
	}
	return k.Name
}

// lasting says whether a workload runs until it is stopped.
func (k *work) lasting() bool {
	if k.Platform == deploy.Cron {
		return false
	}
	if c, ok := k.Detail.(*kube.Container); ok {
		return c.Pod.Kind != "Job" && c.Pod.Kind != "CronJob"
	}
	sv, ok := k.service()
	return !ok || !sv.Is("Service", "Type", "oneshot")
}

// unfollowed says of a workload that probably is a worker why nothing is said of it.
func (s *site) unfollowed(k *work) {
	if !k.likely() || k.Platform == deploy.Docker && s.started(k) {
		return
	}
	n := Note{Pos: k.Pos, Text: k.Name + " is a worker by its name, and was not judged: "}
	switch program := k.chain.Program; {
	case k.chain.Open != "":
		n.Text += k.chain.Open
		n.Hint = "write the command out, or judge what is deployed"
	case len(program) == 0 && k.ImageName.Value != "":
		n.Text += "what " + k.ImageName.Value + " starts no file here says"
		n.Hint = "name the worker in command, or let the doctor see the image's Dockerfile"
	case len(program) == 0, path.Base(program[0].Value) == "supervisord": // that is read for itself
		return
	case slices.ContainsFunc(program, func(w deploy.Text) bool { return strings.Trim(w.Value, "&|;") == "" }):
		return // operators that no shell reads: C405
	default:
		n.Text += "none of the workers that are known is in " + strings.Join(deploy.Values(program[:min(len(program), 4)]), " ")
		n.Hint = "if it works jobs off: --worker " + path.Base(ran(program))
	}
	if at := k.chain.Program; len(at) > 0 && at[0].Pos.Known() {
		n.Pos = at[0].Pos
	}
	if !slices.ContainsFunc(s.notes, func(o Note) bool { return o.Pos == n.Pos }) {
		s.note(n)
	}
}

// started says whether a workload of another platform uses an image: it says what is started.
func (s *site) started(k *work) bool {
	return slices.ContainsFunc(s.workloads, func(w *deploy.Workload) bool {
		return w.Platform != deploy.Docker && w.Image != nil && w.Image.Pos == k.Image.Pos
	})
}

// ran is what --worker would name: the file that an interpreter is given, or the program.
func ran(program []deploy.Text) string {
	for _, w := range program[1:] {
		if !strings.HasPrefix(w.Value, "-") && strings.Contains(w.Value, ".") {
			return w.Value
		}
	}
	return program[0].Value
}
