package doctor

import "strings"

// pages are the files that were read, by their lines, for those who write into them.
type pages struct {
	content map[string][]byte   // by the names that people know them under
	lines   map[string][]string // of those that somebody asked for
}

// lines are those of a file that was read, by the name that people know it under.
func (s *site) lines(shown string) []string {
	if lines, ok := s.pages.lines[shown]; ok {
		return lines
	}
	if s.pages.content == nil || s.pages.content[shown] == nil { // rules come when all is read
		s.pages = pages{content: map[string][]byte{}, lines: map[string][]string{}}
		for file, content := range s.repo.All() {
			s.pages.content[file] = content
		}
	}
	lines := strings.Split(string(s.pages.content[shown]), "\n")
	s.pages.lines[shown] = lines
	return lines
}
