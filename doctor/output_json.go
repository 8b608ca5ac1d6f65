package doctor

import (
	"encoding/json"
	"io"
)

// The fields of the JSON report are a promise to scripts: docs/doctor.md names each.
type (
	jsonReport struct {
		Findings []jsonFinding `json:"findings"`
		Ignored  []jsonFinding `json:"ignored"`
		Workers  []jsonWorker  `json:"workers"`
		Notes    []jsonNote    `json:"notes"`
		Files    int           `json:"files"`
	}
	jsonFinding struct {
		Rule     string   `json:"rule"`
		Name     string   `json:"name"`
		Severity string   `json:"severity"`
		File     string   `json:"file"`
		Line     int      `json:"line,omitempty"`
		EndLine  int      `json:"end_line,omitempty"`
		Workload string   `json:"workload,omitempty"`
		Also     []string `json:"also,omitempty"`
		Message  string   `json:"message"`
		Outcome  string   `json:"outcome,omitempty"`
		Fix      string   `json:"fix"`
		Paste    []string `json:"paste,omitempty"`
		Sum      *jsonSum `json:"sum,omitempty"`
		Reason   string   `json:"reason,omitempty"`
	}
	jsonSum struct {
		Text   string       `json:"text"`
		Holds  *bool        `json:"holds"` // null: it is not known
		Need   []jsonFigure `json:"need"`
		Before []jsonFigure `json:"before,omitempty"`
		Grace  jsonFigure   `json:"grace"`
	}
	jsonFigure struct {
		What    string   `json:"what"`
		Seconds *float64 `json:"seconds"` // null: it is not known, or endless
		Endless bool     `json:"endless,omitempty"`
		Unknown string   `json:"unknown,omitempty"`
		Default bool     `json:"default,omitempty"`
		File    string   `json:"file,omitempty"`
		Line    int      `json:"line,omitempty"`
	}
	jsonWorker struct {
		Name    string   `json:"name"`
		Kind    string   `json:"kind"`
		File    string   `json:"file"`
		Line    int      `json:"line,omitempty"`
		Command string   `json:"command"`
		Sum     *jsonSum `json:"sum,omitempty"`
	}
	jsonNote struct {
		File   string `json:"file"`
		Line   int    `json:"line,omitempty"`
		Text   string `json:"text"`
		Hint   string `json:"hint,omitempty"`
		Unread bool   `json:"unread,omitempty"`
	}
)

// WriteJSON writes a report for programs.
func WriteJSON(w io.Writer, r *Report) error {
	out := jsonReport{Findings: jsonFindings(r.Findings), Ignored: jsonFindings(r.Ignored), Workers: []jsonWorker{}, Notes: []jsonNote{}, Files: r.Files}
	for _, k := range r.Workers {
		out.Workers = append(out.Workers, jsonWorker{k.Name, k.Kind, k.Pos.File, k.Pos.Line, k.Command, toJSON(k.Sum)})
	}
	for _, n := range r.Notes {
		out.Notes = append(out.Notes, jsonNote{n.Pos.File, n.Pos.Line, n.Text, n.Hint, n.Unread})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

func jsonFindings(all []Finding) []jsonFinding {
	out := []jsonFinding{}
	for _, f := range all {
		rule, _ := RuleOf(f.Rule)
		out = append(out, jsonFinding{Rule: f.Rule, Name: rule.Name, Severity: f.Severity.String(), File: f.Pos.File, Line: f.Pos.Line, EndLine: f.Pos.Last,
			Workload: f.Workload, Also: f.Also, Message: f.Message, Outcome: f.Outcome, Fix: f.Fix, Paste: f.Paste, Sum: toJSON(f.Sum), Reason: f.Reason})
	}
	return out
}

func toJSON(s *Sum) *jsonSum {
	if s == nil {
		return nil
	}
	out := &jsonSum{Text: s.String(), Grace: figureJSON(s.Grace)}
	if s.Open() == "" {
		holds := s.Holds()
		out.Holds = &holds
	}
	for _, f := range s.Need {
		out.Need = append(out.Need, figureJSON(f))
	}
	for _, f := range s.Less {
		out.Before = append(out.Before, figureJSON(f))
	}
	return out
}

func figureJSON(f Figure) jsonFigure {
	out := jsonFigure{What: f.What, Endless: f.Endless, Unknown: f.Open, Default: f.Default}
	if f.Known() {
		seconds := f.Time.Seconds()
		out.Seconds = &seconds
	}
	if !f.Default {
		out.File, out.Line = f.Pos.File, f.Pos.Line
	}
	return out
}
