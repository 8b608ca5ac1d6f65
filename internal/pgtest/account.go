package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
)

// An account is whom the server runs as. It is this process's own, unless that is
// root, which PostgreSQL refuses to run as.
type account struct {
	name     string
	uid, gid int
	other    bool // it is not this process's own
}

func serverAccount() (account, error) {
	if os.Getuid() != 0 {
		return account{name: strconv.Itoa(os.Getuid())}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			return account{}, err
		}
		gid, err := strconv.Atoi(u.Gid)
		return account{name, uid, gid, true}, err
	}
	return account{}, fmt.Errorf("PostgreSQL does not run as root, and there is no account postgres or nobody to run it as")
}

// own gives a folder to the account.
func (a account) own(folder string) error {
	if !a.other {
		return nil
	}
	return os.Chown(folder, a.uid, a.gid)
}

// command is a program run by the account, in a session of its own: a signal from the
// terminal is for the tests. No variable of the test's environment changes it.
func (a account) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = a.attributes()
	return cmd
}
