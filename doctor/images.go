package doctor

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
)

// images are what the repository's Dockerfiles make, and find the one that somebody means.
type images struct {
	listing  *listing
	notebook *notebook
	last     []*deploy.Image            // the last stage of each Dockerfile
	stages   map[string][]*deploy.Image // all of them, by the Dockerfile's name in the repository
	seek     func(base string)          // reads the Dockerfiles that an image of that name may be built from, where nobody has looked for all
}

// add takes a Dockerfile's stages in.
func (i *images) add(name string, stages []*deploy.Image) {
	i.last = append(i.last, stages[len(stages)-1])
	i.stages[name] = stages
}

// imageOf finds the Dockerfile that an image of that name is built from: the one in a
// folder of the image's name, or the only one that the repository has.
func (i *images) imageOf(name string) *deploy.Image {
	if name == "" {
		return nil
	}
	base := image.Name(name)
	i.seek(base)
	var found *deploy.Image
	for _, m := range i.last {
		dir, file := path.Base(m.Context), path.Base(m.Pos.File)
		if base != "" && (dir == base || file == "Dockerfile."+base || file == base+".Dockerfile") {
			if found != nil {
				return nil
			}
			found = m
		}
	}
	if found == nil && !image.Foreign(name) {
		return i.onlyImage()
	}
	return found
}

// onlyImage is what the only Dockerfile makes, those for developers and tests left out; nil: there
// are several.
func (i *images) onlyImage() (only *deploy.Image) {
	for _, m := range i.last {
		switch {
		case len(i.last) > 1 && forDevelopers(i.nameOf(m)):
		case only != nil:
			return nil
		default:
			only = m
		}
	}
	return only
}

// imageWith is the image that a file of the repository is copied into; where several or none
// say so, what the only Dockerfile makes.
func (i *images) imageWith(name string) *deploy.Image {
	var found *deploy.Image
	for _, m := range i.last {
		if !copies(m, name) {
			continue
		}
		if found != nil {
			return i.onlyImage()
		}
		found = m
	}
	if found == nil {
		return i.onlyImage()
	}
	return found
}

// copies says whether a file comes into an image, by itself or in its folder.
func copies(m *deploy.Image, name string) bool {
	for _, c := range m.Copies {
		from := path.Join(m.Context, c.From)
		if c.From != "" && (from == name || from == "." || strings.HasPrefix(name, from+"/")) {
			return true
		}
	}
	return false
}

// stage is a stage of a Dockerfile; the last one, if none is named.
func (i *images) stage(file, name string) *deploy.Image {
	stages := i.stages[file]
	for _, m := range stages {
		if name != "" && strings.EqualFold(m.Name, name) {
			return m
		}
	}
	if len(stages) == 0 {
		return nil
	}
	return stages[len(stages)-1]
}

// nameOf is the Dockerfile that an image is of, by the name that it has in the repository.
func (i *images) nameOf(m *deploy.Image) string {
	for name := range i.stages {
		if i.listing.repo.Shown(name) == m.Pos.File {
			return name
		}
	}
	return ""
}

// builtFrom is the folder that an image is built from: the one above it that has what it
// copies, if its own has nothing of that.
func (i *images) builtFrom(m *deploy.Image) string {
	for dir := m.Context; ; dir = path.Dir(dir) {
		asked := false
		for _, c := range m.Copies {
			if c.From == "" || strings.ContainsAny(c.From, "*?[$") {
				continue
			}
			asked = true
			if i.listing.has(path.Join(dir, c.From)) {
				return dir
			}
		}
		if !asked || dir == "." {
			return m.Context
		}
	}
}
