package doctor

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// A pythonWay is how a source of Python's starts a library's worker.
type pythonWay struct {
	kind    *worker.Kind
	imports *regexp.Regexp // the library; nil: what it says is enough
	starts  *regexp.Regexp
	word    string // that the command has to have too; empty: none
	own     bool   // what a signal does is up to the program
}

var ofCelery = regexp.MustCompile(`(?m)^\s*(?:from|import) .*celery`)

var pythonWays = []pythonWay{
	{kind: worker.RQ, imports: regexp.MustCompile(`(?m)^\s*(?:from|import) (?:rq|django_rq|flask_rq2?)\b`), starts: regexp.MustCompile(`\.work\s*\(|\bWorkerPool\s*\(`)},
	{kind: worker.Celery, starts: regexp.MustCompile(`\.worker_main\s*\(`)},
	{kind: worker.Celery, imports: ofCelery, starts: regexp.MustCompile(`\b\w*(?:app|celery)\.Worker\s*\(`)},
	{kind: worker.Celery, imports: ofCelery, starts: regexp.MustCompile(`\b\w*(?:app|celery)\.start\s*\(`), word: "worker"},
	{kind: worker.Dramatiq, imports: regexp.MustCompile(`(?m)^\s*import dramatiq\b`), starts: regexp.MustCompile(`\bdramatiq\.Worker\s*\(`), own: true},
	{kind: worker.Dramatiq, imports: regexp.MustCompile(`(?m)^\s*from dramatiq(?:\.worker)? import .*\bWorker\b`), starts: regexp.MustCompile(`\bWorker\s*\(`), own: true},
}

// Marks of what is no code, and of a worker that ends by itself.
var (
	pythonText   = regexp.MustCompile(`(?s)"""[^\\]*?"""|'''[^\\]*?'''`)
	pythonNote   = regexp.MustCompile(`(?m)#.*$`)
	pythonEnds   = regexp.MustCompile(`\b(?:burst\s*=\s*True|max_idle_time\s*=\s*[1-9])`)
	pythonModule = regexp.MustCompile(`^[A-Za-z_][\w.]*$`)
)

// pythonWorker is a program of Python's own that starts a worker by a library's API: python worker.py,
// python -m shop.worker.
func (o *ownPrograms) pythonWorker(w *deploy.Workload, words []deploy.Text) (*worker.Found, bool) {
	inner := worker.Interpreted(words)
	if len(inner) == len(words) && !strings.HasSuffix(inner[0].Value, ".py") || inner[0].Open {
		return nil, false
	}
	for _, name := range pythonFiles(inner[0].Value) {
		content, _, ok := o.files.readIn(w, name)
		if !ok {
			continue
		}
		return pythonKind(content, inner)
	}
	return nil, false
}

// pythonFiles are those that a script or a module may be.
func pythonFiles(name string) []string {
	if strings.HasSuffix(name, ".py") {
		return []string{name}
	}
	if !pythonModule.MatchString(name) {
		return nil
	}
	at := strings.ReplaceAll(name, ".", "/")
	return []string{at + ".py", path.Join(at, "__main__.py"), path.Join("src", at+".py"), path.Join("src", at, "__main__.py")}
}

// pythonKind is the worker that a source starts.
func pythonKind(content []byte, words []deploy.Text) (*worker.Found, bool) {
	content = pythonNote.ReplaceAll(pythonText.ReplaceAll(content, nil), nil)
	for _, way := range pythonWays {
		if way.imports != nil && !way.imports.Match(content) || !way.starts.Match(content) ||
			way.word != "" && !slices.ContainsFunc(words, func(t deploy.Text) bool { return t.Value == way.word }) {
			continue
		}
		found := &worker.Found{Kind: way.kind, Words: words, Bounded: pythonEnds.Match(content)}
		if way.own {
			found.Own = &Figure{What: way.kind.Name + "'s time for a stop", Open: "is decided by the program's own code", Pos: words[0].Pos}
		}
		return found, true
	}
	return nil, false
}
