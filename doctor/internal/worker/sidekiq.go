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
	names, named := []string{"config/sidekiq.yml", "config/sidekiq.yml.erb"}, deploy.Text{}
	for i, w := range f.Words {
		switch value, given := strings.CutPrefix(w.Value, "--config="); {
		case given:
			named = deploy.Text{Value: value, Pos: w.Pos, Open: w.Open}
		case (w.Value == "-C" || w.Value == "--config") && i+1 < len(f.Words):
			named = f.Words[i+1]
		}
	}
	if named.Given() {
		names = []string{strings.TrimPrefix(named.Value, "./")}
	}
	for _, name := range names {
		if content, shown, ok := p.Read(name); ok && !named.Open {
			return sidekiqFile(string(content), shown, f.environment(p), p)
		}
	}
	if named.Given() {
		return setting{text: deploy.Text{Value: named.Value, Pos: named.Pos, Open: true}, what: "Sidekiq's configuration file"}, true
	}
	return setting{}, false
}

// environment is what -e says, or else the variables.
func (f *Found) environment(p Place) string {
	for i, w := range f.Words {
		if (w.Value == "-e" || w.Value == "--environment") && i+1 < len(f.Words) && !f.Words[i+1].Open {
			return f.Words[i+1].Value
		}
	}
	return environment(p)
}

// ERB comes first, and then YAML.
var (
	erbValue = regexp.MustCompile(`<%==?\s*(.*?)\s*-?%>`)
	erbCode  = regexp.MustCompile(`(?s)<%.*?%>`)
)

// sidekiqFile finds the timeout: what stands below the environment wins.
func sidekiqFile(content, shown, environment string, p Place) (setting, bool) {
	var values []string
	plain := erbValue.ReplaceAllStringFunc(content, func(all string) string {
		values = append(values, erbValue.FindStringSubmatch(all)[1])
		return "__erb" + strings.Repeat("_", len(values)) + "__"
	})
	code := erbCode.MatchString(plain)
	plain = erbCode.ReplaceAllStringFunc(plain, func(all string) string { return strings.Repeat("\n", strings.Count(all, "\n")) })
	docs, err := tree.YAML(shown, []byte(plain))
	switch {
	case err == nil && len(docs) == 0:
		return setting{}, false
	case err != nil:
		text := deploy.Text{Value: "config", Pos: deploy.Pos{File: shown}, Open: true}
		return setting{text: text, what: "Sidekiq's timeout"}, strings.Contains(content, "timeout")
	}
	for _, at := range []tree.Node{key(docs[0], environment), docs[0]} {
		n := key(at, "timeout")
		if !n.Exists() {
			continue
		}
		text := n.Text()
		if strings.HasPrefix(text.Value, "__erb") {
			text = rubyValue(values[strings.Count(text.Value, "_")-5], n.Pos(), p)
		}
		text.Open = text.Open || code // a condition may leave it out
		return setting{text: text, what: "Sidekiq's timeout"}, true
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
