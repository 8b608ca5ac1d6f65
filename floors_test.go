package tasuki_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/tasuki-jobs/tasuki"

// A floor says what the packages below a path may import of ours, and whether
// they may import anything from outside the standard library.
type floor struct {
	path    string   // below the module; a trailing /... takes in what is below
	ours    []string // what of ours it may import, in the same notation
	foreign bool     // whether modules of others are allowed
	why     string
}

// The most exact path counts. A package that no floor names is a failure: say
// here where it stands first.
var floors = []floor{
	{"", []string{"store", "internal/loop", "internal/host", "internal/ecs", "internal/probe"}, false,
		"who enqueues links the engine and nothing of other people's"},
	{"store", nil, false, "the seam is what all else stands on"},
	{"internal/loop", nil, false, "sleeping needs nothing"},
	{"internal/probe", nil, false, "engine and tasukitest meet here, and need nothing for it"},
	{"internal/proc", nil, false, "the smallest programs have it, an init above all"},
	{"internal/programs", nil, false, "an init, a worker and who reads files of deploys judge programs alike, by words"},
	{"internal/pid1", []string{"internal/proc", "internal/programs"}, true, "an init is small: system calls, and what /proc says"},
	{"cmd/tasuki-init", []string{"internal/pid1"}, false, "what an image carries for its init alone links nothing else"},
	{"internal/host", []string{"internal/proc", "internal/programs"}, false, "it is used by engine, supervisor and doctor alike"},
	{"internal/ecs", []string{"internal/loop"}, false, "a task is protected for a worker or a supervisor, whichever asks"},
	{"store/memory", []string{"store"}, false, "the reference store is plain"},
	{"store/storetest/...", []string{"store", "store/memory", "store/storetest/..."}, true, "the contract knows no concrete store but the model"},
	{"store/sqlite", []string{"store", "store/internal/sqlstore", "internal/loop"}, true, "a driver is linked only by who imports its store"},
	{"store/postgres", []string{"store", "store/internal/sqlstore", "internal/loop"}, true, "a driver is linked only by who imports its store"},
	{"store/redis", []string{"store", "store/redis/internal/...", "internal/loop"}, true, "a driver is linked only by who imports its store"},
	{"store/redis/internal/...", nil, true, "what is known of Sidekiq's format needs neither the seam nor a server"},
	{"store/internal/sqlstore", []string{"store"}, false, "what SQL stores share knows no database"},
	{"store/internal/byhand", []string{"store"}, false, "what plays a worker in tests of stores knows no store"},
	{"internal/pgtest", []string{"internal/loop"}, true, "tests start a server without what they test on it"},
	{"internal/redistest", []string{"internal/loop"}, false, "tests look at Redis past the library that they test"},
	{"internal/railstest", []string{"internal/proc"}, false, "tests start Ruby programs without what they test"},
	{"internal/measure", []string{"", "store"}, false, "what is measured does not depend on who exports it"},
	{"supervise", []string{"store", "internal/proc", "internal/host", "internal/loop"}, true, "it meets the engine in the store and in what workers say; it runs other people's workers too, whoever configures and asks it"},
	{"supervise/settings", []string{"supervise"}, true, "what a file says is made for the supervisor, which does not know the file"},
	{"supervise/internal/workertest", nil, false, "a worker for tests of supervisors knows none of them"},
	{"supervise/control", []string{"supervise", "supervise/settings", "internal/proc", "internal/host", "internal/ecs", "internal/loop"}, true, "who starts and asks a supervisor knows its file, and what stands around it"},
	{"doctor", []string{"doctor/internal/..."}, true, "it reads files; a user may link it into a check of his own without the engine"},
	{"doctor/live", []string{"doctor", "doctor/internal/...", "internal/host", "internal/proc", "internal/programs"}, true, "it looks at processes, which who only reads files does not link"},
	{"doctor/internal/...", []string{"doctor/internal/...", "internal/programs"}, true, "parsers of other people's formats stay below the doctor"},
	{"otel", []string{"", "store", "internal/measure"}, true, "OpenTelemetry is linked only by who asks for it"},
	{"prometheus", []string{"", "store", "internal/measure"}, true, "its client is linked only by who asks for it"},
	{"tasukitest", []string{"", "store", "store/memory", "internal/probe"}, false, "tests of users link no driver that they do not use"},
	{"health", []string{"", "store"}, false, "a probe's answer needs net/http and no more"},
	{"source", []string{""}, false, "sources are made for the engine's loops; drivers are the user's"},
	{"sidekiq", []string{"", "store"}, false, "arguments for Rails need no driver"},
	{"cron", nil, true, "a cron library is linked only by who asks for it; what it makes fits the engine without knowing it"},
	{"cmd/...", []string{"...", ""}, true, "only commands see all"},
	{"examples/...", []string{"...", ""}, true, "examples are users"},
}

func (f floor) covers(path string) bool { return covers(f.path, path) }

func covers(pattern, path string) bool {
	if prefix, below := strings.CutSuffix(pattern, "..."); below {
		return strings.HasPrefix(path+"/", prefix)
	}
	return pattern == path
}

func floorOf(path string) *floor {
	var best *floor
	for i := range floors {
		if f := &floors[i]; f.covers(path) && (best == nil || len(f.path) > len(best.path)) {
			best = f
		}
	}
	return best
}

func TestEveryPackageStaysOnItsFloor(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) < 5 {
		t.Fatalf("go list knows %d packages: %q", len(lines), out)
	}
	for _, line := range lines {
		pkg, imports, _ := strings.Cut(line, " ")
		checkFloor(t, strings.TrimPrefix(strings.TrimPrefix(pkg, module), "/"), strings.Fields(imports))
	}
}

// Whoever waits for something waits for it, under a context; a sleep hides what
// it waits for.
func TestOnlyTheLoopSleeps(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}`, "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	files := strings.Fields(string(out))
	if len(files) < 50 {
		t.Fatalf("go list knows %d files", len(files))
	}
	for _, file := range files {
		if strings.Contains(file, "/internal/loop/") || strings.Contains(file, "/storetest/internal/faulty/") { // a fault may be to be slow
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(src), "time.Sleep(") {
			t.Errorf("%s sleeps", file)
		}
	}
}

// A store without the contract is none.
func TestEveryStoreIsTestedByTheContract(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}}`, "./store/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	stores := 0
	for line := range strings.Lines(string(out)) {
		pkg, imports, _ := strings.Cut(line, " ")
		name := strings.TrimPrefix(pkg, module+"/store/")
		if pkg == name || strings.Contains(name, "/") || name == "storetest" {
			continue
		}
		if stores++; !slices.Contains(strings.Fields(imports), module+"/store/storetest") {
			t.Errorf("no test of store/%s runs storetest", name)
		}
	}
	if stores < 2 {
		t.Errorf("%d stores found", stores)
	}
}

func checkFloor(t *testing.T, path string, imports []string) {
	f := floorOf(path)
	if f == nil {
		t.Errorf("package %q stands on no floor: add it to floors with what it may import", path)
		return
	}
	for _, imp := range imports {
		if why := f.forbids(imp); why != "" {
			t.Errorf("package %q imports %s: %s (%s)", path, imp, why, f.why)
		}
	}
}

func (f *floor) forbids(imp string) string {
	if imp == module || strings.HasPrefix(imp, module+"/") {
		ours := strings.TrimPrefix(strings.TrimPrefix(imp, module), "/")
		for _, allowed := range f.ours {
			if covers(allowed, ours) {
				return ""
			}
		}
		return "this floor may not see it"
	}
	if first, _, _ := strings.Cut(imp, "/"); strings.Contains(first, ".") && !f.foreign {
		return "this floor stands on the standard library alone"
	}
	return ""
}

func TestAnImportFromAHigherFloorIsFound(t *testing.T) {
	for path, imp := range map[string]string{
		"":              module + "/store/sqlite",
		"store":         module,
		"store/memory":  "modernc.org/sqlite",
		"internal/loop": module + "/store",
	} {
		if floorOf(path).forbids(imp) == "" {
			t.Errorf("package %q may import %s", path, imp)
		}
	}
}
