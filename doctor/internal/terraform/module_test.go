package terraform_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tasuki-jobs/tasuki/doctor/internal/terraform"
)

// load reads the files of an archive.
func load(t *testing.T, files string) *terraform.Project {
	t.Helper()
	var names []string
	content := map[string][]byte{}
	for _, f := range txtar.Parse([]byte(files)).Files {
		names = append(names, f.Name)
		content[f.Name] = f.Data
	}
	p := terraform.Load(terraform.Files{Names: names, Shown: func(name string) string { return name }, Read: func(name string) ([]byte, error) {
		if c, ok := content[name]; ok {
			return c, nil
		}
		return nil, errors.New("it is not there")
	}})
	for name, err := range p.Errors {
		t.Errorf("%s: %s", name, err)
	}
	return p
}

// x is the attribute x of all resources "r", with their places.
func x(p *terraform.Project) (all []string) {
	for _, m := range p.Modules {
		for _, r := range m.Resources("r") {
			t := r.Node.Get("x").Text()
			text := t.Value + " " + t.Pos.String()
			if t.Open {
				text = "open: " + text
			}
			all = append(all, text)
		}
	}
	return all
}

func TestAVariableHasTheValueOfWhoSaysItFirst(t *testing.T) {
	for name, c := range map[string]struct{ files, want string }{
		"the default":             {"-- main.tf --\nresource \"r\" \"a\" {\n x = var.v\n}\nvariable \"v\" {\n default = 1\n}\n", "1 main.tf:5"},
		"what is read by itself":  {"-- main.tf --\nresource \"r\" \"a\" {\n x = var.v\n}\nvariable \"v\" {\n default = 1\n}\n-- terraform.tfvars --\nv = 2\n", "2 terraform.tfvars:1"},
		"JSON that is":            {"-- main.tf --\nresource \"r\" \"a\" {\n x = var.v\n}\nvariable \"v\" {\n}\n-- a.auto.tfvars.json --\n{\n\"v\": 2}\n", "2 a.auto.tfvars.json:2"},
		"the only file to choose": {"-- main.tf --\nresource \"r\" \"a\" {\n x = var.v\n}\nvariable \"v\" {\n default = 1\n}\n-- envs/prod.tfvars --\nv = 3\n", "3 envs/prod.tfvars:1"},
		"files that differ":       {"-- main.tf --\nresource \"r\" \"a\" {\n x = var.v\n}\nvariable \"v\" {\n}\n-- a.tfvars --\nv = 3\n-- b.tfvars --\nv = 4\n", "open: var.v (3 in a.tfvars:1, 4 in b.tfvars:1) main.tf:2"},
		"nobody":                  {"-- main.tf --\nresource \"r\" \"a\" {\n x = var.v\n}\nvariable \"v\" {\n}\n", "open: var.v main.tf:2"},
		"who calls the module":    {"-- main.tf --\nmodule \"m\" {\n source = \"./m\"\n v = 5\n}\n-- m/main.tf --\nresource \"r\" \"a\" {\n x = var.v\n}\nvariable \"v\" {\n default = 1\n}\n", "5 main.tf:3"},
		"a local":                 {"-- main.tf --\nresource \"r\" \"a\" {\n x = local.v\n}\nlocals {\n v = 6\n}\n", "6 main.tf:5"},
		"an output":               {"-- main.tf --\nmodule \"m\" {\n source = \"./m\"\n}\nresource \"r\" \"a\" {\n x = module.m.o\n}\n-- m/main.tf --\noutput \"o\" {\n value = 7\n}\n", "7 m/main.tf:2"},
		"a file":                  {"-- d/main.tf --\nresource \"r\" \"a\" {\n x = file(\"${path.module}/f.txt\")\n}\n-- d/f.txt --\nhi", "hi\n d/f.txt:1"},
		"each of a map":           {"-- main.tf --\nresource \"r\" \"a\" {\n for_each = {k = 8}\n x = each.value\n}\n", "8 main.tf:2"},
		"a template":              {"-- main.tf --\nresource \"r\" \"a\" {\n x = data.template_file.t.rendered\n}\ndata \"template_file\" \"t\" {\n template = file(\"${path.module}/t.tpl\")\n vars = {\n  n = 9\n }\n}\n-- t.tpl --\n<${n}>", "<9>\n t.tpl:1"},
		"what is read by itself, before what is chosen": {"-- main.tf --\nresource \"r\" \"a\" {\n x = var.v\n}\nvariable \"v\" {\n}\n-- a.auto.tfvars --\nv = 2\n-- b.tfvars --\nv = 3\n", "2 a.auto.tfvars:1"},
		"files with maps that differ":                   {"-- main.tf --\nresource \"r\" \"a\" {\n x = var.v.a\n}\nvariable \"v\" {\n}\n-- a.tfvars --\nv = {a = 1}\n-- b.tfvars --\nv = {a = 2}\n", "open: var.v.a main.tf:2"},
		"a file of the caller's is not the module's":    {"-- main.tf --\nmodule \"m\" {\n source = \"./m\"\n}\n-- terraform.tfvars --\nv = 2\n-- m/main.tf --\nresource \"r\" \"a\" {\n x = var.v\n}\nvariable \"v\" {\n default = 1\n}\n", "1 m/main.tf:5"},
		"a part of an output":                           {"-- main.tf --\nmodule \"m\" {\n source = \"./m\"\n}\nresource \"r\" \"a\" {\n x = module.m.o.p\n}\n-- m/main.tf --\noutput \"o\" {\n value = {p = 7}\n}\n", "7 m/main.tf:2"},
		"an output of one of several":                   {"-- main.tf --\nmodule \"m\" {\n count = 1\n source = \"./m\"\n}\nresource \"r\" \"a\" {\n x = module.m[0].o\n}\n-- m/main.tf --\noutput \"o\" {\n value = 7\n}\n", "7 m/main.tf:2"},
		"a file of where it is run":                     {"-- d/main.tf --\nresource \"r\" \"a\" {\n x = file(\"${path.cwd}/f.txt\")\n}\n-- d/f.txt --\nhi", "hi\n d/f.txt:1"},
		"each of what nobody knows":                     {"-- main.tf --\nvariable \"u\" {\n}\nresource \"r\" \"a\" {\n for_each = merge({k = 8}, var.u)\n x = each.value\n}\n", "open: each.value main.tf:5"},
		"a template that nobody knows":                  {"-- main.tf --\nvariable \"u\" {\n}\nresource \"r\" \"a\" {\n x = data.template_file.t.rendered\n}\ndata \"template_file\" \"t\" {\n template = var.u\n}\n", "open: data.template_file.t.rendered main.tf:4"},
		"what a template is besides":                    {"-- main.tf --\nresource \"r\" \"a\" {\n x = data.template_file.t.id\n}\ndata \"template_file\" \"t\" {\n template = \"a\"\n}\n", "open: data.template_file.t.id main.tf:2"},
		"a local that is its own":                       {"-- main.tf --\nresource \"r\" \"a\" {\n x = local.v\n}\nlocals {\n v = local.v\n}\n", "open: local.v main.tf:2"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := x(load(t, c.files)); len(got) != 1 || got[0] != c.want {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestModulesThatCallEachOtherEnd(t *testing.T) {
	p := load(t, "-- main.tf --\nmodule \"a\" {\n source = \"./a\"\n}\n-- a/main.tf --\nmodule \"b\" {\n source = \"../b\"\n}\nmodule \"c\" {\n source = \"../b\"\n}\n-- b/main.tf --\nmodule \"a\" {\n source = \"../a\"\n}\n")
	if n := len(p.Modules); n < 3 || n > 2001 {
		t.Errorf("%d modules", n)
	}
}

func TestAModuleThatIsCalledWithItsOwnOutputEnds(t *testing.T) {
	if got := x(load(t, "-- main.tf --\nmodule \"m\" {\n source = \"./m\"\n v = module.m.o\n}\n-- m/main.tf --\nvariable \"v\" {\n}\noutput \"o\" {\n value = var.v\n}\nresource \"r\" \"a\" {\n x = var.v\n}\n")); len(got) != 1 || !strings.HasPrefix(got[0], "open: ") {
		t.Errorf("%q", got)
	}
}

func TestAResourceThatIsNotMadeIsNotThere(t *testing.T) {
	if got := x(load(t, "-- main.tf --\nvariable \"on\" {\n default = false\n}\nresource \"r\" \"a\" {\n count = var.on ? 1 : 0\n x = 1\n}\n")); len(got) != 0 {
		t.Errorf("%q", got)
	}
}
