package kube

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A Container is one of a pod, as rules about Kubernetes see it.
type Container struct {
	Pod     *Pod
	Name    string
	Sidecar bool // a native one: an init container that stays, and is stopped after the others
	Node    tree.Node
}

// Get is a field of it, as the patches leave it.
func (c *Container) Get(path ...string) tree.Node { return c.Node.Get(path...) }

// Image is the name of its image.
func (c *Container) Image() string { return c.Get("image").Text().Value }

// Containers are those of a pod that a stop has to do with: its own, and native sidecars.
func (p *Pod) Containers() (all []*Container) {
	for _, key := range []string{"containers", "initContainers"} {
		path := slices.Concat(podPaths[p.Kind], []string{key})
		for _, n := range p.Node.Get(path...).Items() {
			c := &Container{Pod: p, Name: n.Get("name").Text().Value, Sidecar: key == "initContainers", Node: n}
			if !c.Sidecar || c.Get("restartPolicy").Text().Value == "Always" {
				all = append(all, c)
			}
		}
	}
	return all
}

// Workload is the container in the form that all platforms have.
func (c *Container) Workload() *deploy.Workload {
	w := &deploy.Workload{Platform: deploy.Kubernetes, Name: c.Pod.Title() + ", container " + c.Name, Pos: c.Node.Pos(), ImageName: c.Get("image").Text(),
		StopSignal: c.Get("lifecycle", "stopSignal").Text(), Grace: c.Pod.Grace(), Memory: c.Get("resources", "limits", "memory").Text(), Files: c.Files(), Dir: c.Get("workingDir").Text().Value, Detail: c}
	w.Env, w.EnvOpen = c.env()
	w.Entry, w.Command = c.command("command", w), c.command("args", w)
	if hook, ok := c.PreStop(); ok {
		w.Less = []deploy.Figure{hook.Figure}
	}
	if c.Sidecar {
		w.Less = append(w.Less, deploy.Figure{What: "the stop of the pod's own containers", Pos: c.Node.Pos(), Open: "comes first, since this one is a sidecar, and takes a time that no file says"})
	}
	return w
}

// command is a list of words, in which Kubernetes puts variables in: $(NAME).
func (c *Container) command(key string, w *deploy.Workload) *deploy.Command {
	n := c.Get(key)
	if !n.IsList() || len(n.Items()) == 0 {
		return nil
	}
	command := &deploy.Command{Pos: n.KeyPos()}
	for _, word := range n.Texts() {
		command.Words = append(command.Words, expand(word, w.Env, w.EnvOpen))
	}
	return command
}

// longest is a word that is still put together: $(A)$(A) of many variables has no end.
const longest = 1 << 16

var reference = regexp.MustCompile(`\$\$|\$\([A-Za-z_.-][A-Za-z0-9_.-]*\)`)

// expand puts variables in. One that nobody sets stays as it is written.
func expand(t deploy.Text, env map[string]deploy.Text, open bool) deploy.Text {
	if !strings.Contains(t.Value, "$") {
		return t
	}
	pos := t.Pos
	value := reference.ReplaceAllStringFunc(t.Value, func(found string) string {
		if found == "$$" {
			return "$"
		}
		v, ok := env[found[2:len(found)-1]]
		switch {
		case ok && !v.Open:
			pos = v.Pos
			return v.Value
		case ok || open:
			t.Open = true
		}
		return found
	})
	switch {
	case len(value) > longest:
		t.Open = true
		return t
	case reference.FindString(t.Value) == t.Value && !t.Open:
		t.Pos = pos // all of it comes from there
	}
	t.Value = value
	return t
}

// env are its variables, and whether there may be more.
func (c *Container) env() (all map[string]deploy.Text, open bool) {
	all = map[string]deploy.Text{}
	for _, from := range c.Get("envFrom").Items() {
		open = !c.envFrom(from, all) || open
	}
	for _, e := range c.Get("env").Items() {
		if name := e.Get("name").Text().Value; e.Get("valueFrom").Exists() {
			all[name] = c.valueFrom(e.Get("valueFrom"), e.Pos())
		} else {
			all[name] = expand(e.Get("value").Text(), all, open)
		}
	}
	return all, open
}

// envFrom takes in the variables of a ConfigMap. Not ok: they are not known.
func (c *Container) envFrom(from tree.Node, into map[string]deploy.Text) bool {
	data, ok := c.Pod.cluster.configMap(from.Get("configMapRef", "name").Text().Value, c.Pod.Object)
	prefix := from.Get("prefix").Text().Value
	for key, value := range data {
		into[prefix+key] = value
	}
	return ok
}

func (c *Container) valueFrom(n tree.Node, at deploy.Pos) deploy.Text {
	ref := n.Get("configMapKeyRef")
	if data, ok := c.Pod.cluster.configMap(ref.Get("name").Text().Value, c.Pod.Object); ok {
		if v, ok := data[ref.Get("key").Text().Value]; ok {
			return v
		}
	}
	for _, kind := range []string{"configMapKeyRef", "secretKeyRef"} {
		if ref := n.Get(kind); ref.Exists() {
			return deploy.Text{Value: "key " + ref.Get("key").Text().Value + " of " + strings.TrimSuffix(kind, "KeyRef") + " " + ref.Get("name").Text().Value, Pos: at, Open: true}
		}
	}
	return deploy.Text{Value: "a field of the pod", Pos: at, Open: true}
}

// Files are what ConfigMaps lay over the files of its image.
func (c *Container) Files() (all []deploy.Mounted) {
	volumes := map[string]tree.Node{}
	for _, v := range c.Pod.Spec("volumes").Items() {
		volumes[v.Get("name").Text().Value] = v.Get("configMap")
	}
	for _, m := range c.Get("volumeMounts").Items() {
		source := volumes[m.Get("name").Text().Value]
		data, ok := c.Pod.cluster.configMap(source.Get("name").Text().Value, c.Pod.Object)
		if !ok {
			continue
		}
		at, only := m.Get("mountPath").Text().Value, m.Get("subPath").Text().Value
		for key, text := range data {
			name := renamed(source, key)
			switch {
			case only == name:
				all = append(all, deploy.Mounted{At: path.Clean(at), Text: text})
			case only == "" && name != "":
				all = append(all, deploy.Mounted{At: path.Join(at, name), Text: text})
			}
		}
	}
	return all
}

// renamed is the name that a volume gives to a ConfigMap's key; empty: it has no file.
func renamed(volume tree.Node, key string) string {
	items := volume.Get("items").Items()
	for _, i := range items {
		if i.Get("key").Text().Value == key {
			return i.Get("path").Text().Value
		}
	}
	if len(items) > 0 {
		return ""
	}
	return key
}
