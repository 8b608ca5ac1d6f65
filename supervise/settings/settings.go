// Package settings reads what a configuration file and flags say of one set of workers. A
// mistake is named with its line and a way out.
package settings

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
)

// Settings are what a configuration file and flags say of one set of workers: what the
// supervisor has to know, and what those who start it and talk to it have to.
type Settings struct {
	supervise.Config

	Name string // of the set; part of the default of Dir
	Path string // the file, an absolute path, also where there is none
	Read bool   // there is one
	Log  string // where a supervisor without a terminal, and its workers, print; an absolute path

	// Grace is how long the platform lets a stop take before it kills everything. Default
	// 0: what TASUKI_GRACE or the platform says.
	Grace time.Duration

	// Store is the URL of the store that the workers work on, where their deaths are
	// made good. Default: none.
	Store string

	blank bool                // there is a file, or should be one, and nothing could be read of it
	sum   []byte              // of the file's content
	said  map[string][]string // the keys that were set, and the words they were set by
	flags map[string][]string // those of them that flags set
}

// Set sets a key by a flag. It goes before what the file says. A relative path begins in
// the working directory.
func (s *Settings) Set(key string, words ...string) error {
	k, ok := keys[key]
	if !ok {
		return fmt.Errorf("there is no key %s", key)
	}
	dir, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find the working directory: %w", err)
	}
	v := value{list: words, isList: true}
	if len(words) == 1 && key != "command" && key != "env" { // those are words already
		v = value{text: words[0]}
	}
	if k.path && len(words) == 1 && words[0] != "" && words[0][0] != '~' {
		words = []string{absolute(dir, words[0])}
	}
	if err := k.set(s, v, dir); err != nil {
		var bad *badValue
		if errors.As(err, &bad) {
			return &Mistake{Where: "--" + strings.ReplaceAll(key, "_", "-"), What: bad.what, Hint: bad.hint}
		}
		return err
	}
	s.said[key], s.flags[key] = words, words
	return nil
}

// Flags are the keys that flags set, with their words: what has to be set again for the
// same settings in another process.
func (s *Settings) Flags() map[string][]string { return s.flags }

// Sure says whether it is known where the supervisor of these settings is to be found: a file
// of which nothing could be read might have said so.
func (s *Settings) Sure() bool { return !s.blank || len(s.flags["dir"]) > 0 }

// Hash is a number for all that workers depend on: with the same one they do again what
// they did.
func (s *Settings) Hash() string {
	h := sha256.New()
	h.Write(s.sum)
	for _, name := range sortedKeys(s.flags) {
		if !slices.Contains([]string{"dir", "name", "directory", "store"}, name) { // they come by other ways, too
			fmt.Fprintf(h, "%s %q\n", name, s.flags[name])
		}
	}
	if len(s.Worker.Command) > 0 { // a new version of the program is another try
		file := program(s)
		fmt.Fprintf(h, "%q %q\n", s.Worker.Dir, file)
		if info, err := os.Stat(file); err == nil {
			fmt.Fprintf(h, "%d %d\n", info.Size(), info.ModTime().UnixNano())
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}
