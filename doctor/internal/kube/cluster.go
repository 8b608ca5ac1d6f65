package kube

import (
	"cmp"
	"maps"
	"path"
	"slices"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A Cluster is all that the manifests of a repository say together.
type Cluster struct {
	objects map[string][]Object // by their kinds
	scalers map[string][]Object // by kind and name of what they scale
	names   map[string][]Object // by kind and name
	chosen  map[string][]Object // those that select pods, by kind and the first label that they ask for
	pods    []Object            // those that make pods, in the files' order
	kustoms []*Kustomization
	made    map[string][]generated // ConfigMaps that kustomizations make, by their names
	built   map[string][]*build    // by the files that they take in; nil: not looked for yet
}

// A Remark is about a part of a file that is not judged.
type Remark struct {
	Line int        // of the file that was added
	Pos  deploy.Pos // in its stead, of one that is about another file
	Text string
	Hint string

	// Template says that it is a template with pods, which only its tool can render. It has
	// no text.
	Template bool
}

// Add takes in a file, by its path in the repository and the name under which people know
// it. What stands before a mistake is taken in, and the mistake answered.
func (c *Cluster) Add(name, shown string, content []byte) (remarks []Remark, err error) {
	if IsTemplate(name) {
		return templates(content), nil
	}
	docs, err := read(name, shown, content)
	if err != nil && isTemplate(content) {
		return templates(content), nil
	}
	for _, doc := range docs {
		for _, o := range objects(doc, name) {
			switch k := c.patcher(name, o); {
			case unrendered(o):
				remarks = append(remarks, templateRemark(o.Pos().Line))
			case k != nil: // Remarks says it
			case fragment(o):
				remarks = append(remarks, Remark{Line: o.Pos().Line, Text: "the " + o.Kind + " has containers without an image: it is a patch, and was not judged", Hint: building})
			default:
				c.add(o)
				remarks = append(remarks, doubles(o)...)
			}
		}
	}
	return remarks, err
}

func (c *Cluster) add(o Object) {
	if c.objects == nil {
		c.objects, c.scalers, c.names, c.chosen = map[string][]Object{}, map[string][]Object{}, map[string][]Object{}, map[string][]Object{}
	}
	c.objects[o.Kind] = append(c.objects[o.Kind], o)
	c.names[o.Kind+" "+o.Name] = append(c.names[o.Kind+" "+o.Name], o)
	if o.Kind == "HorizontalPodAutoscaler" || o.Kind == "ScaledObject" {
		target := o.Node.Get("spec", "scaleTargetRef")
		kind := cmp.Or(target.Get("kind").Text().Value, "Deployment")
		key := kind + " " + target.Get("name").Text().Value
		c.scalers[key] = append(c.scalers[key], o)
	}
	if labels := selector(o); len(labels) > 0 {
		first := slices.Min(slices.Collect(maps.Keys(labels)))
		key := o.Kind + " " + first + "=" + labels[first]
		c.chosen[key] = append(c.chosen[key], o)
	}
	if makesPods(o.Kind) {
		c.pods = append(c.pods, o)
	}
}

func read(name, shown string, content []byte) ([]tree.Node, error) {
	if path.Ext(name) == ".json" {
		n, err := tree.JSON(shown, content)
		return []tree.Node{n}, err
	}
	return tree.YAML(shown, content)
}

// fragment is an object with pods whose containers say nothing of what they run.
func fragment(o Object) bool {
	containers := o.Node.Get(podPaths[o.Kind]...).Get("containers").Items()
	return makesPods(o.Kind) && len(containers) > 0 && !slices.ContainsFunc(containers, func(n tree.Node) bool { return n.Get("image").Exists() })
}

// doubles are the keys of a pod's object that stand twice.
func doubles(o Object) (all []Remark) {
	if !makesPods(o.Kind) {
		return nil
	}
	for _, d := range o.Node.Doubles() {
		all = append(all, Remark{Line: d.Line, Text: "the key " + d.Key + " stands here for the second time (the first: line " + itoa(d.Earlier) + "); this one counts",
			Hint: "take one of them out: which one counts depends on who reads the file"})
	}
	return all
}

// Pods are all pods, those that Kustomize patches once for each way in which it does.
func (c *Cluster) Pods() (all []*Pod) {
	for _, o := range c.pods {
		if o.Node.Get(podPaths[o.Kind]...).Get("containers").IsList() {
			all = append(all, c.variants(o)...)
		}
	}
	return all
}
