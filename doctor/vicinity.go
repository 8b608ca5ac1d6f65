package doctor

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/terraform"
	"github.com/tasuki-jobs/tasuki/doctor/internal/unit"
)

// A single file that is in no repository stands in a folder of which nobody says what belongs
// to it: /tmp, a home. There only that is looked for which the file means: by the names that
// it says itself, as everywhere, and by those that its format gives to neighbours. No folder
// is listed but those whose content belongs together.

// neighbours are the files that others of the same folder mean without naming them. Of a
// Dockerfile's names the first that is there counts.
var (
	neighbours = slices.Concat(composeBases, composeOverrides, []string{"kustomization.yaml", "kustomization.yml", "Kustomization",
		"config/queue.php", "config/config.exs", "config/runtime.exs", "config/prod.exs"})
	dockerfileNames = []string{"Dockerfile", "Containerfile", "dockerfile"}
)

// A vicinity is what belongs to the single file that was asked for.
type vicinity struct{ listing *listing }

// names are those of the single file and of what it may mean.
func (v vicinity) names() []string {
	all := []string{v.listing.only}
	add := func(names ...string) {
		for _, name := range names {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	dir := path.Dir(v.listing.only)
	add(v.listing.present(dir, neighbours)...)
	if made := v.listing.present(dir, dockerfileNames); len(made) > 0 && !isDockerfile(v.listing.only) {
		add(made[0])
	}
	switch {
	case terraform.Named(v.listing.only):
		v.modules(dir, add)
	case isUnit(v.listing.only):
		add(v.dropInsOf(v.listing.only)...)
	}
	return all
}

// localModule is a module that a file of Terraform's calls by its folder.
var localModule = regexp.MustCompile(`(?m)^\s*source\s*=\s*"(\.{1,2}/[^"$]*)"`)

// varFolders are the names of folders that people keep variables for Terraform in.
var varFolders = regexp.MustCompile(`^(env|envs|environments?|vars|variables|tfvars|configs?)$`)

// modules adds the files of a module, and of those that it calls: each is a folder.
func (v vicinity) modules(dir string, add func(...string)) {
	_, folders := v.listing.repo.List(dir)
	for _, f := range folders {
		if varFolders.MatchString(path.Base(f)) {
			files, _ := v.listing.repo.List(f)
			add(slices.DeleteFunc(slices.Clone(files), func(name string) bool { return !terraform.Sets(name) })...)
		}
	}
	seen := map[string]bool{dir: true}
	for queue := []string{dir}; len(queue) > 0; queue = queue[1:] {
		files, _ := v.listing.repo.List(queue[0])
		for _, name := range files {
			if !terraform.Named(name) && !terraform.Sets(name) {
				continue
			}
			add(name)
			content, _ := v.listing.repo.Read(name)
			for _, m := range localModule.FindAllSubmatch(content, -1) {
				if at := path.Join(queue[0], string(m[1])); !seen[at] && len(seen) < 100 {
					seen[at] = true
					queue = append(queue, at)
				}
			}
		}
	}
}

// dropInsOf are the files that a unit is made of: its drop-ins, of a template those of its
// instances too; of a drop-in the units that take it, with theirs.
func (v vicinity) dropInsOf(name string) (all []string) {
	dir := path.Dir(name)
	if !isDropIn(name) {
		return v.dropInsIn(dir, name)
	}
	in := path.Base(dir)
	dir = path.Dir(dir)
	files, _ := v.listing.repo.List(dir)
	for _, f := range files {
		if id, ok := unitName(f); ok && !isDropIn(f) && takes(id, in) {
			all = append(append(all, f), v.dropInsIn(dir, f)...)
		}
	}
	if len(all) == 0 {
		all, _ = v.listing.repo.List(path.Join(dir, in))
	}
	return all
}

// takes says whether a unit of that name, or an instance of it, has drop-ins in a folder.
func takes(id, folder string) bool {
	stem, ext := strings.TrimSuffix(id, path.Ext(id)), path.Ext(id)+".d"
	return slices.Contains(unit.DropIns(id), folder) || unit.Template(id) && strings.HasPrefix(folder, stem) && strings.HasSuffix(folder, ext)
}

// dropInsIn are a unit's drop-ins that stand beside it.
func (v vicinity) dropInsIn(dir, name string) (all []string) {
	id, _ := unitName(name)
	folders := unit.DropIns(id)
	if unit.Template(id) {
		_, here := v.listing.repo.List(dir)
		for _, f := range here {
			if base := path.Base(f); takes(id, base) && !slices.Contains(folders, base) {
				folders = append(folders, base)
			}
		}
	}
	for _, f := range folders {
		files, _ := v.listing.repo.List(path.Join(dir, f))
		all = append(all, files...)
	}
	return all
}

// seekImage reads the Dockerfiles that an image of that name may be built from, where nobody
// has looked for all.
func (s *site) seekImage(base string) {
	if !s.lone || base == "" || strings.ContainsAny(base, "/$*?") {
		return
	}
	dir := path.Dir(s.only)
	named := []string{path.Join(base, dockerfileNames[0]), path.Join(base, dockerfileNames[1]), "Dockerfile." + base, base + ".Dockerfile"}
	for _, name := range s.present(dir, named) {
		content, err := s.repo.Read(name)
		if err != nil || s.images.stages[name] != nil || s.config.excluded(name) {
			continue
		}
		before := len(s.workloads)
		if err := readDockerfile(s, name, content); err != nil {
			s.note(Note{Pos: s.pos(name), Text: "was not understood: " + err.Error()})
		}
		s.workloads = s.workloads[:before]
	}
}

// deepestPlace is how many folders above a file may be a part of what it is:
// .github/workflows/deploy.yml.
const deepestPlace = 2

// standing is the folder that a single file without a repository is looked at from: its own,
// or the one above it where only both together say what it is, as cron.d/shop does.
func standing(file string) (dir, name string) {
	dir, name = filepath.Dir(file), filepath.Base(file)
	abs, err := filepath.Abs(dir)
	at, under := dir, name
	for range deepestPlace + 1 {
		if err != nil || recognised(at, under) {
			return at, under
		}
		at, under, abs = filepath.Join(at, ".."), path.Join(filepath.Base(abs), under), filepath.Dir(abs)
	}
	return dir, name
}

// recognised says whether a file of a folder is of any format.
func recognised(dir, name string) bool {
	s, err := openSite(dir, Options{})
	if err != nil {
		return false
	}
	defer s.repo.Close()
	return slices.ContainsFunc(formats(), func(f format) bool {
		if !f.named(name) || f.holds == nil {
			return f.named(name)
		}
		content, err := s.repo.Read(name)
		return err == nil && f.holds(content)
	})
}
