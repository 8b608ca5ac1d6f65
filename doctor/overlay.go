package doctor

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// An overlayService is a program that s6-overlay runs as a service.
type overlayService struct {
	rc  bool   // by s6-rc, which waits for it; otherwise one of services.d
	dir string // its folder
}

// isOverlayService says whether a file is what s6-overlay runs as a service.
func isOverlayService(name string) bool {
	kind := path.Base(path.Dir(path.Dir(name)))
	return path.Base(name) == "run" && (kind == "services.d" || kind == "s6-rc.d")
}

// readOverlayService adds it to the image with s6-overlay that gets it; where no COPY tells, to the first.
func readOverlayService(s *site, name string, content []byte) error {
	var in []*deploy.Image
	for _, m := range s.images.last {
		if overlay(m) {
			in = append(in, m)
		}
	}
	if len(in) == 0 {
		return nil
	}
	m := in[max(slices.IndexFunc(in, func(m *deploy.Image) bool { return gets(m, name) }), 0)]
	at := Pos{File: s.repo.Shown(name), Line: 1}
	service := overlayService{rc: path.Base(path.Dir(path.Dir(name))) == "s6-rc.d", dir: path.Dir(name)}
	start := &deploy.Command{Pos: at, Words: []deploy.Text{{Value: name, Pos: at}}}
	if words, ok := execline(content, at); ok {
		start.Words = words
	}
	s.workloads = append(s.workloads, &deploy.Workload{Platform: deploy.Docker, Name: "service " + path.Base(service.dir) + " of s6-overlay", Pos: at, Image: m, Entry: start, Detail: service})
	return nil
}

// gets says whether an image gets a file of the repository.
func gets(m *deploy.Image, name string) bool {
	return slices.ContainsFunc(m.Copies, func(c deploy.Copy) bool {
		from := path.Join(m.Context, c.From)
		return from == "." || name == from || strings.HasPrefix(name, from+"/")
	})
}

// execline is the command that a script of execlineb's becomes: its words, one program in front of the
// other. Those that only prepare it are left out.
func execline(content []byte, at Pos) (words []deploy.Text, ok bool) {
	first, rest, _ := bytes.Cut(content, []byte("\n"))
	if !bytes.HasPrefix(first, []byte("#!")) || !bytes.Contains(first, []byte("execlineb")) {
		return nil, false
	}
	line := 1
	for text := range strings.Lines(string(rest)) {
		line++
		for _, word := range strings.Fields(before(" "+text, " #")) {
			words = append(words, deploy.Text{Value: strings.Trim(word, `"`), Pos: Pos{File: at.File, Line: line}, Open: strings.Contains(word, "$")})
		}
	}
	return prepared(words), true
}

// preparing are programs of execline's that become what stands behind so many words of their own.
var preparing = map[string]int{"cd": 1, "umask": 1, "export": 2, "unexport": 1, "fdmove": 2, "redirfd": 3, "importas": 2}

// prepared are the words behind those that only prepare a command.
func prepared(words []deploy.Text) []deploy.Text {
	for len(words) > 0 {
		n, prepares := preparing[words[0].Value]
		switch {
		case words[0].Value == "foreground" && len(words) > 1 && words[1].Value == "{":
			end := slices.IndexFunc(words, func(w deploy.Text) bool { return w.Value == "}" })
			if end < 0 {
				return words
			}
			words = words[end+1:]
		case prepares:
			words = words[1:]
			for len(words) > 0 && strings.HasPrefix(words[0].Value, "-") {
				words = words[1:]
			}
			words = words[min(n, len(words)):]
		case words[0].Value == "with-contenv", words[0].Value == "s6-setuidgid" && len(words) > 1:
			rest := prepared(words[1:])
			if words[0].Value == "s6-setuidgid" {
				rest = prepared(words[2:])
			}
			return rest
		default:
			return words
		}
	}
	return words
}
