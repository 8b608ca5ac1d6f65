package doctor

import (
	"path/filepath"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/repo"
)

// pages are the files that were read, by their lines, for those who write into them.
type pages struct {
	repo    *repo.Repo
	content map[string][]byte   // by the names that people know them under
	split   map[string][]string // of those that somebody asked for
}

// lines are those of a file that was read, by the name that people know it under.
func (p *pages) lines(shown string) []string {
	if lines, ok := p.split[shown]; ok {
		return lines
	}
	if p.content == nil || p.content[shown] == nil { // rules come when all is read
		p.content, p.split = map[string][]byte{}, map[string][]string{}
		for file, content := range p.repo.All() {
			p.content[file] = content
		}
	}
	lines := strings.Split(string(p.content[shown]), "\n")
	p.split[shown] = lines
	return lines
}

// fits says whether an edit means one place: what it is put in front of stands there once.
func (p *pages) fits(e Edit) bool {
	if e.before == "" {
		return true
	}
	name, err := filepath.Rel(p.repo.Shown("."), e.File)
	if err != nil {
		return false
	}
	content, err := p.repo.Read(filepath.ToSlash(name))
	lines := strings.Split(string(content), "\n")
	return err == nil && e.First > 0 && e.First <= len(lines) && strings.Count(lines[e.First-1], e.before) == 1
}
