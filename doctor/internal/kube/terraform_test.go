package kube

import (
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor/internal/terraform"
)

func TestAHookOfAVariableIsNotKnown(t *testing.T) {
	for word, known := range map[string]bool{`"5"`: true, "var.wait": false} {
		file := "variable \"wait\" {}\nresource \"kubernetes_pod\" \"w\" {\n  metadata { name = \"w\" }\n  spec {\n    container {\n      name  = \"w\"\n      image = \"i\"\n      lifecycle {\n        pre_stop {\n          exec { command = [\"sh\", \"-c\", \"sleep 5\", " + word + "] }\n        }\n      }\n    }\n  }\n}\n"
		p := terraform.Load(terraform.Files{Names: []string{"main.tf"}, Shown: func(name string) string { return name }, Read: func(string) ([]byte, error) { return []byte(file), nil }})
		c := &Cluster{}
		c.AddTerraform(p, "main.tf", "main.tf")
		h, ok := c.Pods()[0].Containers()[0].PreStop()
		if !ok || (h.Open == "") != known {
			t.Errorf("%s: %+v", word, h)
		}
	}
}
