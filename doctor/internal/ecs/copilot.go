package ecs

import (
	"path"
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// manifestType is the line of a Copilot manifest by which it is one of ECS.
var manifestType = regexp.MustCompile(`(?m)^type:\s*['"]?(Worker Service|Backend Service|Load Balanced Web Service|Scheduled Job)`)

// HoldsManifest says whether a file is a manifest of AWS Copilot that ECS runs.
func HoldsManifest(content []byte) bool { return manifestType.Match(content) }

// FromManifest is the task of a manifest, which always runs on Fargate. Patches are those
// that stand beside it, in overrides/cfn.patches.yml.
func FromManifest(doc, patches tree.Node) *Task {
	name := doc.Get("name").Text().Value
	t := &Task{Name: name, Pos: doc.Get("name").KeyPos(), Form: Manifest, Key: name, List: doc}
	s := Service{Launch: "FARGATE", Pos: t.Pos}
	for _, at := range []tree.Node{doc.Get("count", "spot"), doc.Get("count", "range", "spot_from")} {
		if at.Exists() {
			s.Providers = append(s.Providers, Provider{Name: "FARGATE_SPOT", Pos: at.KeyPos()})
		}
	}
	t.Services = []Service{s}
	main := &Container{Task: t, Node: doc, Name: name, overrides: map[string]tree.Node{}}
	main.manifest(doc, patches)
	t.Containers = []*Container{main}
	for key, n := range doc.Get("sidecars").Pairs() {
		t.Containers = append(t.Containers, &Container{Task: t, Node: n, Name: key.Value})
	}
	return t
}

var (
	overridePath = regexp.MustCompile(`^/?(?:Resources/TaskDefinition/Properties/)?ContainerDefinitions(?:\[0\]|/0)[./](.+)$`)
	overrideKeys = strings.NewReplacer("/", ".", "[", ".", "]", "")
)

// manifest notes what taskdef_overrides and patches set in the main container.
func (c *Container) manifest(doc, patches tree.Node) {
	lists := []tree.Node{doc.Get("taskdef_overrides"), patches}
	for _, e := range doc.Get("environments").Values() {
		lists = append(lists, e.Get("taskdef_overrides"))
	}
	for _, list := range lists {
		for _, o := range list.Items() {
			if m := overridePath.FindStringSubmatch(o.Get("path").Text().Value); m != nil && o.Get("value").Exists() {
				c.overrides[strings.ToLower(overrideKeys.Replace(m[1]))] = o.Get("value")
			}
		}
	}
}

// SetElsewhere says that a program, which nobody runs here, sets the container's stopTimeout.
func (c *Container) SetElsewhere(file string) {
	c.overrides["stoptimeout"] = c.Node.Get("name").Scalar("set by "+file, tree.OpenTag)
}

// Dockerfile is what a manifest has the image built from: file, folder and stage.
func (c *Container) Dockerfile() (file, context, stage string, ok bool) {
	if c.Task.Form != Manifest {
		return "", "", "", false
	}
	b := c.Node.Get("image", "build")
	file, context, stage = b.Text().Value, b.Get("context").Text().Value, b.Get("target").Text().Value
	if file == "" {
		file = b.Get("dockerfile").Text().Value
	}
	if file == "" && context != "" {
		file = path.Join(context, "Dockerfile")
	}
	if file == "" {
		return "", "", "", false
	}
	file = path.Clean(file)
	if context == "" {
		context = path.Dir(file)
	}
	return file, path.Clean(context), stage, true
}

// Image is the name of the container's image.
func (c *Container) Image() deploy.Text {
	n := c.Node.Get("image")
	if c.Task.Form == Manifest && n.IsMap() {
		return n.Get("location").Text()
	}
	return n.Text()
}

// Foreign says whether the image is surely not built in this repository.
func (c *Container) Foreign() bool { return image.Foreign(c.Image().Value) }
