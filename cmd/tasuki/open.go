package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

// A backend is one store that the command can reach, not opened yet.
type backend interface {
	// open opens the store. A missing one is made only if make is set;
	// otherwise nothing is written.
	open(ctx context.Context, make bool) (*openStore, error)
	// migrate brings the schema up to date, or only says what is missing. nil: there
	// is none to be made.
	migrate(ctx context.Context, dryRun bool) ([]step, error)
}

// An openStore is a store and how to close it.
type openStore struct {
	store.Store
	close func() error
}

// A step is one migration of any store.
type step struct {
	Version int    `json:"version"`
	Name    string `json:"name"`
	SQL     string `json:"sql"`
}

const storeHint = "give --store URL or set TASUKI_STORE; known are sqlite:PATH, a path that ends in .db, .sqlite or .sqlite3, postgres://USER:PASSWORD@HOST/DATABASE, and redis://USER:PASSWORD@HOST:6379/0"

// backendOf is the one place that knows which URL means which store.
func backendOf(url string) (backend, error) {
	scheme, rest, err := splitURL(url)
	if err != nil {
		return nil, wrong("opening the store", storeHint, "%w", err)
	}
	switch scheme {
	case "sqlite":
		path, err := pathOf(rest)
		if err != nil {
			return nil, wrong("opening the store", storeHint, "%q: %w", url, err)
		}
		return sqliteFile(path), nil
	case "postgres", "postgresql":
		p, err := postgresOf(url)
		if err != nil {
			return nil, wrong("opening the store", storeHint, "%w", err)
		}
		return p, nil
	case "redis", "rediss", "unix":
		return redisServer(url), nil
	}
	return nil, wrong("opening the store", storeHint, "no store is known by the name %q", scheme)
}

// splitURL takes the scheme off a URL; a bare path is known by its ending.
func splitURL(url string) (scheme, rest string, err error) {
	if url == "" {
		return "", "", errors.New("nothing says where it is")
	}
	scheme, rest, found := strings.Cut(url, ":")
	if found && !strings.ContainsAny(scheme, `/\.`) {
		return scheme, rest, nil
	}
	if slices.Contains([]string{".db", ".sqlite", ".sqlite3"}, filepath.Ext(url)) {
		return "sqlite", url, nil
	}
	return "", "", fmt.Errorf("%q is neither a URL nor a path with a known ending", url)
}

// pathOf is the path of a URL behind its scheme: "a.db", "/a.db" or "///a.db".
func pathOf(rest string) (string, error) {
	path, authority := strings.CutPrefix(rest, "//")
	switch {
	case path == "":
		return "", errors.New("the path is missing")
	case authority && path[0] != '/':
		return "", errors.New("two slashes would name a host; use one colon and the path, or three slashes and an absolute path")
	}
	return path, nil
}

// shown is a URL as it may be shown to whoever looks over a shoulder: without its
// passwords.
func shown(storeURL string) string {
	u, err := url.Parse(storeURL)
	if err != nil {
		return storeURL
	}
	_, secret := u.User.Password()
	query := u.Query()
	for name := range query {
		if strings.Contains(name, "password") {
			query.Set(name, "xxxxx")
			u.RawQuery, secret = query.Encode(), true
		}
	}
	if secret {
		return u.Redacted()
	}
	return storeURL
}

// open opens the caller's store.
func (c *caller) open(make bool) (*openStore, error) {
	b, err := backendOf(c.store)
	if err != nil {
		return nil, err
	}
	return b.open(c.ctx, make)
}

// cannot says that a store lacks what a command is for.
func cannot(st *openStore, what string) error {
	name := st.Features().Name
	return &fault{doing: "opening the store", why: fmt.Errorf("%s keeps no %s: %w", name, what, store.ErrUnsupported), code: exitFailed,
		hint: "the docs of each store say what it can"}
}
