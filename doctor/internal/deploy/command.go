package deploy

// A Form is how a command is written.
type Form int

// The forms.
const (
	Exec  Form = iota // its words, each for itself: started without a shell
	Shell             // one string, which the platform gives to a shell
	Split             // one string, which the platform splits into words by itself
)

// A Command is what is to be started.
type Command struct {
	Pos   Pos
	Form  Form
	Words []Text // for Shell: the shell, its options, the string

	OnBuild bool // an ONBUILD of the stage that the image is made from
}

// Instruction is the word or two by which a Dockerfile says it, of CMD or ENTRYPOINT.
func (c *Command) Instruction(name string) string {
	if c.OnBuild {
		return "ONBUILD " + name
	}
	return name
}

// String is what a person would type.
func (c *Command) String() string {
	text := ""
	for i, w := range c.Words {
		if i > 0 {
			text += " "
		}
		text += w.Value
	}
	return text
}

// A Family is what /bin/sh is in an image. It decides whether a shell makes room for the
// last command of a string (exec by itself) or stays in front of it.
type Family string

// The families. Debian's and Ubuntu's sh is dash, Alpine's busybox, that of Red Hat's relatives bash.
const (
	Dash    Family = "dash"
	Ash     Family = "busybox"
	Bash    Family = "bash"
	NoShell Family = "none"
)
