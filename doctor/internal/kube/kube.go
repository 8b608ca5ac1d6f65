// Package kube reads Kubernetes manifests: the pods in them, what stops those, and what other
// objects say of them: how many there are, where they run, who takes them away.
package kube

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

var (
	kindKey    = regexp.MustCompile(`(?:^|[\s{,"'])kind["']?[ \t]*:`)
	versionKey = regexp.MustCompile(`(?:^|[\s{,"'])apiVersion["']?[ \t]*:`)
)

// Holds says whether a file looks like manifests, of YAML or JSON.
func Holds(content []byte) bool {
	return bytes.Contains(content, []byte("apiVersion")) && kindKey.Match(content) && versionKey.Match(content)
}

// DefaultGrace is what a pod has that sets none (Kubernetes' API reference,
// terminationGracePeriodSeconds).
const DefaultGrace = 30 * time.Second

// An Object is one of a manifest.
type Object struct {
	Kind, Name, Namespace string
	Node                  tree.Node
	Path                  string // of its file in the repository

	at deploy.Pos // where it begins, if its node does not tell
}

func object(n tree.Node, path string) Object {
	text := func(keys ...string) string { return n.Get(keys...).Text().Value }
	name := text("metadata", "name")
	if name == "" {
		name = text("metadata", "generateName")
	}
	return Object{Kind: text("kind"), Name: name, Namespace: text("metadata", "namespace"), Node: n, Path: path}
}

// Pos is where it begins.
func (o Object) Pos() deploy.Pos {
	if o.at.Known() {
		return o.at
	}
	return o.Node.Pos()
}

// KindPos is where it says of which kind it is.
func (o Object) KindPos() deploy.Pos {
	if n := o.Node.Get("kind"); n.Exists() {
		return n.KeyPos()
	}
	return o.Pos()
}

// near says whether two objects may be of one namespace: manifests often leave it to the
// command that applies them.
func (o Object) near(other Object) bool {
	return o.Namespace == other.Namespace || o.Namespace == "" || other.Namespace == ""
}

// podPaths are where each kind has its pod's spec.
var podPaths = map[string][]string{
	"Pod": {"spec"}, "Deployment": {"spec", "template", "spec"}, "StatefulSet": {"spec", "template", "spec"}, "DaemonSet": {"spec", "template", "spec"},
	"ReplicaSet": {"spec", "template", "spec"}, "ReplicationController": {"spec", "template", "spec"}, "Rollout": {"spec", "template", "spec"},
	"Job": {"spec", "template", "spec"}, "CronJob": {"spec", "jobTemplate", "spec", "template", "spec"}, "ScaledJob": {"spec", "jobTargetRef", "template", "spec"},
	"DeploymentConfig": {"spec", "template", "spec"}, "CloneSet": {"spec", "template", "spec"}, "PodTemplate": {"template", "spec"}, // of OpenShift and OpenKruise
}

// makesPods says whether objects of a kind make pods.
func makesPods(kind string) bool { return podPaths[kind] != nil }

// most is how many objects of a file are read, and how many steps lead to them.
const most = 10_000

// objects are a document's, those of a List each for itself, in the lists' order. A list that
// holds itself ends with the steps.
func objects(n tree.Node, path string) (all []Object) {
	left := []tree.Node{n} // the next one last
	for range most {
		if len(left) == 0 {
			break
		}
		o := object(left[len(left)-1], path)
		left = left[:len(left)-1]
		if items := o.Node.Get("items"); strings.HasSuffix(o.Kind, "List") && items.IsList() {
			for _, item := range slices.Backward(items.Items()) {
				left = append(left, item)
			}
			left = left[max(0, len(left)-most):]
			continue
		}
		if o.Kind != "" {
			all = append(all, o)
		}
	}
	return all
}
