package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"github.com/tasuki-jobs/tasuki/doctor/internal/repo"
)

// stdinName is standard input's place among a folder's files, if its content does not tell
// another, and stdinShown what people see.
const (
	stdinName  = "standard-input.yaml"
	stdinShown = "(standard input)"
)

// stdinKinds are the files that formats know by their names, by what they begin with. Only
// where no line of YAML or JSON could stand is looked: manifests hold such files too.
var stdinKinds = []struct {
	name   string
	begins *regexp.Regexp // behind a byte order mark
	has    *regexp.Regexp // nil: nothing more
}{
	{"standard-input.Dockerfile", regexp.MustCompile(`(?i)^(?:[ \t]*(?:#.*|ARG[ \t].*)?\r?\n)*[ \t]*FROM[ \t]`), nil},
	{"standard-input.service", sections, regexp.MustCompile(`(?m)^\[Service\]`)},
	{"standard-input.container", sections, regexp.MustCompile(`(?m)^\[Container\]`)},
	{"standard-input.conf", sections, regexp.MustCompile(`(?m)^\[(?:program|fcgi-program):`)},
}

// sections is a file that begins with [one].
var sections = regexp.MustCompile(`^(?:[ \t]*(?:[#;].*)?\r?\n)*\[[A-Za-z][^\]\n,]*\][ \t]*\r?\n`)

// nameOfStdin is the place that a content is read at.
func nameOfStdin(content []byte) string {
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	for _, k := range stdinKinds {
		if k.begins.Match(content) && (k.has == nil || k.has.Match(content)) {
			return k.name
		}
	}
	return stdinName
}

// addStdin checks standard input; what it refers to is looked for in the current folder.
func (r *Report) addStdin(ctx context.Context, o Options) error {
	if o.Stdin == nil {
		return errors.New("standard input is not given")
	}
	content, err := io.ReadAll(io.LimitReader(o.Stdin, repo.MaxSize+1))
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	s, err := openSite(".", o)
	if err != nil {
		return err
	}
	name := nameOfStdin(content)
	_, _, ok := around(name)
	s.lone, s.piped = !ok, true
	s.repo.Give(name, stdinShown, content)
	if err := r.addSite(ctx, s, name); err != nil {
		return err
	}
	for i, f := range r.Findings { // there is no file to write into
		r.Findings[i].Edits = slices.DeleteFunc(f.Edits, func(e Edit) bool { return e.File == stdinShown })
	}
	return nil
}
