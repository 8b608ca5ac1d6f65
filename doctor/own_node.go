package doctor

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// nodeNames are what files are called that work jobs off.
var nodeNames = regexp.MustCompile(`(?i)(worker|queue|job|consumer|processor)`)

// nodePrograms run a file of JavaScript's or TypeScript's in their own process, or pass signals to it.
var nodePrograms = map[string]bool{"node": true, "nodejs": true, "tsx": true, "ts-node": true, "ts-node-esm": true, "ts-node-script": true, "swc-node": true, "vite-node": true,
	"jiti": true, "deno": true}

// nodeWorker is a program of Node's: in a project that has BullMQ or graphile-worker, a file
// whose source makes a worker, or that is called like one.
func (o *ownPrograms) nodeWorker(w *deploy.Workload, words []deploy.Text) (*worker.Found, bool) {
	rest := words[1:]
	if path.Base(words[0].Value) == "deno" && len(rest) > 0 && rest[0].Value == "run" {
		rest = rest[1:]
	}
	for len(rest) > 0 && strings.HasPrefix(rest[0].Value, "-") {
		if rest[0].Value == "--run" || strings.HasPrefix(rest[0].Value, "--run=") {
			return nil, false // a script of package.json, which is followed by itself
		}
		valued := slices.Contains([]string{"-r", "--require", "--import", "--loader", "--experimental-loader", "--env-file", "-C", "--conditions", "--max-old-space-size", "--project", "-P"}, rest[0].Value)
		rest = rest[1:]
		if valued && len(rest) > 0 {
			rest = rest[1:]
		}
	}
	if len(rest) == 0 || rest[0].Open {
		return nil, false
	}
	file := o.nodeMain(w, rest[0].Value)
	if path.Base(file) == "graphile-worker" || strings.Contains(file, "node_modules/graphile-worker/") {
		return &worker.Found{Kind: worker.Graphile, Words: rest}, true
	}
	if path.Base(file) == "n8n" && len(rest) > 1 && rest[1].Value == "worker" {
		return &worker.Found{Kind: worker.N8N, Words: rest}, true
	}
	kind := o.nodeKind(w, file)
	if kind == nil {
		return nil, false
	}
	if at, ok := o.nodeSource(w, file); ok && !o.nodeMakes(w, at) || !ok && !nodeNames.MatchString(path.Base(file)) {
		return nil, false
	}
	return &worker.Found{Kind: kind, Words: rest}, true
}

// nodeMain is the file that node takes a folder for: its package.json's main.
func (o *ownPrograms) nodeMain(w *deploy.Workload, file string) string {
	if path.Base(file) != "." && path.Ext(file) != "" {
		return file
	}
	content, _, ok := o.files.readIn(w, path.Join(file, "package.json"))
	var pkg struct {
		Main string `json:"main"`
	}
	if !ok || json.Unmarshal(content, &pkg) != nil || pkg.Main == "" {
		return file
	}
	return path.Join(file, pkg.Main)
}

// nodeLibraries are what makes workers; who has several is taken for the first of them.
var nodeLibraries = []struct {
	name string
	kind *worker.Kind
}{{"bullmq", worker.BullMQ}, {"bull", worker.BullMQ}, {"@nestjs/bullmq", worker.BullMQ}, {"@nestjs/bull", worker.BullMQ}, {"graphile-worker", worker.Graphile}}

// nodeKind is which of the libraries the nearest package.json has.
func (o *ownPrograms) nodeKind(w *deploy.Workload, file string) *worker.Kind {
	for _, dir := range []string{path.Dir(file), path.Dir(path.Dir(file)), "."} {
		content, _, ok := o.files.readIn(w, path.Join(dir, "package.json"))
		if !ok {
			continue
		}
		var pkg struct {
			Dependencies map[string]any `json:"dependencies"`
		}
		if json.Unmarshal(content, &pkg) != nil {
			return nil
		}
		for _, l := range nodeLibraries {
			if _, ok := pkg.Dependencies[l.name]; ok {
				return l.kind
			}
		}
		return nil
	}
	return nil
}

// nodeSource is the source of a file that node runs: itself, or the TypeScript that it is
// made from.
func (o *ownPrograms) nodeSource(w *deploy.Workload, file string) (name string, ok bool) {
	tried := []string{file}
	for _, out := range []string{"dist/", "build/", "lib/", "out/"} {
		for _, in := range []string{"src/", ""} {
			if i := strings.Index(file, out); i >= 0 {
				at := file[:i] + in + strings.TrimPrefix(file[i+len(out):], "src/")
				stem := strings.TrimSuffix(at, path.Ext(at))
				tried = append(tried, stem+".ts", stem+".mts", stem+".js", stem+".mjs", stem+"/index.ts")
			}
		}
	}
	for _, name := range tried {
		if _, _, ok := o.files.readIn(w, name); ok {
			return name, true
		}
	}
	return "", false
}

// What a source says that makes a worker: BullMQ's, Nest's, graphile-worker's, Bull's. An import
// that is not found here makes one by its name.
var (
	makesWorkers = regexp.MustCompile(`new\s+Worker\b|\bWorker\s+as\b|@Processor\(|\{[^{}]*\brun(?:Once)?\b[^{}]*\}\s*(?:from|=\s*require\()\s*["']graphile-worker|(?i)queue\w*\.process\(`)
	threads      = regexp.MustCompile(`["'](?:node:)?worker_threads["']`)
	imported     = regexp.MustCompile(`(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*["']([^"'\n]+)["']`)
	workerly     = regexp.MustCompile(`(?i)(worker|processor|consumer)`)
)

// mostImports are how many sources of one program are looked at.
const mostImports = 200

// nodeMakes says whether a source makes a worker, by itself or by what it imports of this
// repository.
func (o *ownPrograms) nodeMakes(w *deploy.Workload, file string) bool {
	seen := map[string]bool{file: true}
	for queue := []string{file}; len(queue) > 0 && len(seen) < mostImports; queue = queue[1:] {
		content, _, _ := o.files.readIn(w, queue[0])
		if makesWorkers.Match(content) && (!threads.Match(content) || strings.Contains(string(content), "bullmq")) {
			return true
		}
		for _, m := range imported.FindAllSubmatch(content, -1) {
			at, own := nodeImport(queue[0], string(m[1]))
			name, found := o.nodeFile(w, at)
			switch {
			case !own:
			case found && !seen[name]:
				seen[name] = true
				queue = append(queue, name)
			case !found && workerly.MatchString(at):
				return true
			}
		}
	}
	return false
}

// nodeImport is where an import of the program's own leads to: beside the file, or by one of the
// usual names for its root.
func nodeImport(from, name string) (at string, own bool) {
	if strings.HasPrefix(name, ".") {
		return path.Join(path.Dir(from), name), true
	}
	for _, root := range []string{"@/", "~/", "#/", "src/"} {
		if rest, ok := strings.CutPrefix(name, root); ok {
			return path.Join("src", rest), true
		}
	}
	return "", false
}

// nodeFile is the file that an import without its ending means.
func (o *ownPrograms) nodeFile(w *deploy.Workload, at string) (name string, ok bool) {
	stem := strings.TrimSuffix(at, ".js")
	for _, name := range []string{at, stem + ".ts", stem + ".js", stem + ".tsx", stem + ".mts", stem + ".mjs", stem + ".cjs", stem + "/index.ts", stem + "/index.js"} {
		if _, _, ok := o.files.readIn(w, name); ok && at != "" {
			return name, true
		}
	}
	return "", false
}
