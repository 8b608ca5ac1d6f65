package doctor

import "github.com/tasuki-jobs/tasuki/doctor/internal/deploy"

// A Severity says what a finding means for jobs.
type Severity int

// The severities.
const (
	Info    Severity = iota + 1 // worth knowing
	Warning                     // it depends on something that the files do not show, or happens less than at every deploy
	Error                       // an ordinary deploy kills, loses or doubles jobs
)

func (s Severity) String() string {
	return map[Severity]string{Info: "info", Warning: "warning", Error: "error"}[s]
}

// A Pos is a place in a file; a Figure a time with its place; a Sum what a worker needs
// against what it is given.
type (
	Pos    = deploy.Pos
	Figure = deploy.Figure
	Sum    = deploy.Sum
)

// A Finding is a trap in a deployment.
type Finding struct {
	Rule     string // "D101"
	Severity Severity
	Pos      Pos
	Workload string   // whose stop it spoils
	Message  string   // what is there
	Outcome  string   // what the next deploy does
	Fix      string   // what to do
	Paste    []string // as lines
	Sum      *Sum     // where times do not fit
	Also     []string // who else has it from the same place
	Edits    []Edit   // what Fix writes; none: a person has to
	Reason   string   // why it is ignored; empty: it is not

	// cause is what it comes of. Of several findings of one cause that of the highest
	// rank is said.
	cause Pos
	rank  int
}

// An Edit replaces lines of a file.
type Edit struct {
	File  string // as in Pos
	First int    // the first line that goes; with Last = First-1 none goes, and Lines come in front of First
	Last  int
	Lines []string

	// insert, if it is set, is put in front of the text before on the first of the lines
	// from First on that has it, and Lines are nothing.
	insert, before string
}

// A Note is something that was not judged, and why: a file that cannot be read, a template,
// a figure that is not known.
type Note struct {
	Pos    Pos
	Text   string
	Hint   string
	Unread bool // the file should have been read, and could not be
}

// A Report is what was found.
type Report struct {
	Findings []Finding // by file and line
	Ignored  []Finding // as comments or the configuration ask for
	Workers  []Worker
	Notes    []Note
	Files    int // that were read
}

// A Worker is a workload that works jobs off, as it was understood.
type Worker struct {
	Name    string
	Kind    string // "Sidekiq"
	Pos     Pos
	Command string
	Sum     *Sum // nil: nothing says how it is stopped
}

// Worst is the highest severity of what was found; 0: nothing was.
func (r *Report) Worst() (worst Severity) {
	for _, f := range r.Findings {
		worst = max(worst, f.Severity)
	}
	return worst
}

// Unread says whether a file that matters could not be read.
func (r *Report) Unread() bool {
	for _, n := range r.Notes {
		if n.Unread {
			return true
		}
	}
	return false
}
