package deploy

import "testing"

func TestAMountedFileKeepsItsLines(t *testing.T) {
	for text, want := range map[string]string{"a\nb\n": "\n\na\nb\n", "#!/bin/sh\nb\nc": "#!/bin/sh\n\n\nb\nc"} {
		m := Mounted{Text: Text{Value: text, Pos: Pos{File: "f", Line: 3}}}
		if got := string(m.Content()); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAMountedFileIsFoundByThePathThatItHasInTheContainer(t *testing.T) {
	w := &Workload{Files: []Mounted{{At: "/app/config/sidekiq.yml"}, {At: "/etc/open", Text: Text{Open: true}}}}
	image := &Image{Workdir: "/app"}
	for _, c := range []struct {
		name  string
		dir   string
		image *Image
		want  bool
	}{
		{"config/sidekiq.yml", "", nil, true}, {"./config/sidekiq.yml", "", nil, true}, {"sidekiq.yml", "/app/config", nil, true}, {"config/sidekiq.yml", "/srv", image, false},
		{"config/sidekiq.yml", "", image, true}, {"/app/config/sidekiq.yml", "", nil, true}, {"/config/sidekiq.yml", "", nil, false}, {"other.yml", "", nil, false}, {"/etc/open", "", nil, false},
	} {
		w.Dir, w.Image = c.dir, c.image
		if _, ok := w.Mounted(c.name); ok != c.want {
			t.Errorf("%s in %q: %v", c.name, c.dir, ok)
		}
	}
}
