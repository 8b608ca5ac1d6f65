package doctor

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// webWorker is a web server of Rails' that works jobs off as well: Solid Queue as a plugin of Puma's, or
// GoodJob in its async mode.
func (o *ownPrograms) webWorker(w *deploy.Workload, words []deploy.Text) (*worker.Found, bool) {
	base := path.Base(words[0].Value)
	serves := base == "rails" && len(words) > 1 && (words[1].Value == "server" || words[1].Value == "s")
	if base != "puma" && !serves {
		return nil, false
	}
	if _, ok := o.queueInPuma(w); ok {
		return &worker.Found{Kind: worker.SolidQueuePuma, Words: words}, true
	}
	if !worker.Async(o.files.around(w)) {
		return nil, false
	}
	found := &worker.Found{Kind: worker.GoodJobAsync, Words: words}
	if content, shown, ok := o.files.readIn(w, "config/puma.rb"); ok && !strings.Contains(string(content), "GoodJob.shutdown") {
		found.Own = &Figure{What: "GoodJob's time for a stop", Pos: Pos{File: shown, Line: 1}, Open: "is none that anybody gives it: config/puma.rb does not call GoodJob.shutdown"}
	}
	return found, true
}

// unnamedWeb is the web server that a workload's image starts by itself, where no file here says what
// that is and a variable says that jobs are worked off in it.
func unnamedWeb(w *deploy.Workload) (deploy.Text, bool) {
	for _, name := range []string{"SOLID_QUEUE_IN_PUMA", "GOOD_JOB_EXECUTION_MODE"} {
		if at, ok := on(w, name); ok && len(w.Words()) == 0 {
			return deploy.Text{Value: "puma", Pos: at}, true
		}
	}
	return deploy.Text{}, false
}

// Solid Queue's plugin in config/puma.rb, with what it depends on.
var (
	pumaPlugin = regexp.MustCompile(`^([ \t]*)plugin[ (]+:solid_queue\)?[ \t]*(.*?)[ \t]*$`)
	pumaBlock  = regexp.MustCompile(`^([ \t]*)((?:if|unless)\b.*?)[ \t]*$`)
	pumaOn     = regexp.MustCompile(`^if[ \t(]+ENV(?:\.fetch\(|\[)[ \t]*["'](\w+)["']`)
)

// queueInPuma says whether a workload's Puma has Solid Queue in it, and where that is said. Where its
// configuration is not here the usual variable tells.
func (o *ownPrograms) queueInPuma(w *deploy.Workload) (Pos, bool) {
	content, shown, ok := o.files.readIn(w, "config/puma.rb")
	if !ok {
		return on(w, "SOLID_QUEUE_IN_PUMA")
	}
	lines := strings.Split(string(content), "\n")
	for i, line := range lines {
		m := pumaPlugin.FindStringSubmatch(before(line, " #"))
		if m == nil {
			continue
		}
		condition := m[2]
		if condition == "" {
			condition = block(lines[:i], len(m[1]))
		}
		switch is := pumaOn.FindStringSubmatch(condition); {
		case is != nil:
			return on(w, is[1])
		case condition == "", strings.HasPrefix(condition, "if") && strings.Contains(condition, "production?") && !strings.Contains(condition, "!"),
			strings.HasPrefix(condition, "unless") && (strings.Contains(condition, "development?") || strings.Contains(condition, "test?")):
			return Pos{File: shown, Line: i + 1}, true
		}
	}
	return Pos{}, false
}

// block is the condition of the block that a line is in, which is indented more than that.
func block(lines []string, indent int) string {
	for _, line := range slices.Backward(lines) {
		if m := pumaBlock.FindStringSubmatch(before(line, " #")); m != nil && len(m[1]) < indent {
			return m[2]
		}
	}
	return ""
}

// on says whether a variable of a workload is set to anything; Ruby takes each string for true.
func on(w *deploy.Workload, name string) (Pos, bool) {
	t, ok := w.Variable(name)
	return t.Pos, ok && t.Value != "" && !t.Open
}
