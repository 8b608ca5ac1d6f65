package doctor

import (
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
