package chain

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// launchers start what follows them: no script has them for a word of its own.
var launchers = map[string]bool{"bundle": true, "poetry": true, "pipenv": true, "uv": true, "python": true, "python3": true, "php": true, "node": true}

// stranger is the command behind a script that is not here: behind two dashes, or one that a
// launcher begins. A word such as sidekiq alone may be the script's own.
func (in Place) stranger(words []deploy.Text, depth int) []deploy.Text {
	name := words[0].Value
	if !strings.HasSuffix(name, ".sh") && !strings.Contains(name, "/") || strings.HasPrefix(name, "/usr/") || strings.HasPrefix(name, "/bin/") {
		return nil
	}
	if _, here := in.find(name); here {
		return nil
	}
	rest := dashed(&Chain{}, words)
	if rest == nil && len(words) > 2 && launchers[path.Base(words[1].Value)] {
		rest = words[1:]
	}
	if len(rest) == 0 || in.follow(rest, depth+1).Worker == nil {
		return nil
	}
	return rest
}
