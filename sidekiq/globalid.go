package sidekiq

import (
	"fmt"
	"net/url"
	"strings"
)

// A GlobalID names a record of a Rails application, as gid://shop/Order/7. Active Job
// finds the record before perform sees it; in Go it is for the handler to find. Reading
// JSON refuses what is none.
type GlobalID string

const gidScheme = "gid://"

// NewGlobalID names the record with this id of a model of an application: the name in
// GlobalID.app (Ruby allows no underscore in it), the class, the primary key as text.
func NewGlobalID(app, model, id string) GlobalID {
	return GlobalID(gidScheme + app + "/" + model + "/" + url.QueryEscape(id))
}

// App is the application's name; empty if g is no GlobalID.
func (g GlobalID) App() string { app, _, _ := g.parts(); return app }

// Model is the record's class, as Order or Admin::User; empty if g is no GlobalID.
func (g GlobalID) Model() string { _, model, _ := g.parts(); return model }

// ID is the record's primary key as text; empty if g is no GlobalID. The parts of a
// composite key have a slash between them.
func (g GlobalID) ID() string { _, _, id := g.parts(); return id }

func (g GlobalID) parts() (app, model, id string) {
	rest, ok := strings.CutPrefix(string(g), gidScheme)
	rest, _, _ = strings.Cut(rest, "?")
	app, rest, _ = strings.Cut(rest, "/")
	model, id, _ = strings.Cut(rest, "/")
	id, err := url.QueryUnescape(id)
	if !ok || err != nil || app == "" || strings.Contains(app, "_") || id == "" || !isConstant(model) || strings.ContainsFunc(string(g), foreignToURI) {
		return "", "", ""
	}
	return app, model, id
}

// foreignToURI says whether Ruby finds no URI where a letter stands: it would give
// perform nil for it.
func foreignToURI(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune("\"#<>[\\]^`{|}", r)
}

func (g GlobalID) check() error {
	if g.App() == "" {
		return fmt.Errorf("%.100q is no global id (hint: as in gid://shop/Order/7)", string(g))
	}
	return nil
}

// UnmarshalText reads one; it refuses what is none.
func (g *GlobalID) UnmarshalText(text []byte) error {
	*g = GlobalID(text)
	return g.check()
}

func appendGlobalID(dst []byte, g GlobalID) ([]byte, error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	dst, err := appendText(append(dst, `{"_aj_globalid":`...), string(g))
	return append(dst, '}'), err
}
