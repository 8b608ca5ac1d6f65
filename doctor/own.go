package doctor

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/golang"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// ownPrograms are the repository's own programs, as far as they were looked at. A worker is
// known by what it links.
type ownPrograms struct {
	files  *workFiles
	images *images
	golang *golang.Sources          // nil: not looked for yet
	mains  map[string]*worker.Found // Go's, by their folder; nil: no worker
}

// sources are those of Go's, which are looked for when somebody first asks.
func (o *ownPrograms) sources() *golang.Sources {
	if o.golang == nil {
		l := o.files.listing
		read := func(name string) ([]byte, string, bool) {
			content, err := l.repo.Read(name)
			return content, l.repo.Shown(name), err == nil
		}
		if o.golang = golang.Open(l.names, read); l.lone {
			o.golang = golang.OpenBy(l.repo.List, read)
		}
	}
	return o.golang
}

// ownWorker says of a workload's words whether they start a program of this repository that
// works jobs off.
func (o *ownPrograms) ownWorker(w *deploy.Workload) func([]deploy.Text) (*worker.Found, bool) {
	return func(words []deploy.Text) (*worker.Found, bool) {
		full := words[0].Value
		switch base := path.Base(full); {
		case full == chain.GoRun:
			return o.goRun(w, words)
		case base == "puma", base == "rails":
			return o.webWorker(w, words)
		case nodePrograms[base]:
			return o.nodeWorker(w, words)
		case strings.HasPrefix(base, "python"), strings.HasSuffix(base, ".py"):
			return o.pythonWorker(w, words)
		case base == "mix" || len(words) > 1 && words[1].Value == "start" || base == "server" && path.Base(path.Dir(full)) == "bin":
			if found, ok := o.obanWorker(w, words); ok {
				return found, true
			}
		}
		return o.goWorker(w, words)
	}
}

// goWorker is a Go program: one that the image builds, or that is called like one of this
// repository's.
func (o *ownPrograms) goWorker(w *deploy.Workload, words []deploy.Text) (*worker.Found, bool) {
	name := words[0].Value
	base := path.Base(name)
	if base == "." || base == "/" || strings.ContainsAny(base, "$ ") {
		return nil, false
	}
	if w.Image != nil {
		for _, b := range w.Image.Built {
			if slices.Contains(w.Image.Files(name), b.Path) || path.Base(b.Package) == "..." && path.Dir(name) == b.Path {
				return o.goMain(o.goFolders(w, b.Package, base))
			}
		}
	}
	if w.Image == nil && !strings.Contains(name, "/") && w.ImageName.Value == "" && w.Platform != deploy.Systemd {
		return nil, false // a word of a script
	}
	return o.goMain(o.sources().Mains(base))
}

func (o *ownPrograms) goRun(w *deploy.Workload, words []deploy.Text) (*worker.Found, bool) {
	if len(words) < 2 {
		return nil, false
	}
	found, ok := o.goMain(o.goFolders(w, strings.TrimSuffix(words[1].Value, "/main.go"), ""))
	if ok {
		found.Words = words[1:]
	}
	return found, ok
}

// goFolders are the folders that a package may be in: it is an import path, or a folder of the
// image that something of the repository was copied to.
func (o *ownPrograms) goFolders(w *deploy.Workload, pkg, name string) (dirs []string) {
	all := strings.HasSuffix(pkg, "/...")
	pkg = strings.TrimSuffix(pkg, "/...")
	sources := o.sources()
	if dir, ok := sources.Folder(pkg); ok {
		dirs = append(dirs, dir)
	}
	if w.Image == nil || !path.IsAbs(pkg) {
		dirs = append(dirs, path.Join(w.Root, pkg))
	}
	if w.Image != nil {
		for _, m := range o.images.stages[o.images.nameOf(w.Image)] {
			for _, c := range m.Copies {
				if rest, ok := strings.CutPrefix(pkg+"/", strings.TrimSuffix(path.Clean(c.To), "/")+"/"); ok {
					dirs = append(dirs, path.Join(m.Context, c.From, strings.TrimSuffix(rest, "/")))
				}
			}
		}
	}
	if !all {
		return dirs
	}
	var mains []string
	for _, dir := range dirs {
		for _, main := range sources.Below(dir) {
			if sources.Name(main) == name {
				mains = append(mains, main)
			}
		}
	}
	return mains
}

// goMain is the first of the folders that has a program; it may be no worker.
func (o *ownPrograms) goMain(dirs []string) (*worker.Found, bool) {
	for _, dir := range dirs {
		found, ok := o.mains[dir]
		if !ok {
			found, _ = o.sources().Worker(dir)
			o.mains[dir] = found
		}
		if found != nil {
			return &worker.Found{Kind: found.Kind, Own: found.Own}, true
		}
	}
	return nil, false
}

var (
	mixApp  = regexp.MustCompile(`\bapp:\s*:(\w+)`)
	mixOban = regexp.MustCompile(`\{\s*:oban\s*,`)
)

// obanWorker is an Elixir application with Oban in it: its release, or mix.
func (o *ownPrograms) obanWorker(w *deploy.Workload, words []deploy.Text) (*worker.Found, bool) {
	content, _, ok := o.files.readIn(w, "mix.exs")
	if !ok {
		if err := error(nil); w.Image != nil {
			if content, err = o.files.listing.repo.Read(path.Join(w.Image.Context, "mix.exs")); err != nil {
				return nil, false
			}
		}
	}
	if !mixOban.Match(content) {
		return nil, false
	}
	base := path.Base(words[0].Value)
	if base == "mix" {
		if len(words) < 2 || words[1].Value != "phx.server" && words[1].Value != "run" {
			return nil, false
		}
	} else if m := mixApp.FindSubmatch(content); base != "server" && (m != nil && string(m[1]) != base || m == nil && path.Base(path.Dir(words[0].Value)) != "bin") {
		return nil, false
	}
	return &worker.Found{Kind: worker.Oban, Words: words}, true
}
