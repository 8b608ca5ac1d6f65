package settings

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Find fills in Name and Dir: where locks are depends on the user, the name and the file's
// path alone, never on the environment, so that a cron job, a login and a deploy find the
// same.
func (s *Settings) Find() error {
	if s.Name == "" {
		s.Name = nameFor(s.Path)
	}
	if s.Dir != "" {
		return nil
	}
	base := "/run/tasuki"
	if uid := os.Geteuid(); uid != 0 {
		home, err := homeOf(uid)
		if err != nil {
			return err
		}
		base = filepath.Join(home, ".local", "state", "tasuki")
	}
	s.Dir = filepath.Join(base, s.Name)
	return nil
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9]+`)

// nameFor is the name of a set that has none: its directory's, and a number that tells
// two of the same name apart.
func nameFor(path string) string {
	sum := sha256.Sum256([]byte(path))
	base := strings.Trim(notInNames.ReplaceAllString(filepath.Base(filepath.Dir(path)), "-"), "-")
	return strings.TrimPrefix(base[:min(len(base), 24)]+"-"+hex.EncodeToString(sum[:4]), "-")
}

// homeOf is the home that the list of users has. HOME may be another's under sudo, and
// is missing here and there.
func homeOf(uid int) (string, error) {
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil || !filepath.IsAbs(u.HomeDir) {
		return "", fmt.Errorf("user %d has no home directory in the list of users (hint: name a directory of this user with --dir, or dir in %s)", uid, FileName)
	}
	return u.HomeDir, nil
}
