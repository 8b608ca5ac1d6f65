package script

import "strings"

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
