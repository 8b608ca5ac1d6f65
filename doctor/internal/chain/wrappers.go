package chain

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

type wrapperOf func(*Chain, []deploy.Text) []deploy.Text

// wrappers become what they start, or pass signals to it.
var wrappers = map[string]wrapperOf{
	"exec": flagged("-a"), "command": flagged(), "env": env, "nohup": flagged(), "setsid": flagged(),
	"nice": flagged("-n", "--adjustment"), "ionice": flagged("-c", "-n", "--class", "--classdata"), "chrt": behindFlags(1),
	"taskset": behindFlags(1), "stdbuf": flagged("-i", "-o", "-e"), "unbuffer": flagged(), "prlimit": flagged(),
	"setpriv": flagged("--reuid", "--regid", "--groups", "--inh-caps", "--ambient-caps", "--bounding-set"),
	"chpst":   flagged("-u", "-U", "-b", "-e", "-n", "-l", "-L", "-m", "-d", "-o", "-p", "-f", "-c", "-r", "-t", "-0"),
	"gosu":    behindFlags(1), "su-exec": behindFlags(1), "setuidgid": behindFlags(1), "s6-setuidgid": behindFlags(1), "chroot": behindFlags(1),
	"s6-env": env, "cross-env": env, "with-contenv": behindFlags(0), "ddtrace-run": behindFlags(0), "opentelemetry-instrument": flagged("--traces_exporter", "--service_name", "--metrics_exporter"),
	"catchsegv": behindFlags(0), "thrust": behindFlags(0), "corepack": behindFlags(0), "strace": flagged("-e", "-o", "-p"), "flock": flock,
	"sudo": sudo, "doas": sudo, "timeout": timeout,
	"bundle": second("exec", ""), "rbenv": second("exec", ""), "asdf": second("exec", ""), "mise": second("exec", "x"),
	"poetry": second("run", ""), "pipenv": second("run", ""), "uv": second("run", ""), "pdm": second("run", ""), "hatch": second("run", ""), "rye": second("run", ""),
	"newrelic-admin": second("run-program", ""), "doppler": second("run", ""), "op": second("run", ""), "infisical": second("run", ""),
	"rvm": rvm, "chruby-exec": dashed, "systemd-cat": flagged("-t", "-p", "--identifier", "--priority", "--stderr-priority", "--level-prefix"),
	"chamber": dashed, "aws-vault": dashed, "dotenv": dotenv, "dotenvx": dashed, "envconsul": dashed, "vault": dashed, "wait-for-it.sh": dashed, "wait-for": dashed, "dockerize": dockerize,
	"jemalloc.sh": behindFlags(0), "start-pgbouncer": behindFlags(0), "start-pgbouncer-stunnel": behindFlags(0), "start-stunnel": behindFlags(0), // of Heroku's buildpacks
}

func flagged(withValue ...string) wrapperOf {
	return func(c *Chain, words []deploy.Text) []deploy.Text {
		return c.wrap(words, afterFlags(words[1:], withValue...))
	}
}

// behindFlags passes n words behind the flags: a user's name, a priority.
func behindFlags(n int) wrapperOf {
	return func(c *Chain, words []deploy.Text) []deploy.Text {
		rest := afterFlags(words[1:])
		return c.wrap(words, afterDashes(rest[min(n, len(rest)):]))
	}
}

// second is for programs that start others by one of their own commands.
func second(verb, other string) wrapperOf {
	return func(c *Chain, words []deploy.Text) []deploy.Text {
		rest := afterFlags(words[1:], "-C", "--directory", "--project", "-p", "-c", "--config", "--token", "--env", "--env-file")
		if len(rest) < 2 || rest[0].Value != verb && (other == "" || rest[0].Value != other) {
			return nil
		}
		return c.wrap(words, afterFlags(rest[1:], "--project", "--config", "--with", "--extra", "--group", "--env-file", "-p", "-c", "--env", "--path", "--python", "--directory", "--token"))
	}
}

// dashed is for programs whose command stands behind two dashes.
func dashed(c *Chain, words []deploy.Text) []deploy.Text {
	for i, w := range words {
		if w.Value == "--" {
			return c.wrap(words, words[i+1:])
		}
	}
	return nil
}

// dotenv is of several languages: dotenv worker, dotenv -f .env -- worker, dotenv run worker.
func dotenv(c *Chain, words []deploy.Text) []deploy.Text {
	if found := dashed(c, words); found != nil {
		return found
	}
	rest := afterFlags(words[1:], "-f", "-e", "-t")
	if len(rest) > 1 && rest[0].Value == "run" {
		rest = rest[1:]
	}
	return c.wrap(words, rest)
}

// rvm is a wrapper by its do: rvm 3.4@shop do COMMAND.
func rvm(c *Chain, words []deploy.Text) []deploy.Text {
	for i, w := range words {
		if w.Value == "do" {
			return c.wrap(words, words[i+1:])
		}
	}
	return nil
}

// dockerize waits for others, and passes signals on.
func dockerize(c *Chain, words []deploy.Text) []deploy.Text {
	return c.wrap(words, afterFlags(words[1:], "-wait", "-timeout", "-template", "-stdout", "-stderr", "-wait-http-header", "-wait-retry-interval"))
}

// flock stays in front of its command and does not pass signals on, unless it is told not to
// fork.
func flock(c *Chain, words []deploy.Text) []deploy.Text {
	rest := afterFlags(words[1:], "-w", "--wait", "--timeout", "-E", "--conflict-exit-code")
	l := Link{Role: Deaf, Name: "flock", Pos: words[0].Pos, Trap: Ignores, Offset: -1}
	for _, w := range words[1 : len(words)-len(rest)] {
		if w.Value == "--no-fork" || short(w.Value, 'F') {
			l.Role, l.Trap = Wrapper, None
		}
	}
	if len(rest) < 2 || strings.HasPrefix(rest[1].Value, "-") {
		return nil
	}
	c.Links = append(c.Links, l)
	return rest[1:]
}

func (c *Chain) wrap(words, rest []deploy.Text) []deploy.Text {
	if len(rest) > 0 {
		c.Links = append(c.Links, Link{Role: Wrapper, Name: path.Base(words[0].Value), Pos: words[0].Pos})
	}
	return rest
}

func sudo(c *Chain, words []deploy.Text) []deploy.Text {
	c.Links = append(c.Links, Link{Role: Switcher, Name: path.Base(words[0].Value), Pos: words[0].Pos})
	return assigned(c, afterFlags(words[1:], "-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "--user", "--group"))
}

func timeout(c *Chain, words []deploy.Text) []deploy.Text {
	rest := afterFlags(words[1:], "-s", "--signal", "-k", "--kill-after", "-t")
	if len(rest) < 2 {
		return nil
	}
	c.Links = append(c.Links, Link{Role: Timer, Name: path.Base(words[0].Value), Pos: words[0].Pos, Limit: rest[0].Value})
	return rest[1:]
}
