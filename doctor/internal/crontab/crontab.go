// Package crontab reads crontabs: when which command is started.
package crontab

import (
	"path"
	"regexp"
	"strings"
)

// A Line is one entry.
type Line struct {
	Number  int
	When    string // "*/5 * * * *", "@reboot"
	User    string // of a system's crontab
	Command string // as the shell gets it
	Env     map[string]string
}

// Reboot says whether it runs only when the machine starts.
func (l *Line) Reboot() bool { return strings.EqualFold(l.When, "@reboot") }

// Named says whether a file is one by its name.
func Named(name string) bool {
	base, dir := path.Base(name), path.Base(path.Dir(name))
	ext := path.Ext(base)
	switch {
	case ext == ".md" || ext == ".rb" || ext == ".py" || ext == ".go" || ext == ".j2" || ext == ".erb" || ext == ".js" || ext == ".ts" || ext == ".php":
		return false
	case base == "crontab", ext == ".cron", ext == ".crontab", ext == ".cronfile":
		return true
	}
	return dir == "cron.d" && !strings.HasPrefix(base, ".") && base != "README" || strings.HasPrefix(base, "crontab.") || dir == "crontabs"
}

var (
	field = `(?:[\d*][\d*,/-]*|(?i:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)[a-z,\d/-]*))`
	timed = regexp.MustCompile(`^\s*(` + field + `(?:\s+` + field + `){4}|@[a-z]+)\s+(\S.*?)\s*$`)
	set   = regexp.MustCompile(`^\s*["']?([A-Za-z_]\w*)["']?\s*=\s*(.*?)\s*$`)
	user  = regexp.MustCompile(`^([a-z_][a-z0-9_-]*\$?)\s+(\S.*)$`)
)

// users are names under which programs run, for crontabs of which nobody says whether they
// are a system's.
var users = map[string]bool{"root": true, "www-data": true, "deploy": true, "deployer": true, "app": true, "nobody": true, "ubuntu": true, "ec2-user": true, "rails": true, "apache": true, "nginx": true, "git": true, "node": true, "django": true, "laravel": true}

// Read reads the entries of a file.
func Read(name string, content []byte) (all []Line) {
	env := map[string]string{}
	system := path.Base(path.Dir(name)) == "cron.d" || strings.HasSuffix(name, "etc/crontab")
	for i, text := range strings.Split(string(content), "\n") {
		bare := strings.TrimSpace(text)
		if bare == "" || strings.HasPrefix(bare, "#") {
			continue
		}
		m := timed.FindStringSubmatch(text)
		if m == nil {
			if v := set.FindStringSubmatch(text); v != nil {
				env[v[1]] = strings.Trim(v[2], `"'`)
			}
			continue
		}
		l := Line{Number: i + 1, When: m[1], Command: m[2], Env: map[string]string{}}
		if u := user.FindStringSubmatch(m[2]); u != nil && (system || users[u[1]]) {
			l.User, l.Command = u[1], u[2]
		}
		l.Command = input(l.Command)
		for key, value := range env {
			l.Env[key] = value
		}
		all = append(all, l)
	}
	return all
}

// input takes away what cron gives to the command as its input: all behind a % without a
// backslash.
func input(command string) string {
	b := &strings.Builder{}
	for i := 0; i < len(command); i++ {
		switch {
		case command[i] == '\\' && i+1 < len(command) && command[i+1] == '%':
			b.WriteByte('%')
			i++
		case command[i] == '%':
			return strings.TrimSpace(b.String())
		default:
			b.WriteByte(command[i])
		}
	}
	return b.String()
}

var (
	every = regexp.MustCompile(`^\s*every\s+(.*?),?\s+do\b`)
	job   = regexp.MustCompile(`^\s*(command|rake|script)[\s(]+(?:"([^"]*)"|'([^']*)')`)
)

// Schedule reads a config/schedule.rb of whenever, as far as it is plain: commands between
// every TIME do and its end.
func Schedule(content []byte) (all []Line) {
	when := ""
	for i, text := range strings.Split(string(content), "\n") {
		if strings.HasPrefix(strings.TrimSpace(text), "#") {
			continue
		}
		if m := every.FindStringSubmatch(text); m != nil {
			when = m[1]
			if strings.HasPrefix(when, ":reboot") {
				when = "@reboot"
			}
		}
		m := job.FindStringSubmatch(text)
		if m == nil || when == "" {
			continue
		}
		command := m[2] + m[3]
		switch {
		case strings.Contains(command, "#{"):
			continue
		case m[1] == "rake":
			command = "bundle exec rake " + command
		case m[1] == "script":
			command = "bundle exec script/" + command
		}
		all = append(all, Line{Number: i + 1, When: when, Command: command, Env: map[string]string{}})
	}
	return all
}
