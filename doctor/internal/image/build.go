package image

import (
	"path"
	"regexp"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// goBuild finds the programs that a RUN makes out of Go's sources: go build -o PATH PACKAGE.
var goBuild = regexp.MustCompile(`\bgo\s+(build|install)\b`)

// run remembers what a RUN says, and what it builds.
func (r *reader) run(n *parser.Node) {
	m := r.last()
	text := n.Original
	for _, h := range n.Heredocs {
		text += "\n" + h.Content
	}
	m.Runs = append(m.Runs, deploy.Text{Value: text, Pos: r.pos(n)})
	text = strings.ReplaceAll(text, "\\\n", " ")
	m.Family = revised(m.Family, text)
	for _, at := range goBuild.FindAllStringSubmatchIndex(text, 100) {
		dir := m.Workdir
		if cd := changed.FindAllStringSubmatch(text[:at[0]], -1); len(cd) > 0 {
			dir = join(dir, cd[len(cd)-1][1])
		}
		r.built = append(r.built, outputs(text[at[2]:at[3]], r.expand(command(text[at[1]:]), n), path.Join("/", dir))...)
	}
}

// changed is the folder that a RUN goes to before it builds.
var changed = regexp.MustCompile(`(?:^|[\s;&])cd\s+([^\s;&|"'$]+)`)

func (r *reader) expand(words []string, n *parser.Node) []string {
	for i, w := range words {
		words[i] = r.text(w, n).Value
	}
	return words
}

// command are the words up to the end of a command, as a shell splits them.
func command(text string) (words []string) {
	word, quote, in := "", byte(0), false
	for i := 0; i < len(text) && len(words) < 200; i++ {
		switch c := text[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word += string(c)
		case c == '"' || c == '\'':
			quote, in = c, true
		case c == ' ' || c == '\t':
			if in {
				words = append(words, word)
			}
			word, in = "", false
		case strings.IndexByte("\n;&|)>", c) >= 0:
			i = len(text)
		default:
			word, in = word+string(c), true
		}
	}
	if in {
		words = append(words, word)
	}
	return words
}

// valued are flags of go build with a value of their own.
var valued = map[string]bool{"-ldflags": true, "-tags": true, "-mod": true, "-modfile": true, "-gcflags": true, "-asmflags": true, "-p": true, "-overlay": true, "-buildmode": true, "-pkgdir": true, "-C": true}

// outputs are the programs that one go build, or go install, makes in a folder of the image.
func outputs(verb string, words []string, dir string) (made []deploy.Built) {
	out := map[string]string{"build": "./", "install": "/go/bin/"}[verb]
	var packages []string
	for i := 0; i < len(words); i++ {
		switch w := words[i]; {
		case w == "-o" && i+1 < len(words):
			i++
			out = words[i]
		case strings.HasPrefix(w, "-o="):
			out = w[3:]
		case w == "-C" && i+1 < len(words):
			dir = path.Join("/", join(dir, words[i+1]))
			i++
		case strings.HasPrefix(w, "-"):
			if valued[w] {
				i++
			}
		default:
			packages = append(packages, w)
		}
	}
	if len(packages) == 0 {
		packages = []string{"."}
	}
	folder := strings.HasSuffix(out, "/") || len(packages) > 1 || strings.HasSuffix(packages[0], "...")
	for _, p := range packages {
		p, _, _ = strings.Cut(p, "@") // a version
		made = append(made, deploy.Built{Path: target(out, p, dir, folder), Package: source(p, dir)})
	}
	return made
}

// target is where a program goes to.
func target(out, pkg, dir string, folder bool) string {
	base := strings.TrimSuffix(path.Base(pkg), ".go")
	if base == "." || base == "main" {
		base = path.Base(dir)
	}
	switch {
	case base == "..." && folder:
		return path.Join("/", join(dir, out))
	case folder:
		return path.Join("/", join(dir, out), base)
	}
	return path.Join("/", join(dir, out))
}

// source is the package as a folder of the image, or as it is imported.
func source(pkg, dir string) string {
	if strings.HasSuffix(pkg, ".go") {
		pkg = "./" + path.Dir(pkg)
	}
	if !strings.HasPrefix(pkg, ".") && !path.IsAbs(pkg) {
		return pkg
	}
	all := strings.HasSuffix(pkg, "/...")
	at := path.Join("/", join(dir, strings.TrimSuffix(pkg, "...")))
	if all {
		at += "/..."
	}
	return at
}
