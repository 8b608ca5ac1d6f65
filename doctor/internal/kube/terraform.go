package kube

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/terraform"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// HoldsTerraform says whether a file of Terraform's has something of Kubernetes'.
func HoldsTerraform(content []byte) bool {
	return strings.Contains(string(content), `"kubernetes_`) || strings.Contains(string(content), `"kubectl_manifest"`)
}

// terraformKinds are what Terraform calls the kinds; with _v1 and the like behind it, too.
var terraformKinds = map[string]string{
	"kubernetes_pod": "Pod", "kubernetes_deployment": "Deployment", "kubernetes_stateful_set": "StatefulSet", "kubernetes_daemonset": "DaemonSet", "kubernetes_daemon_set": "DaemonSet",
	"kubernetes_replication_controller": "ReplicationController", "kubernetes_job": "Job", "kubernetes_cron_job": "CronJob", "kubernetes_config_map": "ConfigMap",
	"kubernetes_service": "Service", "kubernetes_horizontal_pod_autoscaler": "HorizontalPodAutoscaler", "kubernetes_pod_disruption_budget": "PodDisruptionBudget",
}

// terraformTypes are all of them, as resources have them.
func terraformTypes() (all []string) {
	for name := range terraformKinds {
		all = append(all, name, name+"_v1", name+"_v1beta1", name+"_v2", name+"_v2beta2")
	}
	return all
}

var shape = tree.Shape{
	Lists: map[string]string{
		"container": "containers", "init_container": "initContainers", "env": "env", "env_from": "envFrom", "port": "ports", "volume": "volumes", "volume_mount": "volumeMounts",
		"toleration": "tolerations", "match_expressions": "matchExpressions", "node_selector_term": "nodeSelectorTerms", "items": "items", "policy": "policies", "metric": "metrics",
		"preferred_during_scheduling_ignored_during_execution": "preferredDuringSchedulingIgnoredDuringExecution",
	},
	Free: map[string]bool{"labels": true, "annotations": true, "nodeSelector": true, "matchLabels": true, "limits": true, "requests": true, "data": true},
}

// AddTerraform takes in what a project has of Kubernetes' objects in one of its files.
func (c *Cluster) AddTerraform(p *terraform.Project, name, shown string) (remarks []Remark) {
	for _, m := range p.Modules {
		for _, r := range m.Resources(terraformTypes()...) {
			if r.Pos.File == shown {
				base, _, _ := strings.Cut(r.Type, "_v")
				o := object(p.Forest.Shaped(r.Node, shape), name)
				o.Kind, o.at = terraformKinds[base], r.Pos
				if o.Name == "" {
					o.Name = r.Name
				}
				c.add(o)
			}
		}
		for _, r := range m.Resources("kubernetes_manifest", "kubectl_manifest") {
			if r.Pos.File == shown {
				remarks = append(remarks, c.addManifest(r, name, shown)...)
			}
		}
	}
	return remarks
}

// addManifest takes in an object that is written out.
func (c *Cluster) addManifest(r terraform.Resource, name, shown string) []Remark {
	if n := r.Node.Get("manifest"); n.IsMap() {
		o := object(n, name)
		o.at = r.Pos
		c.add(o)
		return nil
	}
	text := r.Node.Get("yaml_body").Text()
	if r.Node.Get("manifest").Text().Open || text.Open || text.Value == "" {
		return []Remark{{Line: r.Pos.Line, Text: r.Address() + " depends on what no file here says, and was not judged", Hint: "judge what is deployed: kubectl get -o yaml … | tasuki doctor -"}}
	}
	docs, _ := tree.YAML(text.Pos.File, []byte(strings.Repeat("\n", max(text.Pos.Line-1, 0))+text.Value))
	for _, doc := range docs {
		for _, o := range objects(doc, name) {
			o.at = deploy.Pos{File: text.Pos.File, Line: max(o.Node.Pos().Line, 1)}
			c.add(o)
		}
	}
	return nil
}

// IsTerraform says whether an object stands in a file of Terraform's.
func (o Object) IsTerraform() bool { return terraform.Named(path.Base(o.Path)) }
