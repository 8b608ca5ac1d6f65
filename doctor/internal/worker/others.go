package worker

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// line finds the last line of a text that an expression fits, outside of comments.
func line(content string, is *regexp.Regexp, comments ...string) (value string, at int) {
	for i, l := range strings.Split(content, "\n") {
		trimmed := strings.TrimSpace(l)
		for _, c := range comments {
			if strings.HasPrefix(trimmed, c) {
				trimmed = ""
			}
		}
		if m := is.FindStringSubmatch(trimmed); m != nil {
			value, at = m[1], i+1
		}
	}
	return value, at
}

var soft = regexp.MustCompile(`(?i)\b(?:celery_)?worker_soft_shutdown_timeout["']?\]?\s*[:=]\s*([\w.\s*"'()\[\],]+?)\s*,?\s*(?:#.*)?$`)

// celerySoft is the soft shutdown of Celery: it counts only where SIGTERM is made SIGQUIT.
// Without it such a worker ends its jobs at once.
func celerySoft(f *Found, p Place) (setting, bool) {
	remap, ok := p.variable("REMAP_SIGTERM")
	if !ok || !remap.Open && remap.Value != "SIGQUIT" {
		return setting{}, false
	}
	what := "Celery's worker_soft_shutdown_timeout"
	if remap.Open {
		return setting{text: remap, what: "what Celery does on SIGTERM (REMAP_SIGTERM)"}, true
	}
	read := false
	for _, name := range celeryFiles(f) {
		content, shown, ok := p.Read(name)
		if read = read || ok; !ok {
			continue
		}
		if value, at := line(string(content), soft, "#"); at > 0 {
			text := deploy.Text{Value: value, Pos: deploy.Pos{File: shown, Line: at}}
			text.Open = strings.Trim(value, "0123456789.") != ""
			return setting{text: text, what: what}, true
		}
	}
	if module, ok := f.Flag("-A", "--app", "--config"); ok && !read {
		return f.absent(module.Value), true
	}
	return setting{text: deploy.Text{Value: "0", Pos: remap.Pos}, what: "a cold shutdown (REMAP_SIGTERM)"}, true
}

// celeryFiles are where an application of Celery's has its settings.
func celeryFiles(f *Found) []string {
	files := []string{"celeryconfig.py"}
	if config, ok := f.Flag("--config"); ok {
		files = []string{strings.ReplaceAll(config.Value.Value, ".", "/") + ".py"}
	}
	app, _ := f.Flag("-A", "--app")
	module, _, _ := strings.Cut(app.Value.Value, ":")
	if module == "" {
		return files
	}
	at := strings.ReplaceAll(module, ".", "/")
	return append(files, at+".py", at+"/celery.py", at+"/celeryconfig.py", at+"/settings.py", at+"/config.py",
		path.Join(path.Dir(at), "celeryconfig.py"), path.Join(path.Dir(at), "settings.py"), at+"/settings/base.py", at+"/settings/production.py")
}

var waits = regexp.MustCompile(`^job_completion_wait\b[^=]*=\s*(.+?)\s*(?:#.*)?$`)

// arqSettings is job_completion_wait of the class that arq is given: shop.work.Settings.
func arqSettings(f *Found, p Place) (setting, bool) {
	class := skip(f.Words[1:])
	if len(class) == 0 {
		return setting{}, false
	}
	module, read := class[0].Value, false
	if at := strings.LastIndex(module, "."); at > 0 {
		module = strings.ReplaceAll(module[:at], ".", "/")
	}
	for _, name := range []string{module + ".py", module + "/__init__.py"} {
		content, shown, ok := p.Read(name)
		if read = read || ok; !ok {
			continue
		}
		if value, at := line(string(content), waits, "#"); at > 0 {
			return setting{text: deploy.Text{Value: value, Pos: deploy.Pos{File: shown, Line: at}, Open: strings.Trim(value, "0123456789_") != ""}, what: "arq's job_completion_wait"}, true
		}
	}
	if !read {
		return f.absent(class[0]), true
	}
	return setting{}, false
}

var (
	horizonTime = regexp.MustCompile(`["']timeout["']\s*=>\s*((?:\(int\)\s*)?env\([^)]*\)|[^,\]\s]+)`)
	phpEnv      = regexp.MustCompile(`^(?:\(int\)\s*)?env\(\s*["'](\w+)["']\s*(?:,\s*["']?(\d+)["']?\s*)?\)$`)
)

// horizonConfig is the longest timeout of the supervisors in config/horizon.php: it bounds the
// jobs, and a stop. One of 0 gives jobs no end, and a master that has no other waits for none of
// them (horizon, src/MasterSupervisor.php, 5.29).
func horizonConfig(_ *Found, p Place) (found setting, ok bool) {
	content, shown, there := p.Read("config/horizon.php")
	if !there {
		return setting{}, false
	}
	longest := -1.0
	for i, l := range strings.Split(string(content), "\n") {
		trimmed := strings.TrimSpace(l)
		m := horizonTime.FindStringSubmatch(trimmed)
		if m == nil || strings.HasPrefix(trimmed, "//") || strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "*") {
			continue
		}
		text := phpValue(m[1], deploy.Pos{File: shown, Line: i + 1}, p)
		n, err := strconv.ParseFloat(text.Value, 64)
		switch {
		case text.Open || err != nil:
			text.Open = true
			return setting{text: text, what: "Horizon's timeout"}, true
		case n > longest:
			longest, ok = n, true
			found = setting{text: text, what: "Horizon's timeout"}
		}
	}
	if found.text.Value == "0" {
		found.why = "is 0: its jobs have no end, and it waits for none of them"
	}
	return found, ok
}

// phpValue is a number, or env('NAME', 60).
func phpValue(expr string, at deploy.Pos, p Place) deploy.Text {
	if m := phpEnv.FindStringSubmatch(expr); m != nil {
		t, ok := p.variable(m[1])
		_, absent := p.absent(m[1])
		switch {
		case absent:
		case ok:
			return t
		case !p.Open && m[2] != "":
			return deploy.Text{Value: m[2], Pos: at}
		}
	} else if strings.Trim(expr, "0123456789_") == "" && expr != "" {
		return deploy.Text{Value: strings.ReplaceAll(expr, "_", ""), Pos: at}
	}
	return deploy.Text{Value: expr, Pos: at, Open: true}
}

var aborts = regexp.MustCompile(`\bgracefulShutdownAbortTimeout["']?\s*[:=]\s*([^,}]+?)\s*[,}]?\s*(?://.*)?$`)

// graphileConfig is gracefulShutdownAbortTimeout, in milliseconds.
func graphileConfig(f *Found, p Place) (setting, bool) {
	names := []string{"graphile.config.ts", "graphile.config.js", "graphile.config.mjs", "graphile.config.cjs", "graphile.config.mts", "graphile.config.cts"}
	flag, named := f.Flag("-C", "--config")
	if named {
		names = []string{strings.TrimPrefix(flag.Value.Value, "./")}
	}
	for _, name := range names {
		content, shown, ok := p.Read(name)
		if !ok && named {
			return f.absent(flag.Value), true
		}
		if !ok {
			continue
		}
		if value, at := line(string(content), aborts, "//", "*"); at > 0 {
			text := product2(value)
			text.Pos = deploy.Pos{File: shown, Line: at}
			return setting{text: text, what: "graphile-worker's gracefulShutdownAbortTimeout", unit: time.Millisecond}, true
		}
	}
	return setting{}, false
}

// product2 is a number or two of them multiplied: 30_000, 30 * 1000.
func product2(expr string) deploy.Text {
	result := 1.0
	for _, factor := range strings.Split(expr, "*") {
		n, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(factor), "_", ""), 64)
		if err != nil {
			return deploy.Text{Value: expr, Open: true}
		}
		result *= n
	}
	return deploy.Text{Value: strconv.FormatFloat(result, 'f', -1, 64)}
}

var (
	obanGrace = regexp.MustCompile(`\bshutdown_grace_period:\s*([^,\]]+?)\s*[,\]]?\s*(?:#.*)?$`)
	elixir    = regexp.MustCompile(`^(?::timer\.(seconds|minutes|hours)\(\s*([\d_]+)\s*\)|([\d_]+(?:\s*\*\s*[\d_]+)*))$`)
)

// obanConfig is shutdown_grace_period, in milliseconds, of what is read last.
func obanConfig(_ *Found, p Place) (setting, bool) {
	env := "prod"
	if t, ok := p.variable("MIX_ENV"); ok && !t.Open {
		env = t.Value
	}
	for _, name := range []string{"config/runtime.exs", "config/" + env + ".exs", "config/config.exs", "lib/application.ex"} {
		content, shown, ok := p.Read(name)
		if !ok {
			continue
		}
		if value, at := line(string(content), obanGrace, "#"); at > 0 {
			text := elixirValue(value)
			text.Pos = deploy.Pos{File: shown, Line: at}
			return setting{text: text, what: "Oban's shutdown_grace_period", unit: time.Millisecond}, true
		}
	}
	return setting{}, false
}

func elixirValue(expr string) deploy.Text {
	m := elixir.FindStringSubmatch(expr)
	switch {
	case m == nil:
		return deploy.Text{Value: expr, Open: true}
	case m[1] != "":
		n, _ := strconv.ParseFloat(strings.ReplaceAll(m[2], "_", ""), 64)
		unit := map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour}[m[1]]
		return deploy.Text{Value: strconv.FormatFloat(n*float64(unit/time.Millisecond), 'f', -1, 64)}
	}
	return product2(m[3])
}

var supervisorTime = regexp.MustCompile(`^timeout:\s*["']?([\w.]+)["']?\s*(?:#.*)?$`)

// supervisorFile is the timeout of the file that our supervisor is given.
func supervisorFile(f *Found, p Place) (setting, bool) {
	name := "tasuki.yml"
	flag, named := f.Flag("-f", "--file")
	if named {
		name = flag.Value.Value
	}
	content, shown, ok := p.Read(name)
	switch {
	case !ok && named:
		return f.absent(flag.Value), true
	case !ok:
		return setting{}, false
	}
	value, at := line(string(content), supervisorTime)
	return setting{text: deploy.Text{Value: value, Pos: deploy.Pos{File: shown, Line: at}}, what: "the supervisor's timeout"}, at > 0
}
