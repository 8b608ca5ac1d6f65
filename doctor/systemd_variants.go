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
	in        map[string][]string // drop-ins, by their folder
	named     map[string][]string // by their folder's name alone
	instances map[string][]string // of a template, of which drop-ins know
	strays    map[string][]string // by a unit's name; see strays
	taken     map[string]string   // drop-ins, and a unit's file that takes them
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
			u.instances[template] = append(u.instances[template], id)
		}
	}
}

// unitFiles are looked for once.
func (s *site) unitFiles() *unitFiles {
	if s.units != nil {
		return s.units
	}
	s.units = &unitFiles{in: map[string][]string{}, named: map[string][]string{}, instances: map[string][]string{}, strays: map[string][]string{}, taken: map[string]string{}}
	var files []string
	for _, n := range s.names {
		switch {
		case !isUnit(n):
		case isDropIn(n) && strings.HasSuffix(n, ".conf"):
			s.units.add(n)
		case !isDropIn(n):
			files = append(files, n)
		}
	}
	if len(s.units.in) == 0 {
		return s.units
	}
	for _, file := range files {
		id, _ := unitName(file)
		for _, id := range append(s.instances(file, id), id) {
			for _, set := range s.dropIns(file, id) {
				for _, n := range set {
					s.units.taken[n] = file
				}
			}
		}
	}
	return s.units
}

// instances are those of a template of which drop-ins know: NAME@INSTANCE.service.d.
func (s *site) instances(file, id string) (all []string) {
	if !unit.Template(id) {
		return nil
	}
	for _, name := range s.unitFiles().instances[id] {
		if !s.hasUnit(path.Dir(file), name) {
			all = append(all, name)
		}
	}
	return all
}

// variants are what a file makes: a unit file its unit, once for each set of drop-ins
// (deploy/staging/NAME.service.d beside deploy/production/NAME.service.d); a drop-in nothing
// that its unit does not make, if that is here.
func (s *site) variants(name string) []variant {
	id, _ := unitName(name)
	if isDropIn(name) {
		return s.orphan(name, id)
	}
	all := s.placed(name, id)
	for _, instance := range s.instances(name, id) {
		all = append(all, s.placed(name, instance)...)
	}
	return all
}

// placed are a unit's variants of that name.
func (s *site) placed(name, id string) []variant {
	sets := s.dropIns(name, id)
	beside := sets[path.Dir(name)]
	delete(sets, path.Dir(name))
	if len(sets) == 0 {
		return []variant{s.variant(name, id, beside)}
	}
	var all []variant
	for _, place := range slices.Sorted(maps.Keys(sets)) {
		v := s.variant(name, id, append(slices.Clone(beside), sets[place]...))
		if len(sets) > 1 {
			v.place = place
		}
		all = append(all, v)
	}
	return all
}

// orphan is what a drop-in makes whose unit is not here, the first of its place for all.
func (s *site) orphan(name, id string) []variant {
	if file := s.unitFiles().taken[name]; file != "" {
		if s.only == name {
			return s.variants(file)
		}
		return nil
	}
	if !strings.Contains(id, ".") {
		return nil // of all units
	}
	beside := s.unitFiles().in[path.Dir(name)]
	if len(beside) == 0 || beside[0] != name {
		return nil
	}
	v := s.variant("", id, beside)
	v.file = name
	return []variant{v}
}

// dropIns are the drop-ins of a unit, by the folders that theirs stand in. Where another file of
// the unit's name stands beside them they are that one's.
func (s *site) dropIns(name, id string) map[string][]string {
	folders := unit.DropIns(id)
	sets := map[string][]string{}
	for _, f := range folders {
		if here := s.unitFiles().in[path.Join(path.Dir(name), f)]; len(here) > 0 {
			sets[path.Dir(name)] = append(sets[path.Dir(name)], here...)
		}
	}
	for _, n := range s.strays(id, folders) {
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
func (s *site) strays(id string, folders []string) []string {
	u := s.unitFiles()
	all, ok := u.strays[id]
	if ok {
		return all
	}
	for _, f := range folders {
		if !strings.HasPrefix(f, strings.TrimSuffix(id, path.Ext(id))) {
			continue
		}
		for _, n := range u.named[f] {
			if !s.hasUnit(path.Dir(path.Dir(n)), id) {
				all = append(all, n)
			}
		}
	}
	u.strays[id] = all
	return all
}

func (s *site) hasUnit(dir, id string) bool {
	return s.repo.Exists(path.Join(dir, id))
}

func (s *site) variant(name, id string, dropIns []string) variant {
	v := variant{Unit: &unit.Unit{Name: id, Whole: name != ""}, file: name}
	if name != "" {
		dropIns = append([]string{name}, dropIns...)
	}
	for _, n := range dropIns {
		if f := s.parseUnit(n); f != nil {
			v.Files = append(v.Files, f)
		}
	}
	return v
}
