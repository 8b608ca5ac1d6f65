package doctor

import (
	"path"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
)

// imageOf finds the Dockerfile that an image of that name is built from: the one in a
// folder of the image's name, or the only one that the repository has.
func (s *site) imageOf(name string) *deploy.Image {
	if name == "" {
		return nil
	}
	base := image.Name(name)
	s.seekImage(base)
	var found *deploy.Image
	for _, m := range s.images {
		dir, file := path.Base(m.Context), path.Base(m.Pos.File)
		if base != "" && (dir == base || file == "Dockerfile."+base || file == base+".Dockerfile") {
			if found != nil {
				return nil
			}
			found = m
		}
	}
	if found == nil && !image.Foreign(name) {
		return s.onlyImage()
	}
	return found
}

// onlyImage is what the only Dockerfile makes, those for developers and tests left out; nil: there
// are several.
func (s *site) onlyImage() (only *deploy.Image) {
	for _, m := range s.images {
		switch {
		case len(s.images) > 1 && forDevelopers(s.nameOf(m)):
		case only != nil:
			return nil
		default:
			only = m
		}
	}
	return only
}
