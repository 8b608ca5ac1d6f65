package doctor

import (
	"path"
	"strings"
)

// makerFormats are programs that make a deployment's files: they are not run here, and named.
var makerFormats = []format{{name: "deployment's program", named: isMaker, read: noteMaker, end: endMakers}}

// A maker is such a program: what it is known by, what it is, and what to judge in its stead.
type maker struct {
	file, what, render string
	out                string // a folder beside it; where it has files, they are what is judged
}

var makers = []maker{
	{file: "cdk.json", what: "a program of AWS CDK makes templates", render: "cdk synth && tasuki doctor cdk.out", out: "cdk.out"},
	{file: "cdk8s.yaml", what: "a program of cdk8s makes manifests", render: "cdk8s synth && tasuki doctor dist", out: "dist"},
	{file: "cdktf.json", what: "a program of CDK for Terraform makes Terraform", render: runningTasks, out: "cdktf.out"},
	{file: "Pulumi.yaml", what: "a program of Pulumi makes what is deployed", render: runningTasks},
	{file: "Pulumi.yml", what: "a program of Pulumi makes what is deployed", render: runningTasks},
	{file: "helmfile.yaml", what: "Helmfile makes manifests of charts", render: "helmfile template | tasuki doctor -"},
	{file: "helmfile.yml", what: "Helmfile makes manifests of charts", render: "helmfile template | tasuki doctor -"},
	{file: "helmfile.yaml.gotmpl", what: "Helmfile makes manifests of charts", render: "helmfile template | tasuki doctor -"},
	{file: "terragrunt.hcl", what: "Terragrunt gives Terraform's modules their inputs", render: runningTasks},
	{file: ".tf.json", what: "Terraform stands here as JSON", render: runningTasks},
}

// runningTasks is how to judge what is deployed, where no file can be made of it.
const runningTasks = "judge what runs: aws ecs describe-task-definition --task-definition NAME | tasuki doctor -, or kubectl get deployments -o yaml | tasuki doctor -"

func makerOf(name string) (maker, bool) {
	for _, u := range makers {
		if path.Base(name) == u.file || u.file[0] == '.' && strings.HasSuffix(name, u.file) {
			return u, true
		}
	}
	return maker{}, false
}

func isMaker(name string) bool { _, ok := makerOf(name); return ok }

// noteMaker keeps a program in mind, unless what it makes is here.
func noteMaker(s *site, name string, _ []byte) error {
	u, _ := makerOf(name)
	out := path.Join(path.Dir(name), u.out) + "/"
	for _, other := range s.names {
		if u.out != "" && strings.HasPrefix(other, out) {
			return nil
		}
	}
	s.makers = append(s.makers, name)
	return nil
}

// endMakers names each kind once, at the first of its files.
func endMakers(s *site) {
	said := map[string]bool{}
	for _, name := range s.makers {
		u, _ := makerOf(name)
		if !said[u.what] {
			said[u.what] = true
			s.note(Note{Pos: s.pos(name), Text: u.what + ": it is not run here, and what comes of it was not judged", Hint: u.render})
		}
	}
}
