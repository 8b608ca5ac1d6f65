package harness

// Labels of the rows of depth: a contestant with ever more jobs waiting.
const (
	Shallow = "10,000 of 10,000 waiting"
	Deep    = "10,000 of 1,000,000 waiting"
	Behind  = "10,000 behind 1,000,000 of an unknown kind"
	Churned = "10,000 after churn"
	Whole   = "1,000,000 of 1,000,000 waiting"
)

// DepthRow is a row in which a contestant works off so many jobs of what there is, at
// most runs times; 0: as often as the contest says.
func DepthRow(contestant, label string, fill Fill, runs int) Row {
	jobs := 10_000
	if label == Whole {
		jobs = fill.Jobs
	}
	return Row{Label: label, Fill: fill, Runs: runs,
		Task: Task{Measure: "drain", Contestant: contestant, Slots: 100, Jobs: jobs}}
}

// DepthRows are the rows that all stores have; wholes is how often Whole runs.
func DepthRows(contestant string, wholes int) []Row {
	return []Row{
		DepthRow(contestant, Shallow, Fill{Jobs: 10_000}, 0),
		DepthRow(contestant, Deep, Fill{Jobs: 1_000_000}, 0),
		DepthRow(contestant, Behind, Fill{Jobs: 10_000, Strangers: 1_000_000}, 0),
		DepthRow(contestant, Whole, Fill{Jobs: 1_000_000}, wholes),
	}
}

// DepthAims are what all stores want of them.
var DepthAims = []Aim{
	DepthAim(Deep, "first 10,000 of 1,000,000 waiting: at most a tenth slower than of 10,000"),
	DepthAim(Whole, "all of 1,000,000 waiting: at most a tenth slower than of 10,000"),
	DepthAim(Behind, "behind 1,000,000 of an unknown kind: at most a tenth slower"),
}

// DepthAim is that a row is at most a tenth slower than Shallow.
func DepthAim(label, what string) Aim {
	return Percent("depth", what, 90, Ratio(label, Shallow, "started"))
}
