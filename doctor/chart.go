package doctor

import (
	"path"
	"regexp"
)

// valuesName is what files with a chart's values are called: values.yaml, web-values.staging.yaml.
var valuesName = regexp.MustCompile(`(^|[-_.])values([-_.]|$)`)

// values says whether a file has the values of a Helm chart: what looks like a manifest in it is
// none.
func (p *podTemplates) values(name string) bool {
	return valuesName.MatchString(path.Base(name)) && p.isChart(p.rendered(name))
}
