// Package script finds the commands in files that deploys are made of: shell scripts,
// Makefiles, the files of CI services, Capistrano's and Rake's recipes. What is a comment, is
// printed, or is a text that no shell reads is no command.
package script

import (
	"path"
	"regexp"
	"strings"
)

// A Kind is a kind of file.
type Kind string

// The kinds.
const (
	None     Kind = ""
	Shell    Kind = "shell script"
	Make     Kind = "Makefile"
	Workflow Kind = "CI file"
	Jenkins  Kind = "Jenkinsfile"
	Ruby     Kind = "Ruby recipe"
)

// A Piece is a text that a shell reads, out of a file of any kind.
type Piece struct {
	Unit string // what people call the part of the file: a target, a job
	Line int    // of its first line; 0: the lines are not those of the file, Lines has them
	Text string
	Own  []int // the line in the file of each of its own lines, where they do not follow each other

	rest bool // it stands for all that follows and was not looked at
}

// line is where a line of the piece, from 1, stands in its file.
func (p Piece) line(n int) int {
	if n >= 1 && n <= len(p.Own) {
		return p.Own[n-1]
	}
	return p.Line + n - 1
}

var inBin = regexp.MustCompile(`(^|/)(bin|script|scripts|deploy|deployment|ops|ci|\.ci|hooks|libexec)(/|$)`)

// KindOf says what a file is by its name. One without an ending has to say itself that a
// shell reads it.
func KindOf(name string) (kind Kind, sure bool) {
	base, ext := path.Base(name), path.Ext(name)
	lower := strings.ToLower(base)
	switch {
	case ext == ".sh" || ext == ".bash":
		return Shell, true
	case lower == "makefile" || lower == "gnumakefile" || ext == ".mk" || strings.HasPrefix(lower, "makefile."):
		return Make, true
	case strings.HasPrefix(lower, "jenkinsfile") || ext == ".jenkinsfile":
		return Jenkins, true
	case isCI(name):
		return Workflow, true
	case isRecipe(name):
		return Ruby, true
	case ext == "" && inBin.MatchString(path.Dir(name)):
		return Shell, false
	}
	return None, false
}

func isCI(name string) bool {
	ext := path.Ext(name)
	if ext != ".yml" && ext != ".yaml" {
		return false
	}
	dir, base := "/"+path.Dir(name)+"/", strings.TrimSuffix(path.Base(name), ext)
	switch {
	case strings.Contains(dir, "/.github/workflows/"), strings.Contains(dir, "/.github/actions/"), strings.Contains(dir, "/.gitlab/"), strings.Contains(dir, "/.circleci/"), strings.Contains(dir, "/.buildkite/"),
		strings.Contains(dir, "/.gitea/"), strings.Contains(dir, "/.forgejo/"), strings.Contains(dir, "/.woodpecker/"):
		return true
	}
	switch base {
	case ".gitlab-ci", "bitbucket-pipelines", ".drone", ".travis", "azure-pipelines", ".woodpecker", "buildspec", "cloudbuild", "appspec":
		return true
	}
	return strings.HasSuffix(base, ".gitlab-ci")
}

func isRecipe(name string) bool {
	base, dir := path.Base(name), "/"+path.Dir(name)+"/"
	switch ext := path.Ext(base); {
	case base == "Capfile", base == "Rakefile", ext == ".rake", ext == ".cap":
		return true
	case ext != ".rb":
		return false
	case base == "deploy.rb", strings.Contains(dir, "/config/deploy/"), strings.Contains(dir, "/capistrano/"), strings.Contains(dir, "/mina/"):
		return true
	}
	return false
}

// IsShell says whether a file says of itself that a shell reads it.
func IsShell(content []byte) bool {
	first, _, _ := strings.Cut(string(content[:min(len(content), 200)]), "\n")
	if !strings.HasPrefix(first, "#!") {
		return false
	}
	for _, word := range strings.Fields(first[2:]) {
		switch base := path.Base(word); {
		case base == "env" || strings.HasPrefix(word, "-"):
		default:
			return shells[base]
		}
	}
	return false
}

// Pieces are the texts of a file that shells read.
func Pieces(kind Kind, content []byte) []Piece {
	switch kind {
	case Shell:
		return []Piece{{Line: 1, Text: string(content)}}
	case Make:
		return makePieces(string(content))
	case Workflow:
		return workflowPieces(content)
	case Jenkins:
		return jenkinsPieces(string(content))
	case Ruby:
		return rubyPieces(string(content))
	}
	return nil
}
