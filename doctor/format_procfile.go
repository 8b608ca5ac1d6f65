package doctor

import (
	"path"
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var formatProcfile = format{name: "Procfile", named: isProcfile, read: readProcfile}

func isProcfile(name string) bool {
	base := path.Base(name)
	return base == "Procfile" || strings.HasPrefix(base, "Procfile.") && !forPeople.MatchString(base)
}

var process = regexp.MustCompile(`^([A-Za-z0-9_-]+):\s*(\S.*?)\s*$`)

// readProcfile adds the processes of a Procfile. Who starts them gives the grace, and the
// stop signal to all of their processes: a shell in front is no trap there.
func readProcfile(s *site, name string, content []byte) error {
	for i, line := range strings.Split(string(content), "\n") {
		m := process.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		at := Pos{File: s.repo.Shown(name), Line: i + 1}
		words := []deploy.Text{{Value: "/bin/sh", Pos: at, Implied: true}, {Value: "-c", Pos: at, Implied: true}, {Value: m[2], Pos: at}}
		s.workloads = append(s.workloads, &deploy.Workload{Platform: deploy.Procfile, Name: "process " + m[1], Pos: at,
			Entry: &deploy.Command{Pos: at, Form: deploy.Shell, Words: words}, Env: map[string]deploy.Text{}, EnvOpen: true, Root: path.Dir(name)})
	}
	return nil
}
