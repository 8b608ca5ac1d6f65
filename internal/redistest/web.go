package redistest

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"net/url"
)

//go:embed ruby/web.rb
var webCode string

// A Web is Sidekiq::Web, as a browser with a session sees it.
type Web struct{ client *Client }

// A Page is what was answered.
type Page struct {
	Status   int
	Location string // where a redirect leads
	Body     string
}

// Web is Sidekiq::Web in this process.
func (c *Client) Web() *Web { return &Web{c} }

// Get asks for a page: "/busy", "/retries?page=2". A page that raises is a *RubyError.
func (w *Web) Get(ctx context.Context, path string) (*Page, error) {
	return w.ask(ctx, "GET", path, nil)
}

// Post sends a form, with the session's token. It does not look whether a page has it.
func (w *Web) Post(ctx context.Context, path string, fields url.Values) (*Page, error) {
	return w.ask(ctx, "POST", path, fields)
}

// Press asks for a page, ticks the boxes that have a text in their value, as a job's id,
// and presses the first button of a name ("quiet", "retry", "delete", "add_to_queue") whose
// form has the text in a field or in its address, as "all/retry". "" is in all. It answers
// what pressing does, not where that leads.
func (w *Web) Press(ctx context.Context, path, button, about string) (*Page, error) {
	page, err := w.Get(ctx, path)
	if err != nil {
		return nil, err
	}
	if page.Status != 200 {
		return nil, fmt.Errorf("page %s has status %d", path, page.Status)
	}
	for _, f := range forms(page.Body) {
		if _, has := f.buttons[button]; has && f.about(about) {
			return w.Post(ctx, cmp.Or(f.action, path), f.filled(button, about))
		}
	}
	return nil, fmt.Errorf("page %s has no button %q about %q", path, button, about)
}

func (w *Web) ask(ctx context.Context, method, path string, fields url.Values) (*Page, error) {
	c := w.client
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.web {
		if err := c.call(ctx, nil, webCode, nil); err != nil {
			return nil, fmt.Errorf("load Sidekiq::Web: %w", err)
		}
		c.web = true
	}
	var p Page
	err := c.call(ctx, &[]any{&p.Status, &p.Location, &p.Body}, "tasuki_page(*args)", []any{method, path, fields.Encode()})
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return &p, nil
}
