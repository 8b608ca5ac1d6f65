package doctor

import (
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
)

var sarifLevels = map[Severity]string{Error: "error", Warning: "warning", Info: "note"}

// WriteSARIF writes a report in SARIF 2.1.0, which code scanning services read.
func WriteSARIF(w io.Writer, r *Report) error {
	report := sarif.NewReport()
	run := sarif.NewRunWithInformationURI("tasuki doctor", "https://github.com/tasuki-jobs/tasuki/blob/main/docs/doctor.md")
	for _, rule := range Rules() {
		run.AddRule(rule.ID).WithName(rule.Name).WithDescription(rule.Finds).WithMarkdownHelp(rule.Markdown()).
			WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevels[rule.Severity]))
	}
	for _, f := range r.Findings {
		run.AddResult(f.sarif())
	}
	for _, f := range r.Ignored {
		run.AddResult(f.sarif().WithSuppressions([]*sarif.Suppression{sarif.NewSuppression().WithKind("inSource").WithJustification(f.Reason)}))
	}
	report.AddRun(run)
	if err := report.PrettyWrite(w); err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	return nil
}

func (f *Finding) sarif() *sarif.Result {
	place := func(p Pos) *sarif.Location {
		region := sarif.NewSimpleRegion(max(p.Line, 1), max(p.Last, p.Line, 1))
		return sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewSimpleArtifactLocation(uri(p.File))).WithRegion(region))
	}
	result := sarif.NewRuleResult(f.Rule).WithLevel(sarifLevels[f.Severity]).WithMessage(sarif.NewTextMessage(f.prose()))
	result.AddLocation(place(f.Pos))
	if f.Sum == nil {
		return result
	}
	for _, fig := range f.Sum.Figures() {
		if fig.Pos.Known() && !fig.Default && fig.Pos != f.Pos {
			result.AddRelatedLocation(place(fig.Pos).WithMessage(sarif.NewTextMessage(fig.String())))
		}
	}
	return result
}

// uri is a file's path as SARIF wants it: relative to the repository, with slashes.
func uri(file string) string {
	return strings.TrimPrefix((&url.URL{Path: filepath.ToSlash(file)}).String(), "./")
}
