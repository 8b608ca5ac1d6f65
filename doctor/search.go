package doctor

import (
	"bytes"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// A search looks for something in any file, where a rule needs more than the deployment's own.
type search struct {
	listing  *listing
	notebook *notebook
	leased   map[*worker.Kind][]Figure // where a queue gives jobs away again, by the worker that they are of
	guard    *guard                    // nil: nobody has asked
}

// names are those of all files; once it is noted that a single file has none beside it.
func (s *search) names() []string {
	if l := s.listing; l.lone {
		s.notebook.once(Note{Pos: l.pos(l.only), Text: "is in no repository: what other files say of it, and what it does not name, was not looked for", Hint: "tasuki doctor FOLDER looks at all files of a folder"})
	}
	return s.listing.names
}

// says looks for words in the files in which people keep what they do to servers, and in all names.
func (s *search) says(words ...string) bool {
	for _, name := range s.names() {
		for _, w := range words {
			if strings.Contains(name, w) {
				return true
			}
			if content, err := s.recipe(name); err == nil && bytes.Contains(content, []byte(w)) {
				return true
			}
		}
	}
	return false
}

// recipe is the content of a file in which people keep what they do to servers.
func (s *search) recipe(name string) ([]byte, error) {
	if !keepsCommands(name) {
		return nil, nil
	}
	return s.listing.repo.Read(name)
}
