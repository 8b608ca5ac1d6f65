package script

import "strings"

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
