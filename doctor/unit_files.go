package doctor

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/unit"
)

// unitFiles are the files of a repository that units are made of.
type unitFiles struct {
	listing *listing
	in      map[string][]string // drop-ins, by their folder
	named   map[string][]string // by their folder's name alone
	known   map[string][]string // instances of a template, of which drop-ins know
	astray  map[string][]string // by a unit's name; see strays
	taken   map[string]string   // drop-ins, and a unit's file that takes them
}

// add takes a drop-in in.
func (u *unitFiles) add(name string) {
	dir := path.Dir(name)
	folder := path.Base(dir)
	u.in[dir] = append(u.in[dir], name)
	if u.named[folder] = append(u.named[folder], name); len(u.named[folder]) > 1 {
		return
	}
	id := strings.TrimSuffix(folder, ".d")
	for i := range len(id) {
		if template := id[:i+1] + path.Ext(id); id[i] == '@' && template != id {
			u.known[template] = append(u.known[template], id)
		}
	}
}

// findUnitFiles looks through all units of the repository.
func findUnitFiles(l *listing) *unitFiles {
	u := &unitFiles{listing: l, in: map[string][]string{}, named: map[string][]string{}, known: map[string][]string{}, astray: map[string][]string{}, taken: map[string]string{}}
	var files []string
	for _, n := range l.names {
		switch {
		case !isUnit(n):
		case isDropIn(n) && strings.HasSuffix(n, ".conf"):
			u.add(n)
		case !isDropIn(n):
			files = append(files, n)
		}
	}
	if len(u.in) == 0 {
		return u
	}
	for _, file := range files {
		id, _ := unitName(file)
		for _, id := range append(u.instances(file, id), id) {
			for _, set := range u.dropIns(file, id) {
				for _, n := range set {
					u.taken[n] = file
				}
			}
		}
	}
	return u
}

// instances are those of a template of which drop-ins know: NAME@INSTANCE.service.d.
func (u *unitFiles) instances(file, id string) (all []string) {
	if !unit.Template(id) {
		return nil
	}
	for _, name := range u.known[id] {
		if !u.hasUnit(path.Dir(file), name) {
			all = append(all, name)
		}
	}
	return all
}

// dropIns are the drop-ins of a unit, by the folders that theirs stand in. Where another file of
// the unit's name stands beside them they are that one's.
func (u *unitFiles) dropIns(name, id string) map[string][]string {
	folders := unit.DropIns(id)
	sets := map[string][]string{}
	for _, f := range folders {
		if here := u.in[path.Join(path.Dir(name), f)]; len(here) > 0 {
			sets[path.Dir(name)] = append(sets[path.Dir(name)], here...)
		}
	}
	for _, n := range u.strays(id, folders) {
		if place := path.Dir(path.Dir(n)); place != path.Dir(name) {
			sets[place] = append(sets[place], n)
		}
	}
	for _, files := range sets {
		slices.SortFunc(files, func(a, b string) int {
			return cmp.Or(cmp.Compare(path.Base(a), path.Base(b)),
				cmp.Compare(slices.Index(folders, path.Base(path.Dir(a))), slices.Index(folders, path.Base(path.Dir(b)))))
		})
	}
	for place, files := range sets { // of one name the most exact folder's counts
		sets[place] = slices.CompactFunc(files, func(a, b string) bool { return path.Base(a) == path.Base(b) })
	}
	return sets
}

// strays are the drop-ins that are a unit's own by their folder's name, and stand where no file of
// that unit is.
func (u *unitFiles) strays(id string, folders []string) []string {
	all, ok := u.astray[id]
	if ok {
		return all
	}
	for _, f := range folders {
		if !strings.HasPrefix(f, strings.TrimSuffix(id, path.Ext(id))) {
			continue
		}
		for _, n := range u.named[f] {
			if !u.hasUnit(path.Dir(path.Dir(n)), id) {
				all = append(all, n)
			}
		}
	}
	u.astray[id] = all
	return all
}

func (u *unitFiles) hasUnit(dir, id string) bool {
	return u.listing.repo.Exists(path.Join(dir, id))
}

// parse reads a file of a unit; a template is left out.
func (u *unitFiles) parse(name string) *unit.File {
	content, err := u.listing.repo.Read(name)
	if err != nil || isTemplate(name, content) {
		return nil
	}
	return unit.Parse(u.listing.repo.Shown(name), content)
}
