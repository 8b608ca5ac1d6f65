package settings

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Complete fills in what was not said, and checks that the program can be started.
// Whatever it answers, Dir is where the supervisor of these settings is to be found.
func (s *Settings) Complete() error {
	if err := s.Find(); err != nil {
		return err
	}
	if len(s.Worker.Command) == 0 {
		if !s.Read {
			return &Mistake{Where: s.Path, What: "there is no such file, and no command is given",
				Hint: "write what the workers are behind --, such as `tasuki start -n 3 -- ./worker`, or into a file " + FileName}
		}
		return s.Wrong("command", "it is missing", "name the program that works, such as command: ./worker")
	}
	if s.Worker.Dir == "" {
		s.Worker.Dir = filepath.Dir(s.Path)
	}
	if err := startable(s); err != nil {
		return err
	}
	s.Worker.Command = slices.Clone(s.Worker.Command)
	s.Worker.Command[0] = program(s)
	s.Worker.Env = append(s.Worker.Env[:len(s.Worker.Env):len(s.Worker.Env)], "PATH="+strings.ReplaceAll(searchPath(s.Worker.Env), "%", "%%"))
	if r, alive := s.Restart.ReadyTimeout, s.Worker.Ready.Alive; r > 0 && r <= alive {
		return s.Wrong("ready_timeout", fmt.Sprintf("it is %v, and ready says that no worker works before %v", r, alive), "make it longer, or leave it out")
	}
	if s.Log == "" {
		s.Log = filepath.Join(s.Dir, "tasuki.log")
	}
	return nil
}
