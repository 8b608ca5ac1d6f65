package main

import _ "embed"

// completionCmd prints a script that teaches a shell to complete the command.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is shown below the flags' list.
func (*completionCmd) Help() string {
	return `Commands, flags, and from the store: states, queues, kinds, workers, schedules and
the newest jobs. It needs no other program. For bash, in ~/.bashrc:

    source <(tasuki completion bash)

For zsh and fish once:

    tasuki completion zsh > "${fpath[1]}/_tasuki"
    tasuki completion fish > ~/.config/fish/completions/tasuki.fish`
}

var (
	//go:embed completion/bash.sh
	bashCompletion string
	//go:embed completion/zsh.sh
	zshCompletion string
	//go:embed completion/fish.sh
	fishCompletion string
)

// Run prints the script.
func (x *completionCmd) Run(c *caller) error {
	return c.printf("%s", map[string]string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}[x.Shell])
}
