package doctor

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/compose"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// composeFiles says which compose files are used together, and which are not deployed.
type composeFiles struct {
	listing *listing
	plans   [][]string
	passed  map[string]string // why a file is not judged by itself; empty: another one names it
	loaded  map[string]loaded // by a plan's names
}

// A loaded is a project as it was read, as far as it could be.
type loaded struct {
	project *compose.Project
	err     error
}

// load reads a plan's project, once.
func (c *composeFiles) load(plan []string) loaded {
	key := strings.Join(plan, "\x00")
	l, ok := c.loaded[key]
	if !ok {
		l.project, l.err = compose.Load(c.listing.repo, plan...)
		c.loaded[key] = l
	}
	return l
}

// The names under which docker compose finds its files by itself (compose's specification).
var (
	composeBases     = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}
	composeOverrides = []string{"compose.override.yaml", "compose.override.yml", "docker-compose.override.yml", "docker-compose.override.yaml"}
)

// What a file is for, by the words of its name.
var (
	forPeople = regexp.MustCompile(`(?i)(^|[^a-z])(dev|devel|develop|development|local|localhost|test|tests|testing|spec|e2e|ci|debug|example|sample|demo|bench|playground|devcontainer)([^a-z]|$)`)
	forDeploy = regexp.MustCompile(`(?i)(^|[^a-z])(prod|production|live|deploy|release|staging|stage|stack|swarm|server|selfhosted)([^a-z]|$)`)
)

// toCopy are files that people copy and deploy, where nothing else is there.
var toCopy = regexp.MustCompile(`(?i)[._-](example|sample)\b`)

// findComposeFiles looks through all compose files of the repository.
func findComposeFiles(l *listing) *composeFiles {
	c := &composeFiles{listing: l, passed: map[string]string{}, loaded: map[string]loaded{}}
	folders := map[string][]string{}
	var order []string
	for _, name := range c.listing.names {
		if mayBeCompose(name) && c.isCompose(name) {
			dir := path.Dir(name)
			if folders[dir] == nil {
				order = append(order, dir)
			}
			folders[dir] = append(folders[dir], name)
		}
	}
	told := c.told()
	for _, dir := range order {
		c.folder(dir, folders[dir], told)
	}
	if c.listing.only != "" && !slices.ContainsFunc(c.plans, func(plan []string) bool { return plan[len(plan)-1] == c.listing.only }) {
		c.plans = append(c.plans, c.alone(c.listing.only, folders[path.Dir(c.listing.only)]))
	}
	c.drop()
	return c
}

// isCompose says whether a file is a compose file. One that has their name and cannot be
// parsed is: somebody has to be told.
func (c *composeFiles) isCompose(name string) bool {
	content, err := c.listing.repo.Read(name)
	if err != nil || !compose.Holds(content) {
		return false
	}
	docs, err := tree.YAML(name, content)
	return compose.Named(name) || err == nil && compose.Is(docs)
}

// folder plans the files of one folder: those that scripts and .env put together, the base
// with what a deploy adds to it, files that are whole by themselves.
func (c *composeFiles) folder(dir string, names []string, told [][]string) {
	planned := map[string]bool{}
	for _, plan := range told {
		if slices.Contains(names, plan[0]) {
			c.plans = append(c.plans, plan)
			for _, name := range plan {
				planned[name] = true
			}
		}
	}
	base := first(dir, composeBases, names)
	override := first(dir, composeOverrides, names)
	deployed := len(planned) > 0
	for _, name := range names {
		switch {
		case name == base, name == override, planned[name]:
		case base == "" && toCopy.MatchString(path.Base(name)) && !forPeople.MatchString(toCopy.ReplaceAllString(path.Base(name), ".")):
			c.plans = append(c.plans, []string{name})
		case forPeople.MatchString(path.Base(name)) || forPeople.MatchString(path.Base(dir)):
			c.passed[name] = "by its name it is not deployed"
		default:
			c.plans = append(c.plans, c.alone(name, names))
			deployed = deployed || forDeploy.MatchString(path.Base(name))
		}
	}
	switch {
	case base == "" || planned[base]:
	case forPeople.MatchString(path.Base(dir)):
		c.passed[base] = "by its folder's name it is not deployed"
	case deployed:
		if !slices.ContainsFunc(c.plans, func(plan []string) bool { return slices.Contains(plan, base) }) {
			c.passed[base] = "another file beside it is the one that is deployed, by its name"
		}
	case override != "":
		c.plans = append(c.plans, []string{base, override})
	default:
		c.plans = append(c.plans, []string{base})
	}
}

// alone is the project of a file that docker compose does not find by itself: with the
// base, if it is not whole without it.
func (c *composeFiles) alone(name string, names []string) []string {
	base := first(path.Dir(name), composeBases, names)
	if base == "" || base == name || c.wholeCompose(name) {
		return []string{name}
	}
	return []string{base, name}
}

// wholeCompose says whether each service of a file has an image, or extends one.
func (c *composeFiles) wholeCompose(name string) bool {
	content, err := c.listing.repo.Read(name)
	if err != nil {
		return true
	}
	docs, err := tree.YAML(name, content)
	if err != nil {
		return true
	}
	for _, doc := range docs {
		for _, service := range doc.Get("services").Pairs() {
			if !service.Get("image").Exists() && !service.Get("build").Exists() && !service.Get("extends").Exists() {
				return false
			}
		}
	}
	return true
}

func first(dir string, wanted, names []string) string {
	for _, base := range wanted {
		if name := path.Join(dir, base); slices.Contains(names, name) {
			return name
		}
	}
	return ""
}

// drop takes plans away whose only file is there for others to extend or include.
func (c *composeFiles) drop() {
	used := map[string]bool{}
	for _, plan := range c.plans {
		if p := c.load(plan).project; p != nil {
			for _, name := range p.Used {
				used[name] = used[name] || !slices.Contains(plan, name)
			}
		}
	}
	c.plans = slices.DeleteFunc(c.plans, func(plan []string) bool {
		return len(plan) == 1 && used[plan[0]] && plan[0] != c.listing.only
	})
}

// composeCommand finds the files that a command line gives to docker compose or to docker
// stack deploy.
var (
	composeCommand = regexp.MustCompile(`docker(?:-compose|\s+compose|\s+stack\s+deploy)((?:[ \t]+(?:-f|-c|--file|--compose-file)[ \t=]*["']?[\w./-]+["']?|[ \t]+(?:-p|--project-name|--env-file|--profile)[ \t=]*\S+)+)([^\n]*)`)
	composeFile    = regexp.MustCompile(`(?:-f|-c|--file|--compose-file)[ \t=]*["']?([\w./-]+\.ya?ml)`)
	composeEnv     = regexp.MustCompile(`(?m)^\s*(?:export\s+)?COMPOSE_FILE\s*=\s*["']?([\w./:;-]+)`)
)

// told are the files that scripts and .env files put together.
func (c *composeFiles) told() (all [][]string) {
	add := func(dir string, files []string) {
		var plan []string
		for _, f := range files {
			name := path.Join(dir, f)
			if !c.listing.repo.Exists(name) {
				name = path.Clean(f) // scripts run in the repository's own folder
			}
			content, err := c.listing.repo.Read(name)
			if err != nil || !compose.Holds(content) || forPeople.MatchString(path.Base(name)) {
				return
			}
			plan = append(plan, name)
		}
		if len(plan) > 1 && !slices.ContainsFunc(all, func(p []string) bool { return slices.Equal(p, plan) }) {
			all = append(all, plan)
		}
	}
	for _, name := range c.listing.names {
		env := path.Base(name) == ".env"
		if !env && scriptOf(name) == "" {
			continue
		}
		content, err := c.listing.repo.Read(name)
		if err != nil {
			continue
		}
		dir := path.Dir(name)
		if env {
			for _, m := range composeEnv.FindAllStringSubmatch(string(content), -1) {
				add(dir, strings.FieldsFunc(m[1], func(r rune) bool { return r == ':' || r == ';' || r == ',' }))
			}
			continue
		}
		for _, m := range composeCommand.FindAllStringSubmatch(strings.ReplaceAll(string(content), "\\\n", " "), -1) {
			var files []string
			for _, f := range composeFile.FindAllStringSubmatch(m[1], -1) {
				files = append(files, f[1])
			}
			add(dir, files)
		}
	}
	return all
}
