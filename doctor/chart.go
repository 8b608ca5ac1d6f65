package doctor

import (
	"path"
	"regexp"
)

var valuesName = regexp.MustCompile(`(^|[-_.])values([-_.]|$)`)

// values says whether a file has the values of a Helm chart: what looks like a manifest in it is
// none.
func (s *site) values(name string) bool {
	return valuesName.MatchString(path.Base(name)) && s.isChart(s.rendered(name))
}
