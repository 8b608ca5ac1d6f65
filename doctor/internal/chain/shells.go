package chain

import "github.com/tasuki-jobs/tasuki/doctor/internal/deploy"

// mksh makes room for a plain command and for nothing else; ksh and zsh are taken for its like.
const mksh deploy.Family = "mksh"

// shells are known by their names; sh is whatever the image has.
var shells = map[string]deploy.Family{
	"sh": "sh", "dash": deploy.Dash, "posh": deploy.Dash, "yash": deploy.Dash, "bash": deploy.Bash, "rbash": deploy.Bash,
	"ash": deploy.Ash, "busybox": deploy.Ash, "zsh": mksh, "ksh": mksh, "ksh93": mksh, "mksh": mksh, "lksh": mksh,
}

// family is what a shell of that name is here.
func (in Place) family(name string) deploy.Family {
	f := shells[name]
	if f == "sh" {
		if f = in.Family; f == deploy.NoShell {
			f = deploy.Dash
		}
	}
	return f
}
