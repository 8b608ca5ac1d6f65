package script

import "strings"

// docker is what a call of docker or podman kills.
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
