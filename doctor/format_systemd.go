package doctor

import (
	"bytes"
	"path"
	"regexp"
	"strings"
)

var systemdFormats = []format{{name: "systemd unit", named: isUnit, read: readUnit}}

// unitEnds are the endings of files that start programs; templates of such files have one
// more behind it.
var unitEnds = []string{".service", ".container"}

var templateEnds = map[string]bool{".erb": true, ".j2": true, ".jinja": true, ".jinja2": true, ".in": true, ".tmpl": true, ".tpl": true, ".template": true,
	".tftpl": true, ".epp": true, ".mustache": true, ".ejs": true, ".hbs": true, ".sample": true, ".example": true, ".dist": true, ".liquid": true, ".gotmpl": true}

// isUnit knows units, drop-ins and templates of both by their names.
func isUnit(name string) bool {
	_, ok := unitName(name)
	return ok
}

// unitName is the name of the unit that a file is, or changes.
func unitName(name string) (unit string, ok bool) {
	base := path.Base(name)
	if templateEnds[path.Ext(base)] {
		base = strings.TrimSuffix(base, path.Ext(base))
	}
	if strings.HasSuffix(base, ".conf") {
		base, ok = strings.CutSuffix(path.Base(path.Dir(name)), ".d")
		if !ok {
			return "", false
		}
		if base == "service" || base == "container" {
			return base, true
		}
	}
	for _, end := range unitEnds {
		if strings.HasSuffix(base, end) && base != end {
			return base, true
		}
	}
	return "", false
}

// isDropIn says whether a file changes a unit that stands in another.
func isDropIn(name string) bool {
	return strings.HasSuffix(path.Dir(name), ".d") && !strings.HasSuffix(name, ".service")
}

// unrendered are what templates hold of several kinds: ERB, Jinja, Go, Terraform. systemd
// itself knows ${NAME}, and Terraform's looks no other, so that its ending has to tell.
var unrendered = regexp.MustCompile(`<%|\{\{|\{%|(?m)^\s*#(if|else|end)\b`)

// placeholders are those of autoconf and its like.
var placeholders = regexp.MustCompile(`@[A-Za-z_][A-Za-z0-9_]*@`)

// isTemplate says whether a file has to be rendered before systemd could read it.
func isTemplate(name string, content []byte) bool {
	switch end := path.Ext(name); {
	case unrendered.Match(content):
		return true
	case end == ".tftpl" || end == ".tpl":
		return bytes.Contains(content, []byte("${"))
	case templateEnds[end]:
		return placeholders.Match(content)
	}
	return false
}

// readUnit adds what a unit starts. Drop-ins are read with their unit; where that is not here,
// by themselves.
func readUnit(s *site, name string, content []byte) error {
	if isTemplate(name, content) {
		s.note(Note{Pos: s.pos(name), Text: "it is a template of a unit, and was not judged", Hint: "render it, and let the doctor read the result"})
		return nil
	}
	if !bytes.Contains(content, []byte("[Service]")) && !bytes.Contains(content, []byte("[Container]")) {
		return nil // another program's file, or a drop-in of what does not matter
	}
	if s.units == nil {
		s.units = findUnitFiles(s.listing)
	}
	made := unitWorkloads{listing: s.listing, notebook: s.notebook, images: s.images}
	for _, v := range s.units.variants(name) {
		s.workloads = append(s.workloads, made.services(v)...)
	}
	return nil
}
