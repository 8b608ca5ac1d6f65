package script

import (
	"path"
	"strconv"
	"strings"
)

// A Kill is a command that ends programs without the time that they need to end by
// themselves.
type Kill struct {
	What    string // "docker kill"
	Does    string // what it does
	Instead string // the ordinary stop
	Mild    bool   // it does so in part, or only with some versions
	Targets []Word // whom
	All     bool   // without targets it means everything that is there
	Pods    bool   // the targets are Kubernetes' objects
	Process bool   // they are processes
	Files   []Word // the compose files that it names
}

// longest is the time in seconds up to which a stop is no stop.
const longest = 5

// Kill says whether a command is one.
func (c *Call) Kill() (Kill, bool) {
	switch name := c.Name(); name {
	case "docker", "podman":
		return c.docker(name)
	case "docker-compose", "podman-compose":
		return compose(name, c.Words[1:])
	case "kill":
		return c.kill()
	case "pkill", "killall":
		return c.pkill(name)
	case "systemctl":
		return c.systemctl()
	case "kubectl", "oc":
		return c.kubectl(name)
	case "helm":
		return c.helm()
	case "nomad":
		if c.Has("stop") && c.Has("-no-shutdown-delay", "--no-shutdown-delay") {
			return Kill{What: "nomad stop -no-shutdown-delay", Does: "leaves out the delay that the job has in front of its stop signal", Instead: "nomad job stop, without that option", Mild: true, All: true}, true
		}
	}
	return Kill{}, false
}

// options goes through words: the value of an option that has one of the names, in the next
// word or behind =.
func options(words []Word, names ...string) (value Word, ok bool) {
	for i, w := range words {
		for _, name := range names {
			rest, is := strings.CutPrefix(w.Value, name)
			switch {
			case !is:
			case rest == "" && i+1 < len(words):
				return words[i+1], true
			case strings.HasPrefix(rest, "="):
				return Word{Value: rest[1:], Open: w.Open, Said: rest[1:]}, true
			case len(name) == 2 && name[0] == '-' && rest != "":
				return Word{Value: rest, Open: w.Open, Said: rest}, true
			}
		}
	}
	return Word{}, false
}

// flag says whether there is a flag, by its long name or as a letter of a cluster.
func flag(words []Word, letter byte, long string) bool {
	for _, w := range words {
		v := w.Value
		if v == long || v == long+"=true" {
			return true
		}
		if letter != 0 && len(v) > 1 && v[0] == '-' && v[1] != '-' && strings.IndexByte(v, letter) > 0 && strings.Trim(v[1:], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			return true
		}
	}
	return false
}

// noTime says of a time that it is none: 0 to 5 seconds.
func noTime(w Word, ok bool) bool {
	n, err := strconv.Atoi(strings.TrimSuffix(w.Value, "s"))
	return ok && err == nil && n >= 0 && n <= longest
}

// plainWords are the words that are no options; those named have a value of their own.
func plainWords(words []Word, valued ...string) (all []Word) {
	for i := 0; i < len(words); i++ {
		v := words[i].Value
		if v == "--" {
			return append(all, words[i+1:]...)
		}
		if !strings.HasPrefix(v, "-") || v == "-" {
			all = append(all, words[i])
			continue
		}
		for _, name := range valued {
			if v == name {
				i++
			}
		}
	}
	return all
}

func killing(signal Word) bool {
	switch strings.TrimPrefix(strings.ToUpper(signal.Value), "SIG") {
	case "9", "KILL":
		return true
	}
	return false
}

func (c *Call) docker(name string) (Kill, bool) {
	rest := behind(c.Words[1:], []string{"-H", "--host", "-c", "--context", "--config", "-l", "--log-level"})
	if len(rest) > 1 && rest[0].Value == "container" {
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return Kill{}, false
	}
	args := rest[1:]
	switch verb := rest[0].Value; verb {
	case "compose":
		return compose(name+" compose", args)
	case "rm", "remove":
		return Kill{What: name + " rm -f", Does: "kills the container at once", Instead: name + " stop, then " + name + " rm", Targets: plainWords(args, "-t", "--time")}, flag(args, 'f', "--force")
	case "kill":
		signal, ok := options(args, "-s", "--signal")
		return Kill{What: name + " kill", Does: "kills the container at once", Instead: name + " stop", Targets: plainWords(args, "-s", "--signal")}, !ok || killing(signal)
	case "stop", "restart":
		t, ok := options(args, "-t", "--time", "--timeout")
		signal, sent := options(args, "-s", "--signal")
		if sent && killing(signal) {
			t, ok = Word{Value: "0"}, true
		}
		return Kill{What: name + " " + verb + " -t " + t.Value, Does: "kills the container " + t.Value + " s after the stop signal", Instead: name + " " + verb + " with the time that the worker needs", Targets: plainWords(args, "-t", "--time", "--timeout", "-s", "--signal")}, noTime(t, ok)
	}
	return Kill{}, false
}

// compose judges docker compose's own commands.
func compose(name string, words []Word) (Kill, bool) {
	valued := []string{"-f", "--file", "-p", "--project-name", "--profile", "--env-file", "--project-directory", "--ansi", "--progress", "--parallel", "-H", "--host", "-c", "--context"}
	rest := behind(words, valued)
	if len(rest) == 0 {
		return Kill{}, false
	}
	front, verb, args := words[:len(words)-len(rest)], rest[0].Value, rest[1:]
	k := Kill{All: true, Targets: plainWords(args, "-t", "--timeout", "-s", "--signal", "--scale", "--rmi", "--wait-timeout", "--pull", "--exit-code-from", "--attach", "--no-attach")}
	for i, w := range front {
		if (w.Value == "-f" || w.Value == "--file") && i+1 < len(front) {
			k.Files = append(k.Files, front[i+1])
		} else if v, ok := strings.CutPrefix(w.Value, "--file="); ok {
			k.Files = append(k.Files, Word{Value: v, Said: v})
		}
	}
	switch verb {
	case "kill":
		signal, ok := options(args, "-s", "--signal")
		k.What, k.Does, k.Instead = name+" kill", "kills the containers at once", name+" stop"
		return k, !ok || killing(signal)
	case "down", "stop", "up", "restart":
		t, ok := options(args, "-t", "--timeout")
		k.What, k.Does, k.Instead = name+" "+verb+" -t "+t.Value, "kills the containers "+t.Value+" s after the stop signal, whatever stop_grace_period says", name+" "+verb+", and stop_grace_period in the file"
		return k, noTime(t, ok)
	}
	return Kill{}, false
}

func (c *Call) kill() (Kill, bool) {
	args := c.Words[1:]
	k := Kill{What: c.Words[0].Value + " -9", Does: "kills the process at once", Instead: "kill -TERM, and wait until it has ended", Process: true}
	for i, w := range args {
		switch v := strings.ToUpper(w.Value); v {
		case "-9", "-KILL", "-SIGKILL":
			k.Targets = args[i+1:]
			return k, true
		case "-S", "--SIGNAL", "-N":
			if i+1 < len(args) && killing(args[i+1]) {
				k.Targets = args[i+2:]
				return k, true
			}
		}
	}
	return k, false
}

func (c *Call) pkill(name string) (Kill, bool) {
	args := c.Words[1:]
	k := Kill{What: name + " -9", Does: "kills the processes at once", Instead: name + " -TERM, and wait until they have ended", Process: true}
	for _, w := range args {
		switch strings.ToUpper(w.Value) {
		case "-9", "-KILL", "-SIGKILL":
			k.Targets = plainWords(args, "-u", "-U", "-g", "-G", "-P", "-t")
			return k, true
		}
	}
	if signal, ok := options(args, "-s", "--signal"); ok && killing(signal) {
		k.Targets = plainWords(args, "-s", "--signal", "-u", "-U", "-g", "-P", "-t")
		return k, true
	}
	return k, false
}

func (c *Call) systemctl() (Kill, bool) {
	args := plainWords(c.Words[1:], "-s", "--signal", "--kill-who", "--kill-whom", "-M", "-H")
	signal, ok := options(c.Words[1:], "-s", "--signal")
	if len(args) < 2 || args[0].Value != "kill" {
		return Kill{}, false
	}
	return Kill{What: "systemctl kill -s KILL", Does: "kills all processes of the unit at once", Instead: "systemctl stop", Targets: args[1:]}, ok && killing(signal)
}

// kinds are the objects in which programs run.
var kinds = map[string]bool{"po": true, "pod": true, "pods": true, "deploy": true, "deployment": true, "deployments": true, "deployment.apps": true, "rs": true, "replicaset": true, "replicasets": true,
	"sts": true, "statefulset": true, "statefulsets": true, "ds": true, "daemonset": true, "daemonsets": true, "job": true, "jobs": true, "cronjob": true, "cronjobs": true, "all": true}

func (c *Call) kubectl(name string) (Kill, bool) {
	rest := plainWords(c.Words[1:], "-n", "--namespace", "--context", "--kubeconfig", "-l", "--selector", "-f", "--filename", "-k", "--timeout", "--cluster", "--user", "-c", "--as", "--field-selector", "--grace-period", "--cascade", "-o")
	if len(rest) == 0 || rest[0].Value != "delete" {
		return Kill{}, false
	}
	k := Kill{Does: "kills the pods without their grace, and may leave them running where nobody sees it", Instead: name + " delete without it; for a new version " + name + " rollout restart", Pods: true}
	from, files := options(c.Words, "-f", "--filename", "-k")
	if len(rest) > 1 {
		kind, _, _ := strings.Cut(strings.Split(rest[1].Value, "/")[0], ",")
		if !rest[1].Open && !kinds[strings.ToLower(kind)] {
			return Kill{}, false
		}
		if k.Targets = rest[2:]; strings.Contains(rest[1].Value, "/") || rest[1].Open {
			k.Targets = rest[1:]
		}
	} else if !files {
		return Kill{}, false
	}
	if files {
		k.Targets = append(k.Targets, from)
	}
	if l, ok := options(c.Words, "-l", "--selector"); ok {
		k.Targets = append(k.Targets, l)
	}
	grace, ok := options(c.Words, "--grace-period")
	switch {
	case noTime(grace, ok):
		k.What = name + " delete --grace-period=" + grace.Value
	case flag(c.Words, 0, "--now"):
		k.What = name + " delete --now"
	case flag(c.Words, 0, "--force") && !ok:
		k.What = name + " delete --force"
	default:
		return k, false
	}
	return k, true
}

func (c *Call) helm() (Kill, bool) {
	rest := plainWords(c.Words[1:], "-n", "--namespace", "--kube-context")
	if len(rest) == 0 || rest[0].Value != "upgrade" || !flag(c.Words, 0, "--force") {
		return Kill{}, false
	}
	return Kill{What: "helm upgrade --force", Does: "replaces objects in place of updating them; Helm 2 deleted and made them anew", Instead: "helm upgrade, without --force", Mild: true, Targets: rest[1:], All: true, Pods: true}, true
}

// Terms says whether a command asks programs to end, with time to do it.
func (c *Call) Terms() bool {
	switch name := c.Name(); name {
	case "kill", "pkill", "killall":
		_, hard := c.Kill()
		return !hard && !c.Has("-0", "-l", "-STOP", "-CONT", "-HUP", "-USR1", "-USR2")
	case "docker", "podman", "docker-compose", "systemctl", "service", "supervisorctl":
		_, hard := c.Kill()
		return !hard && c.Has("stop", "down")
	}
	return false
}

// Waits is how long a command waits, if that is what it is for.
func (c *Call) Waits() (seconds int, ok bool) {
	switch path.Base(c.Name()) {
	case "sleep":
		if len(c.Words) > 1 {
			v := c.Words[1].Value
			scale := 1
			if strings.HasSuffix(v, "m") {
				scale = 60
			}
			if n, err := strconv.ParseFloat(strings.TrimRight(v, "sm"), 64); err == nil {
				return int(n * float64(scale)), true
			}
		}
		return 60, true
	case "wait", "tail", "pidwait":
		return 60, c.Name() != "tail" || strings.Contains(c.Text, "--pid")
	}
	return 0, false
}
