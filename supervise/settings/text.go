package settings

import (
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/supervise"
)

var names = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

func nameOf(to func(*Settings) *string) setter {
	return scalarSetter(to, func(text string) (string, error) {
		if !names.MatchString(text) {
			return "", bad("up to 40 letters, digits, dots, dashes", "%q is no name", text)
		}
		return text, nil
	})
}

// place is a path; a relative one begins where the file is, or where the flag was typed.
func place(to func(*Settings) *string) setter {
	return func(s *Settings, v value, dir string) error {
		text, err := v.one()
		switch {
		case err != nil:
			return err
		case text == "":
			return bad("write a path, or leave the key out; is a variable of the shell not set?", "it is empty")
		case strings.ContainsRune(text, 0):
			return bad("write a path", "it has a zero byte in it")
		case strings.HasPrefix(text, "~"):
			return bad("write the whole path: which ~ is meant depends on who starts it", "%q begins with ~", text)
		}
		*to(s) = absolute(dir, text)
		return nil
	}
}

// absolute is a path that may begin in dir.
func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

func setKind(s *Settings, v value, dir string) error {
	return scalarSetter(func(s *Settings) *supervise.Kind { return &s.Worker.Kind }, func(text string) (supervise.Kind, error) {
		kind := supervise.Kind(strings.ReplaceAll(text, "-", "_"))
		if !slices.Contains([]supervise.Kind{supervise.Tasuki, supervise.Sidekiq, supervise.DelayedJob, supervise.Other}, kind) {
			return "", bad("tasuki, sidekiq, delayed_job and other are known", "there is no kind %q", text)
		}
		return kind, nil
	})(s, v, dir)
}

func setReady(s *Settings, v value, _ string) error {
	text, err := v.one()
	if err != nil {
		return err
	}
	if text == "notify" {
		s.Worker.Ready = supervise.Ready{Notify: true}
		return nil
	}
	d, err := parseSpan(text)
	if err != nil {
		return bad("write notify, or for how long a worker has lived when it counts as ready, such as 5s", "%q is neither notify nor a time", text)
	}
	s.Worker.Ready = supervise.Ready{Alive: d}
	return nil
}

// setStore keeps the URL; the path of an embedded one begins where a path does.
func setStore(s *Settings, v value, dir string) error {
	text, err := v.one()
	if err != nil {
		return err
	}
	if text == "" {
		return bad("write a URL, or leave the key out", "it is empty")
	}
	scheme, path, found := strings.Cut(text, ":")
	if !found || strings.ContainsAny(scheme, `/\.`) {
		scheme, path = "sqlite", text
	}
	if scheme == "sqlite" {
		text = "sqlite:" + absolute(dir, path)
	} else if _, err := url.Parse(text); err != nil {
		return bad("it looks like sqlite:PATH or postgres://USER@HOST/DATABASE", "it is no URL")
	}
	s.Store = text
	return nil
}
