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
	golang *golang.Sources
	mains  map[string]*worker.Found // Go's, by their folder; nil: no worker
}

// programs looks for them when somebody first asks.
func (s *site) programs() *ownPrograms {
	if s.own == nil {
		s.own = &ownPrograms{mains: map[string]*worker.Found{}}
		read := func(name string) ([]byte, string, bool) {
			content, err := s.repo.Read(name)
			return content, s.repo.Shown(name), err == nil
		}
		if s.own.golang = golang.Open(s.names, read); s.lone {
			s.own.golang = golang.OpenBy(s.repo.List, read)
		}
	}
	return s.own
}

// ownWorker says of a workload's words whether they start a program of this repository that
// works jobs off.
func (s *site) ownWorker(w *deploy.Workload) func([]deploy.Text) (*worker.Found, bool) {
	return func(words []deploy.Text) (*worker.Found, bool) {
		full := words[0].Value
		switch base := path.Base(full); {
		case full == chain.GoRun:
			return s.goRun(w, words)
		case base == "puma", base == "rails":
			return s.webWorker(w, words)
		case nodePrograms[base]:
			return s.nodeWorker(w, words)
		case strings.HasPrefix(base, "python"), strings.HasSuffix(base, ".py"):
			return s.pythonWorker(w, words)
		case base == "mix" || len(words) > 1 && words[1].Value == "start" || base == "server" && path.Base(path.Dir(full)) == "bin":
			if found, ok := s.obanWorker(w, words); ok {
				return found, true
			}
		}
		return s.goWorker(w, words)
	}
}

// goWorker is a Go program: one that the image builds, or that is called like one of this
// repository's.
func (s *site) goWorker(w *deploy.Workload, words []deploy.Text) (*worker.Found, bool) {
	name := words[0].Value
	base := path.Base(name)
	if base == "." || base == "/" || strings.ContainsAny(base, "$ ") {
		return nil, false
	}
	if w.Image != nil {
		for _, b := range w.Image.Built {
			if slices.Contains(w.Image.Files(name), b.Path) || path.Base(b.Package) == "..." && path.Dir(name) == b.Path {
				return s.goMain(s.goFolders(w, b.Package, base))
			}
		}
	}
	if w.Image == nil && !strings.Contains(name, "/") && w.ImageName.Value == "" && w.Platform != deploy.Systemd {
		return nil, false // a word of a script
	}
	return s.goMain(s.programs().golang.Mains(base))
}

func (s *site) goRun(w *deploy.Workload, words []deploy.Text) (*worker.Found, bool) {
	if len(words) < 2 {
		return nil, false
	}
	found, ok := s.goMain(s.goFolders(w, strings.TrimSuffix(words[1].Value, "/main.go"), ""))
	if ok {
		found.Words = words[1:]
	}
	return found, ok
}

// goFolders are the folders that a package may be in: it is an import path, or a folder of the
// image that something of the repository was copied to.
func (s *site) goFolders(w *deploy.Workload, pkg, name string) (dirs []string) {
	all := strings.HasSuffix(pkg, "/...")
	pkg = strings.TrimSuffix(pkg, "/...")
	sources := s.programs().golang
	if dir, ok := sources.Folder(pkg); ok {
		dirs = append(dirs, dir)
	}
	if w.Image == nil || !path.IsAbs(pkg) {
		dirs = append(dirs, path.Join(w.Root, pkg))
	}
	if w.Image != nil {
		for _, m := range s.images.stages[s.images.nameOf(w.Image)] {
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
func (s *site) goMain(dirs []string) (*worker.Found, bool) {
	p := s.programs()
	for _, dir := range dirs {
		found, ok := p.mains[dir]
		if !ok {
			found, _ = p.golang.Worker(dir)
			p.mains[dir] = found
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
func (s *site) obanWorker(w *deploy.Workload, words []deploy.Text) (*worker.Found, bool) {
	content, _, ok := s.readIn(w, "mix.exs")
	if !ok {
		if err := error(nil); w.Image != nil {
			if content, err = s.repo.Read(path.Join(w.Image.Context, "mix.exs")); err != nil {
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
