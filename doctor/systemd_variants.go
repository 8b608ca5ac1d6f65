package doctor

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/unit"
)

// A variant is a unit as one server has it: the file with the drop-ins of one place.
type variant struct {
	*unit.Unit
	file  string // in the repository; of a unit that is not here its first drop-in
	place string // which of several sets of drop-ins it has; empty: there is one
}

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

// variants are what a file makes: a unit file its unit, once for each set of drop-ins
// (deploy/staging/NAME.service.d beside deploy/production/NAME.service.d); a drop-in nothing
// that its unit does not make, if that is here.
func (u *unitFiles) variants(name string) []variant {
	id, _ := unitName(name)
	if isDropIn(name) {
		return u.orphan(name, id)
	}
	all := u.placed(name, id)
	for _, instance := range u.instances(name, id) {
		all = append(all, u.placed(name, instance)...)
	}
	return all
}

// placed are a unit's variants of that name.
func (u *unitFiles) placed(name, id string) []variant {
	sets := u.dropIns(name, id)
	beside := sets[path.Dir(name)]
	delete(sets, path.Dir(name))
	if len(sets) == 0 {
		return []variant{u.variant(name, id, beside)}
	}
	var all []variant
	for _, place := range slices.Sorted(maps.Keys(sets)) {
		v := u.variant(name, id, append(slices.Clone(beside), sets[place]...))
		if len(sets) > 1 {
			v.place = place
		}
		all = append(all, v)
	}
	return all
}

// orphan is what a drop-in makes whose unit is not here, the first of its place for all.
func (u *unitFiles) orphan(name, id string) []variant {
	if file := u.taken[name]; file != "" {
		if u.listing.only == name {
			return u.variants(file)
		}
		return nil
	}
	if !strings.Contains(id, ".") {
		return nil // of all units
	}
	beside := u.in[path.Dir(name)]
	if len(beside) == 0 || beside[0] != name {
		return nil
	}
	v := u.variant("", id, beside)
	v.file = name
	return []variant{v}
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

func (u *unitFiles) variant(name, id string, dropIns []string) variant {
	v := variant{Unit: &unit.Unit{Name: id, Whole: name != ""}, file: name}
	if name != "" {
		dropIns = append([]string{name}, dropIns...)
	}
	for _, n := range dropIns {
		if f := u.parse(n); f != nil {
			v.Files = append(v.Files, f)
		}
	}
	return v
}

// parse reads a file of a unit; a template is left out.
func (u *unitFiles) parse(name string) *unit.File {
	content, err := u.listing.repo.Read(name)
	if err != nil || isTemplate(name, content) {
		return nil
	}
	return unit.Parse(u.listing.repo.Shown(name), content)
}
