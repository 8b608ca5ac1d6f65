package golang

import "path"

// OpenBy is Open where nobody has walked through the folder: list is asked for those folders
// that a program is made of. Of modules the one in the folder itself is known.
func OpenBy(list Lister, read func(name string) ([]byte, string, bool)) *Sources {
	s := Open([]string{moduleFile}, read)
	s.list = list
	return s
}

// sources are the Go files of a folder, without tests.
func (s *Sources) sources(dir string) []string {
	known, ok := s.dirs[dir]
	if ok || s.list == nil {
		return known
	}
	files, _ := s.list(dir)
	var all []string
	for _, name := range files {
		if isSource(name) {
			all = append(all, name)
		}
	}
	s.dirs[dir] = all
	return all
}

// seek lists the folders in which a program of that name usually is.
func (s *Sources) seek(name string) {
	if s.list == nil {
		return
	}
	for _, m := range s.modules {
		for _, dir := range []string{path.Join(m.dir, "cmd", name), path.Join(m.dir, name), m.dir} {
			s.sources(dir)
		}
	}
	s.named = nil
}

// descend lists a folder and those in it: PATH/... is nearly always cmd/...
func (s *Sources) descend(dir string) {
	if s.list == nil {
		return
	}
	s.sources(dir)
	_, folders := s.list(dir)
	for _, d := range folders {
		s.sources(d)
	}
}
