package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// model is what compose's own loader merges the files to. Variables are put in afterwards,
// so that those that nobody sets can be told from empty ones.
func (p *Project) model() (dict map[string]any, err error) {
	defer func() { // the loader trusts its input in places
		if r := recover(); r != nil {
			dict, err = nil, fmt.Errorf("compose cannot read it: %v", r)
		}
	}()
	root, err := filepath.Abs(p.files.Shown(p.Dir))
	if err != nil {
		return nil, fmt.Errorf("find the folder: %w", err)
	}
	details := types.ConfigDetails{WorkingDir: root, Environment: types.Mapping{}}
	for _, name := range p.Names {
		content, _, err := p.open(name)
		if err != nil {
			return nil, err
		}
		file, err := filepath.Abs(p.files.Shown(name))
		if err != nil {
			return nil, fmt.Errorf("find the file: %w", err)
		}
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: file, Content: content})
	}
	defer quiet()()
	dict, err = loader.LoadModelWithContext(context.Background(), details, p.options)
	if err != nil {
		return nil, p.failure(err, root)
	}
	p.validate(dict)
	return dict, nil
}

// quiet keeps the loader from writing what it deems obsolete to standard error, until the
// answer is called.
func quiet() (loud func()) {
	loading.Lock()
	out := logrus.StandardLogger().Out
	logrus.SetOutput(io.Discard)
	return func() {
		logrus.SetOutput(out)
		loading.Unlock()
	}
}

// loading is held by the one project that is loaded: the loader's log is the process's.
var loading sync.Mutex

func (p *Project) options(o *loader.Options) {
	o.SetProjectName("doctor", true)
	o.SkipInterpolation, o.SkipValidation, o.SkipNormalization, o.SkipConsistencyCheck = true, true, true, true
	o.SkipResolveEnvironment, o.SkipResolveLabels, o.SkipDefaultValues, o.ResolvePaths = true, true, true, false
	o.SkipInclude, o.SkipExtends = p.gate.closed.include, p.gate.closed.extends
	o.MaxNodeVisits = 100_000
}

// failure says in one line what compose says in several, with paths as people know them.
func (p *Project) failure(err error, root string) error {
	text := strings.ReplaceAll(err.Error(), root+string(filepath.Separator), "")
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return errors.New("compose cannot read it: " + strings.Join(lines, ", "))
}

// validate says what compose would refuse. Values that depend on variables may be anything,
// so that a file which has them is not looked at.
func (p *Project) validate(dict map[string]any) {
	for _, name := range p.Names {
		if content, _, err := p.open(name); err != nil || slices.Contains(content, '$') {
			return
		}
	}
	if p.gate.closed.extends || p.gate.closed.include {
		return
	}
	if err := schema.Validate(dict); err != nil {
		p.note(Note{Pos: deploy.Pos{File: p.files.Shown(p.Names[len(p.Names)-1])}, Text: "compose may refuse it: " + strings.Join(strings.Fields(err.Error()), " "), Hint: "docker compose config says what it makes of it"})
	}
}
