package deploy

// A Platform is who starts and stops a workload.
type Platform string

// The platforms.
const (
	Docker     Platform = "image" // an image by itself: nothing says how it is stopped
	Compose    Platform = "compose"
	Kubernetes Platform = "kubernetes"
	ECS        Platform = "ecs"
	Systemd    Platform = "systemd"
	Quadlet    Platform = "quadlet"    // a container that systemd has Podman run
	Ran        Platform = "docker run" // a container that a unit's command runs
	Cron       Platform = "cron"
	Procfile   Platform = "procfile"
	Kamal      Platform = "kamal"
	Supervisor Platform = "supervisord"
)

// A Workload is a program that a platform starts, and stops at a deploy: a container, a
// service, a line of a crontab.
type Workload struct {
	Platform Platform
	Name     string // for people: "Deployment worker, container sidekiq"
	Pos      Pos

	Image     *Image // what its image is, if a Dockerfile here makes it
	ImageName Text
	Entry     *Command // in place of the image's ENTRYPOINT; nil: that one counts
	Command   *Command // in place of the image's CMD; nil: that one counts
	Env       map[string]Text
	EnvOpen   bool // there may be more variables: an env_file, a secret
	EnvFile   EnvFile

	Init       Pos // where the platform is told to put an init in front of it
	StopSignal Text
	Grace      Figure
	Less       []Figure // what comes off the grace before the stop signal: a preStop

	Memory Text // the limit around it: "512M"; of what only rules of its platform know they read it themselves

	Files []Mounted // what is laid over the files of its image

	Root   string // the folder of the repository where its program's own configuration is
	Dir    string // the folder on the server that Root is, where that is known
	Detail any    // what its reader knows besides, for the rules of its platform
}

// Starts is what is started in the end: the entry point and its arguments, by whoever says
// them. An entry point of the workload's own drops the image's CMD.
func (w *Workload) Starts() (entry, command *Command) {
	entry, command = w.Entry, w.Command
	if w.Image == nil {
		return entry, command
	}
	if entry == nil {
		entry = w.Image.Entry
		if command == nil {
			command = w.Image.Command
		}
	}
	return entry, command
}

// Words are the words of what is started. An entry point in shell form takes no arguments:
// its CMD is lost.
func (w *Workload) Words() []Text {
	entry, command := w.Starts()
	var words []Text
	if entry != nil {
		words = append(words, entry.Words...)
		if entry.Form == Shell {
			return words
		}
	}
	if command != nil {
		words = append(words, command.Words...)
	}
	return words
}

// Variable is what an environment variable holds for the workload.
func (w *Workload) Variable(name string) (Text, bool) {
	if t, ok := w.Env[name]; ok {
		return t, true
	}
	if w.Image != nil {
		t, ok := w.Image.Env[name]
		return t, ok
	}
	return Text{}, false
}

// Settable is a variable of an image by itself, as who runs it may set it: which value it has is
// not known. PATH is left as it is.
func (w *Workload) Settable(name string) (Text, bool) {
	t, ok := w.Variable(name)
	if ok && name != "PATH" {
		t.Value, t.Open = "$"+name, true
	}
	return t, ok
}

// Bare says whether an entry point is there that gets no arguments from anybody here.
func (w *Workload) Bare() bool {
	entry, command := w.Starts()
	return entry != nil && command == nil && entry.Form == Exec
}
