package worker

import (
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// What a block of Sidekiq.configure_server sets, after flags and file were read: on a line of its
// own, or with the block on one line.
var (
	inCode  = regexp.MustCompile(`^\s*(?:(?:config|cfg|c|sidekiq_config)(?:\.options)?|Sidekiq(?:\.options|\.default_configuration)?)\[:timeout\]\s*=\s*(.+?)\s*$`)
	oneLine = regexp.MustCompile(`^\s*Sidekiq\.configure_server\s*(?:\{|do\b)\s*\|\w+\|(?:.*;)?\s*\w+(?:\.options)?\[:timeout\]\s*=\s*(.+?)\s*(?:;.*)?(?:\}|\bend)\s*$`)
)

// sidekiqCode is the timeout of an initializer.
func sidekiqCode(_ *Found, p Place) (setting, bool) {
	s, ok := rubyLine(p, "config/initializers/sidekiq.rb", inCode)
	if !ok {
		s, ok = rubyLine(p, "config/initializers/sidekiq.rb", oneLine)
	}
	s.what = "Sidekiq's timeout"
	return s, ok
}

// sidekiqYAML is the timeout of the file that -C names, or of config/sidekiq.yml.
func sidekiqYAML(f *Found, p Place) (setting, bool) {
	names := []string{"config/sidekiq.yml", "config/sidekiq.yml.erb"}
	config, _ := f.Flag("-C", "--config")
	named := config.Value
	if named.Given() {
		names = []string{strings.TrimPrefix(named.Value, "./")}
	}
	for _, name := range names {
		if content, shown, ok := p.Read(name); ok && !named.Open {
			return sidekiqFile(string(content), shown, f.environment(p), p)
		}
	}
	if named.Given() {
		return f.absent(named), true
	}
	return setting{}, false
}

// environment is what -e says, or else the variables.
func (f *Found) environment(p Place) string {
	if flag, ok := f.Flag("-e", "--environment"); ok && !flag.Value.Open {
		return flag.Value.Value
	}
	return environment(p)
}

// ERB comes first, and then YAML.
var (
	erbValue = regexp.MustCompile(`<%==?\s*(.*?)\s*-?%>`)
	erbCode  = regexp.MustCompile(`(?s)<%.*?%>`)
)

// A settings file is YAML behind ERB.
type settings struct {
	root   tree.Node
	values []string // what ERB puts in
	code   bool     // conditions of ERB's may leave things out
}

// settingsOf reads one; an error: it is no YAML before it is rendered.
func settingsOf(content, shown string) (s settings, err error) {
	plain := erbValue.ReplaceAllStringFunc(content, func(all string) string {
		s.values = append(s.values, erbValue.FindStringSubmatch(all)[1])
		return "__erb" + strings.Repeat("_", len(s.values)) + "__"
	})
	s.code = erbCode.MatchString(plain)
	plain = erbCode.ReplaceAllStringFunc(plain, func(all string) string { return strings.Repeat("\n", strings.Count(all, "\n")) })
	docs, err := tree.YAML(shown, []byte(plain))
	if err == nil && len(docs) > 0 {
		s.root = docs[0]
	}
	return s, err
}

// text is what stands at a place.
func (s settings) text(n tree.Node, p Place) deploy.Text {
	text := n.Text()
	if strings.HasPrefix(text.Value, "__erb") {
		text = rubyValue(s.values[strings.Count(text.Value, "_")-5], n.Pos(), p)
	}
	text.Open = text.Open || s.code
	return text
}

// sidekiqFile finds the timeout: what stands below the environment wins.
func sidekiqFile(content, shown, environment string, p Place) (setting, bool) {
	s, err := settingsOf(content, shown)
	if err != nil {
		text := deploy.Text{Value: "config", Pos: deploy.Pos{File: shown}, Open: true}
		return setting{text: text, what: "Sidekiq's timeout"}, strings.Contains(content, "timeout")
	}
	for _, at := range []tree.Node{key(s.root, environment), s.root} {
		if n := key(at, "timeout"); n.Exists() {
			return setting{text: s.text(n, p), what: "Sidekiq's timeout"}, true
		}
	}
	return setting{}, false
}

// faktoryYAML is :timeout of the file that -C names, or of config/faktory.yml: a symbol, and an
// environment that is none (faktory_worker_ruby, lib/faktory/cli.rb, 2.2).
func faktoryYAML(f *Found, p Place) (setting, bool) {
	names := []string{"config/faktory.yml", "config/faktory.yml.erb"}
	flag, named := f.Flag("-C", "--config")
	if named {
		names = []string{strings.TrimPrefix(flag.Value.Value, "./")}
	}
	for _, name := range names {
		content, shown, ok := p.Read(name)
		if !ok {
			continue
		}
		s, err := settingsOf(string(content), shown)
		if err != nil {
			return setting{}, false
		}
		for _, at := range []tree.Node{s.root.Get(f.environment(p)), s.root} {
			if n := at.Get(":timeout"); n.Exists() {
				return setting{text: s.text(n, p), what: "Faktory's timeout"}, true
			}
		}
		return setting{}, false
	}
	if named {
		return f.absent(flag.Value), true
	}
	return setting{}, false
}

// key is what a mapping has for a symbol, :timeout, or a string.
func key(n tree.Node, name string) tree.Node {
	if v := n.Get(":" + name); v.Exists() {
		return v
	}
	return n.Get(name)
}
