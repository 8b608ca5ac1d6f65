package doctor

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/compose"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/script"
)

// A scriptFile is a file with commands in it.
type scriptFile struct {
	name  string // in the repository
	shown string
	kind  script.Kind
	calls []script.Call
	cron  bool // it is a line of a crontab

	deployed map[string]bool // what deploys has found, by unit
	pauses   []pause         // of all calls; nil: not looked for yet
}

// A pause is a call that asks something to end, or waits.
type pause struct {
	call    *script.Call
	asks    bool
	seconds int // that it waits
	waits   bool
}

// A scope is what a command is for, as far as names and neighbours tell.
type scope int

const (
	unclear  scope = iota
	deploys        // it puts a version into service, or takes one out
	disposes       // of what tests, builds and developers have started
)

// What a part of a file is for, by the words of its name.
var (
	deployWord  = regexp.MustCompile(`(?i)(^|[^a-z])(deploy|deploys|deployment|redeploy|undeploy|release|releases|prod|production|staging|rollout|rollback|upgrade|update|publish|ship|cutover|cap|capistrano|live|provision)([^a-z]|$)`)
	serverWord  = regexp.MustCompile(`(?i)(^|[^a-z])server([^a-z]|$)`) // there is a test's too
	disposeWord = regexp.MustCompile(`(?i)(^|[^a-z])(test|tests|testing|spec|specs|e2e|integration|acceptance|smoke|ci|dev|devel|development|local|localdev|bench|benchmark|benchmarks|lint|clean|cleanup|teardown|nuke|purge|destroy|reset|demo|example|examples|sample|docs|doc|fixtures|playground|sandbox|build|builder|devcontainer|kind|minikube)([^a-z]|$)`)
	workerWord  = regexp.MustCompile(`(?i)(^|[^a-z])(worker|workers|sidekiq|celery|celeryd|rq|rqworker|resque|delayed[_-]?job|jobs|queue|queues|horizon|bullmq|dramatiq|solid[_-]?queue|good[_-]?job|tasuki|consumer|consumers|faktory|oban|mailer|mailers)([^a-z]|$)`)
)

// scopeOf is what a command is for: what its own words say first, then the part of the file
// that it stands in, then the file, then its neighbours.
func (f *scriptFile) scopeOf(c *script.Call, k script.Kill) scope {
	var target []string
	for _, w := range k.Targets {
		target = append(target, path.Base(w.Said)) // a registry's name says nothing
	}
	for _, w := range k.Files {
		target = append(target, w.Said)
	}
	texts := []string{strings.Join(target, " "), c.Unit}
	var dirs []string
	for dir := path.Dir(f.name); dir != "." && dir != "/"; dir = path.Dir(dir) {
		dirs = append(dirs, path.Base(dir))
	}
	if forPeople.MatchString(strings.ReplaceAll(strings.Join(dirs, " "), "ci", "")) {
		texts = append(texts, "test")
	}
	texts = append(append(texts, strings.TrimSuffix(path.Base(f.name), path.Ext(f.name))), dirs...)
	for i, text := range texts {
		dispose := disposeWord.MatchString(text)
		deploying := deployWord.MatchString(text) || !dispose && serverWord.MatchString(text)
		switch {
		case dispose && !deploying, dispose && i == 0:
			return disposes
		case deploying:
			return deploys
		}
	}
	if f.deploys(c) {
		return deploys
	}
	return unclear
}

// deploys says whether a file, or the part of it that a command stands in, has commands that
// only a deploy has.
func (f *scriptFile) deploys(of *script.Call) bool {
	found, known := f.deployed[of.Unit]
	if !known {
		if f.deployed == nil {
			f.deployed = map[string]bool{}
		}
		found = f.hasDeploys(of)
		f.deployed[of.Unit] = found
	}
	return found
}

func (f *scriptFile) hasDeploys(of *script.Call) bool {
	return slices.ContainsFunc(f.calls, func(c script.Call) bool {
		if f.kind != script.Shell && f.kind != script.Ruby && c.Unit != of.Unit {
			return false
		}
		switch c.Name() {
		case "ssh", "rsync", "scp", "helm", "ansible-playbook", "cap":
			return true
		case "docker", "podman":
			return c.Has("pull") || c.Has("stack") && c.Has("deploy") || c.Has("run") && c.Has("-d", "--detach", "-dit", "-itd") && (c.Has("--restart") || strings.Contains(c.Text, "--restart="))
		case "docker-compose":
			return c.Has("pull")
		case "kubectl":
			return c.Has("apply", "rollout", "set")
		case "systemctl":
			return c.Has("restart", "start", "stop", "reload") && !c.Has("--user", "docker")
		case "git":
			return c.Has("pull")
		}
		return false
	})
}

// idle says whether the repository says what it deploys, and none of that is a worker.
func (s *scene) idle() bool {
	deployed := slices.ContainsFunc(s.works, func(k *work) bool { return k.Platform != deploy.Cron && k.Platform != deploy.Procfile })
	return deployed && !slices.ContainsFunc(s.works, func(k *work) bool { return k.worker() || k.likely() })
}

// ofWorkers says whether a command's targets are workers, by their names or because a
// service of that name is one.
func (s *scene) ofWorkers(k script.Kill) (yes, sure bool) {
	for _, w := range k.Targets {
		if workerWord.MatchString(w.Said) {
			return true, true
		}
		for _, work := range s.works {
			if c, ok := work.Detail.(composed); ok && c.service.Name == w.Value {
				return work.worker(), true
			}
		}
		sure = sure || otherPrograms.MatchString(w.Said)
	}
	return false, sure
}

// otherPrograms are those that are surely no workers, and what stands behind a port.
var otherPrograms = regexp.MustCompile(`(?i)(^|[^a-z])(postgres|postgresql|pg|db|database|mysql|mariadb|redis|memcached|mongo|mongodb|elasticsearch|opensearch|kafka|zookeeper|rabbitmq|minio|localstack|nginx|traefik|caddy|puma|unicorn|gunicorn|uvicorn|httpd|apache2|server|web|webpack|vite|proxy|registry|buildkit|buildkitd|buildx|builder|migrate|migrations|migration|seed|selenium|chrome|chromedriver|firefox|node_exporter|prometheus|grafana|ngrok|lsof|fuser|tunnel|gpg-agent|ssh-agent|watchman|spring|gradle|java|adb|emulator)([^a-z]|$)`)

// developedFile says whether a compose file that a command names is not deployed.
func developedFile(k script.Kill) bool {
	for _, w := range k.Files {
		if forPeople.MatchString(path.Base(w.Value)) || forPeople.MatchString(path.Base(path.Dir(w.Value))) {
			return true
		}
	}
	return false
}

// unbracketed is for ps | grep [s]idekiq, which does not find itself.
var unbracketed = strings.NewReplacer("[", "", "]", "")

// fed are the words of the commands in front of one on its line: whom xargs kills.
func (f *scriptFile) fed(to *script.Call) (words []script.Word) {
	for i := range f.calls {
		if c := &f.calls[i]; c.Line == to.Line && c.Piece == to.Piece && c.Order < to.Order {
			for _, w := range c.Words {
				words = append(words, script.Word{Value: w.Value, Said: unbracketed.Replace(w.Said)})
			}
		}
	}
	return words
}

// served are the compose services that a command's folder has, whether one of them is a
// worker.
func (s *scene) served(f *scriptFile) (workers, known bool) {
	for _, k := range s.works {
		if c, ok := k.Detail.(composed); ok && compose.Named(c.project.Names[0]) {
			known = true
			workers = workers || k.worker() || k.likely()
		}
	}
	return workers, known
}

// after says whether a kill is the end of a stop that has given time: something was asked
// to end before it, and was waited for.
func (f *scriptFile) after(c *script.Call) bool {
	asked, waited := false, 0
	for _, p := range f.allPauses() {
		other := p.call
		if other.Piece != c.Piece && f.kind != script.Make && f.kind != script.Ruby || other.Unit != c.Unit {
			continue
		}
		if other.Piece > c.Piece || other.Piece == c.Piece && other.Order >= c.Order {
			break
		}
		asked = asked || p.asks
		if p.waits && asked {
			if waited += p.seconds; other.Loop {
				waited += 60
			}
		}
	}
	return asked && waited > 5
}

// allPauses are those of the file, looked for once: a file may have many commands that kill.
func (f *scriptFile) allPauses() []pause {
	if f.pauses == nil {
		f.pauses = []pause{}
		for i := range f.calls {
			c := &f.calls[i]
			seconds, waits := c.Waits()
			if asks := c.Terms(); asks || waits {
				f.pauses = append(f.pauses, pause{call: c, asks: asks, seconds: seconds, waits: waits})
			}
		}
	}
	return f.pauses
}
