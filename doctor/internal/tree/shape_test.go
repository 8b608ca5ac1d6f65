package tree

import "testing"

func TestBlocksTakeTheShapeOfTheAPI(t *testing.T) {
	h, err := ReadHCL("a.tf", []byte("resource \"a\" \"b\" {\n  spec {\n    node_selector = { my_key = \"1\" }\n    grace_period_seconds = 5\n    container { name = \"x\" }\n    container { name = \"y\" }\n  }\n}\n"))
	if err != nil {
		t.Fatal(err)
	}
	f := NewForest()
	n := f.Shaped(h.Blocks[0].Node(&Scope{Forest: f}), Shape{Lists: map[string]string{"container": "containers"}, Free: map[string]bool{"nodeSelector": true}}).Get("spec")
	if v, ok := n.Get("gracePeriodSeconds").Int(); !ok || v != 5 || n.Get("gracePeriodSeconds").KeyPos().Line != 4 {
		t.Errorf("%v at %v", v, n.Get("gracePeriodSeconds").KeyPos())
	}
	if n.Get("nodeSelector", "my_key").Text().Value != "1" {
		t.Error("a key of somebody's own has another name")
	}
	names := n.Get("containers").Items()
	if len(names) != 2 || names[1].Get("name").Text().Value != "y" || names[1].Pos().File != "a.tf" {
		t.Errorf("%d containers", len(names))
	}
}
