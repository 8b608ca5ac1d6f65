package unit

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A Unit is a unit file with the drop-ins that change it.
type Unit struct {
	Name  string // "worker@.service"
	Files []*File
	Whole bool // the unit itself is here; otherwise only drop-ins of it are
}

// entries are those of a section, in the order in which systemd reads them.
func (u *Unit) entries(section string, keys ...string) (all []Entry) {
	for _, f := range u.Files {
		for _, e := range f.Entries {
			if e.Section != section {
				continue
			}
			for _, key := range keys {
				if e.Key == key {
					all = append(all, e)
				}
			}
		}
	}
	return all
}

// Last is what counts of a setting that has one value: the last that is said. An empty one
// takes back what was said before it. Several keys are names of the same setting.
func (u *Unit) Last(section string, keys ...string) (found Entry, ok bool) {
	for _, e := range u.entries(section, keys...) {
		found, ok = e, e.Value != ""
	}
	if !ok {
		return Entry{}, false
	}
	return found, true
}

// All is what counts of a setting that is a list. An empty value empties it.
func (u *Unit) All(section, key string) (all []Entry) {
	for _, e := range u.entries(section, key) {
		if all = append(all, e); e.Value == "" {
			all = nil
		}
	}
	return all
}

// Is says whether a setting has one of these values; as systemd does, without regard to case for yes and no.
func (u *Unit) Is(section, key string, values ...string) bool {
	e, ok := u.Last(section, key)
	for _, v := range values {
		if ok && strings.EqualFold(e.Value, v) {
			return true
		}
	}
	return false
}

// True says whether a setting is switched on.
func (u *Unit) True(section, key string) bool { return u.Is(section, key, "yes", "true", "on", "1") }

// Elsewhere finds a key that stands in another section than the one where systemd reads it.
func (u *Unit) Elsewhere(section, key string) (Entry, bool) {
	for _, f := range u.Files {
		for _, e := range f.Entries {
			if e.Key == key && e.Section != section && !strings.HasPrefix(e.Section, "X-") {
				return e, true
			}
		}
	}
	return Entry{}, false
}

// Header is where a section begins, in the last of the files that has it.
func (u *Unit) Header(section string) deploy.Pos {
	for i := len(u.Files) - 1; i >= 0; i-- {
		if n, ok := u.Files[i].Sections[section]; ok {
			return deploy.Pos{File: u.Files[i].Name, Line: n}
		}
	}
	return deploy.Pos{}
}

// DropIns are the names of the folders from which a unit of that name takes drop-ins, the
// most exact first: those of the unit, of its template, of its type.
func DropIns(name string) (folders []string) {
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	folders = append(folders, name+".d")
	if at := strings.IndexByte(stem, '@'); at >= 0 && at < len(stem)-1 {
		stem = stem[:at+1]
		folders = append(folders, stem+ext+".d")
	}
	stem = strings.TrimSuffix(stem, "@")
	for {
		i := strings.LastIndexByte(strings.TrimSuffix(stem, "-"), '-')
		if i < 0 {
			break
		}
		stem = stem[:i+1]
		folders = append(folders, stem+ext+".d")
	}
	return append(folders, strings.TrimPrefix(ext, ".")+".d")
}

// Template says whether a unit of that name is started once for each of its instances.
func Template(name string) bool {
	return strings.HasSuffix(strings.TrimSuffix(name, path.Ext(name)), "@")
}
