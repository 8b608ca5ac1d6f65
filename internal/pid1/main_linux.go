package pid1

import (
	"os"
	"runtime/debug"
	"syscall"
)

// Main is the program tasuki-init: flags, environment, the init, its exit code.
func Main(args []string) int {
	var o Options
	words, err := Parse(args, &o)
	switch err {
	case nil:
		o.Troubles = o.ReadEnv(os.LookupEnv)
		return Run(o, words)
	case ErrHelp:
		return printed(usage)
	case ErrVersion:
		return printed("tasuki-init " + version() + "\n")
	case ErrLicence:
		return printed(licence)
	case ErrNoCommand:
		os.Stderr.WriteString("tasuki-init: " + err.Error() + "\n" + usage)
		return codeFailed
	}
	os.Stderr.WriteString("tasuki-init: " + err.Error() + " (hint: tasuki-init -h)\n")
	return codeFailed
}

func printed(text string) int {
	if _, err := syscall.Write(1, []byte(text)); err != nil {
		return codeFailed
	}
	return 0
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

const licence = "tasuki-init is free software under the Apache License, Version 2.0:\nhttps://www.apache.org/licenses/LICENSE-2.0\n"

const usage = `Usage: tasuki-init [FLAGS] [--] COMMAND [ARGUMENTS]

Starts COMMAND as the first process of a container does: passes signals on to
the worker, reaps orphans, stays until all have ended, ends with its exit code.

  -g              signals go to the command's whole process group (tini)
  -c, --single-child
                  signals go to the command alone (dumb-init)
  -r, --rewrite A:B
                  pass signal B on where A comes, none if B is 0 (dumb-init)
  -e CODE         end with 0 in place of CODE; may be repeated (tini)
  -p SIGNAL       get SIGNAL when the parent has ended (tini)
  -s              adopt orphans; it always does (tini)
  -w              say a warning for each orphan that is reaped (tini)
  -v, --verbose   say more; may be repeated
      --grace TIME
                  the platform's time from SIGTERM to SIGKILL; what still runs
                  shortly before is ended
      --linger TIME
                  how long what the command leaves behind may go on when nobody
                  asked to stop; then it is stopped (default 10s)
  -h, --help      print this
  -V, --version   print the version
  -l              print the licence

TIME is seconds, or 1m30s.

Environment: TASUKI_GRACE, TASUKI_LINGER, TINI_SUBREAPER, TINI_VERBOSITY,
TINI_KILL_PROCESS_GROUP, DUMB_INIT_SETSID, DUMB_INIT_DEBUG

Exit codes: the command's; 128+N if signal N ended it; 127 if there is no such
command, 126 if it cannot be executed, 1 if the init fails or its flags are wrong.
`
