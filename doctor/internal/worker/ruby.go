package worker

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// environment is the one that a Ruby worker runs in: RAILS_ENV and its like. What is deployed
// is in production, unless somebody says otherwise.
func environment(p Place) string {
	for _, name := range []string{"APP_ENV", "RAILS_ENV", "RACK_ENV"} {
		if t, ok := p.variable(name); ok && !t.Open && t.Value != "" {
			return t.Value
		}
	}
	return "production"
}

// rails finds config.NAME.shutdown_timeout = … or MODULE.shutdown_timeout = … where a Rails
// application has it. An initializer is last, and wins; then the environment.
func rails(name, module string) look {
	of := `^\s*(?:[\w.]*\bconfig|Rails\.application\.config)\.` + name
	is := regexp.MustCompile(`(?:` + of + `|^\s*` + module + `)\.shutdown_timeout\s*=\s*(.+?)\s*$`)
	all := regexp.MustCompile(of + `\s*=\s*\{`) // config.good_job = { … shutdown_timeout: 25 … }
	return func(f *Found, p Place) (setting, bool) {
		files := []string{"config/initializers/" + name + ".rb", "config/environments/" + environment(p) + ".rb", "config/application.rb"}
		for _, file := range files {
			s, ok := rubyLine(p, file, is)
			if !ok {
				s, ok = rubyHash(p, file, all)
			}
			if ok {
				s.what = f.Kind.Name + "'s shutdown_timeout"
				return s, true
			}
		}
		return setting{}, false
	}
}

var asyncMode = regexp.MustCompile(`(?:\bgood_job\.execution_mode\s*=|[{,\s]execution_mode:|:execution_mode\s*=>)\s*(?::|["'])(\w+)`)

// Async says whether GoodJob works jobs off in the web server: by its configuration, or else by its
// variable.
func Async(p Place) bool {
	for _, name := range []string{"config/initializers/good_job.rb", "config/environments/" + environment(p) + ".rb", "config/application.rb"} {
		content, _, ok := p.Read(name)
		mode := ""
		for _, line := range strings.Split(string(content), "\n") {
			if m := asyncMode.FindStringSubmatch(uncommented(line)); m != nil && ok {
				mode = m[1]
			}
		}
		if mode != "" {
			return strings.HasPrefix(mode, "async")
		}
	}
	mode, _ := p.variable("GOOD_JOB_EXECUTION_MODE")
	return !mode.Open && strings.HasPrefix(mode.Value, "async")
}

// rubyLine is the last line of a file that sets something.
func rubyLine(p Place, file string, is *regexp.Regexp) (found setting, ok bool) {
	content, shown, there := p.Read(file)
	if !there {
		return setting{}, false
	}
	for i, line := range strings.Split(string(content), "\n") {
		if m := is.FindStringSubmatch(uncommented(line)); m != nil {
			found, ok = setting{text: rubyValue(m[1], deploy.Pos{File: shown, Line: i + 1}, p)}, true
		}
	}
	return found, ok
}

var hashTimeout = regexp.MustCompile(`(?:^|[{,\s]):?shutdown_timeout(?::|\s*=>)\s*([^,}]+?)\s*(?:[,}].*)?$`)

// rubyHash is the shutdown_timeout of a hash that begins on a line of that kind.
func rubyHash(p Place, file string, begins *regexp.Regexp) (found setting, ok bool) {
	content, shown, there := p.Read(file)
	if !there {
		return setting{}, false
	}
	depth := 0
	for i, line := range strings.Split(string(content), "\n") {
		line = uncommented(line)
		if depth == 0 && !begins.MatchString(line) {
			continue
		}
		if m := hashTimeout.FindStringSubmatch(line); m != nil {
			found, ok = setting{text: rubyValue(m[1], deploy.Pos{File: shown, Line: i + 1}, p)}, true
		}
		depth = max(depth+strings.Count(line, "{")-strings.Count(line, "}"), 0)
	}
	return found, ok
}

// uncommented is a line without what stands behind a # that is no part of a string.
func uncommented(line string) string {
	quote := byte(0)
	for i := range len(line) {
		switch c := line[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '"' || c == '\'':
			quote = c
		case c == '#':
			return line[:i]
		}
	}
	return line
}

var (
	rubyFetch = regexp.MustCompile(`^(?:Integer|Float)?\(?\s*ENV(?:\.fetch\(\s*["'](\w+)["']\s*(?:,\s*["']?([\w.]+)["']?\s*)?\)(?:\s*\{\s*["']?([\w.]+)["']?\s*\})?|\[["'](\w+)["']\](?:\s*\|\|\s*["']?([\w.]+)["']?)?)\)?$`)
	rubyUnit  = regexp.MustCompile(`^(.*?)\.(second|minute|hour|day)s?$`)
	toNumber  = regexp.MustCompile(`\.to_[if]$`)
	product   = regexp.MustCompile(`^([\d_.]+)\s*\*\s*([\d_.]+)$`)
)

// rubyValue is what an expression of Ruby's comes to, in seconds: 30, 15.minutes, 2 * 60,
// ENV.fetch("X", 25).to_i.
func rubyValue(expr string, at deploy.Pos, p Place) deploy.Text {
	open := deploy.Text{Value: expr, Pos: at, Open: true}
	expr, unit := strings.TrimSpace(expr), time.Second
	if m := rubyUnit.FindStringSubmatch(expr); m != nil {
		expr = m[1]
		unit = map[string]time.Duration{"second": time.Second, "minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[m[2]]
	}
	expr = toNumber.ReplaceAllString(expr, "")
	for strings.HasPrefix(expr, "(") && strings.HasSuffix(expr, ")") {
		expr = toNumber.ReplaceAllString(strings.TrimSpace(expr[1:len(expr)-1]), "")
	}
	if m := rubyFetch.FindStringSubmatch(expr); m != nil {
		name, fallback := m[1]+m[4], m[2]+m[3]+m[5]
		t, ok := p.variable(name)
		_, absent := p.absent(name)
		switch {
		case absent, ok && t.Open, !ok && p.Open, !ok && fallback == "":
			return open
		case ok:
			at, expr = t.Pos, t.Value
		default:
			expr = fallback
		}
	}
	if m := product.FindStringSubmatch(expr); m != nil {
		a, errA := strconv.ParseFloat(strings.ReplaceAll(m[1], "_", ""), 64)
		b, errB := strconv.ParseFloat(strings.ReplaceAll(m[2], "_", ""), 64)
		if errA == nil && errB == nil {
			expr = fmt.Sprint(a * b)
		}
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(expr, "_", ""), 64)
	if err != nil {
		return open
	}
	return deploy.Text{Value: strconv.FormatFloat(n*unit.Seconds(), 'f', -1, 64), Pos: at}
}

var raises = regexp.MustCompile(`^\s*Delayed::Worker\.raise_signal_exceptions\s*=\s*(.+?)\s*$`)

// delayedJobRaises is the setting by which Delayed Job ends its job at once.
func delayedJobRaises(_ *Found, p Place) (setting, bool) {
	for _, file := range []string{"config/initializers/delayed_job.rb", "config/initializers/delayed_job_config.rb"} {
		content, shown, ok := p.Read(file)
		if !ok {
			continue
		}
		for i, line := range strings.Split(string(content), "\n") {
			if m := raises.FindStringSubmatch(uncommented(line)); m != nil && (m[1] == ":term" || m[1] == "true") {
				return setting{text: deploy.Text{Value: "0", Pos: deploy.Pos{File: shown, Line: i + 1}}, what: "Delayed Job's job, which it ends at once (raise_signal_exceptions)"}, true
			}
		}
	}
	return setting{}, false
}
