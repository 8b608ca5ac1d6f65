package doctor

import (
	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// id is the rule that it is a case of. What stands in a file of the image, a Dockerfile or
// a script, has the same name whoever uses it.
func (l lost) id() string {
	own := l.link.Role == chain.Script && l.link.At.Known() || l.inImage()
	switch {
	case l.Platform == deploy.Systemd:
		return l.unitID()
	case l.Platform == deploy.Supervisor && l.link.Role != chain.DevRunner:
		return "V653"
	case l.by.Known() && l.Platform == deploy.Compose:
		return "C404"
	case l.by.Known() && l.Platform == deploy.ECS:
		return "E306"
	case !own && l.Platform == deploy.ECS && l.init != "":
		return "E306"
	case !own && l.Platform == deploy.ECS:
		return "E305"
	case !own && l.Platform == deploy.Kubernetes:
		return "K207"
	case l.init != "":
		return "D104"
	}
	return l.trapID()
}

// inImage says whether the Dockerfile itself has the line.
func (l lost) inImage() bool {
	return l.Image != nil && l.link.Pos.File == l.Image.Pos.File
}

var trapIDs = map[chain.Trap]string{chain.Pipe: "D103", chain.WaitOnce: "D106", chain.TrapExits: "D106", chain.TrapForeground: "D107", chain.Background: "D108",
	chain.Redirect: "D120", chain.Ignores: "D121"}

// trapID is the rule of an image, by what keeps the signal.
func (l lost) trapID() string {
	switch l.link.Role {
	case chain.Runner:
		return "D109"
	case chain.Switcher:
		return "D110"
	case chain.DevRunner:
		return "D112"
	}
	if id := trapIDs[l.link.Trap]; id != "" {
		return id
	}
	switch {
	case l.link.Role == chain.Script:
		return "D105"
	case l.link.Implied && mixed(l.Workload):
		return "D115"
	case l.link.Implied:
		return "D101"
	}
	return "D102"
}

// mixed says whether an entry point in array form gets a CMD in shell form.
func mixed(w *deploy.Workload) bool {
	entry, command := w.Starts()
	return entry != nil && command != nil && entry.Form == deploy.Exec && command.Form == deploy.Shell
}
