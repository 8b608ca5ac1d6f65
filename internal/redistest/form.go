package redistest

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

// A form is one of a page.
type form struct {
	action  string // empty: the page's own address
	hidden  url.Values
	boxes   url.Values // checkboxes, none of them ticked
	buttons map[string]string
}

var (
	formTag   = regexp.MustCompile(`(?is)<form\b([^>]*)>(.*?)</form>`)
	fieldTag  = regexp.MustCompile(`(?is)<(input|button)\b((?:[^>"']|"[^"]*"|'[^']*')*)>`)
	attribute = regexp.MustCompile(`(?is)([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')`)
)

func attributes(tag string) map[string]string {
	all := map[string]string{}
	for _, a := range attribute.FindAllStringSubmatch(tag, -1) {
		all[strings.ToLower(a[1])] = html.UnescapeString(a[2] + a[3])
	}
	return all
}

// forms are those of a page.
func forms(page string) []form {
	var all []form
	for _, found := range formTag.FindAllStringSubmatch(page, -1) {
		f := form{attributes(found[1])["action"], url.Values{}, url.Values{}, map[string]string{}}
		for _, field := range fieldTag.FindAllStringSubmatch(found[2], -1) {
			a := attributes(field[2])
			switch {
			case a["name"] == "":
			case a["type"] == "submit":
				f.buttons[a["name"]] = a["value"]
			case a["type"] == "checkbox":
				f.boxes.Add(a["name"], a["value"])
			default:
				f.hidden.Add(a["name"], a["value"])
			}
		}
		all = append(all, f)
	}
	return all
}

// about says whether a text is in the form's address or in one of its values.
func (f *form) about(text string) bool {
	if strings.Contains(f.action, text) {
		return true
	}
	for _, values := range []url.Values{f.hidden, f.boxes} {
		for name := range values {
			if len(having(values[name], text)) > 0 {
				return true
			}
		}
	}
	return false
}

func having(values []string, text string) []string {
	var those []string
	for _, v := range values {
		if strings.Contains(v, text) {
			those = append(those, v)
		}
	}
	return those
}

// filled is what is sent if a button is pressed, with those boxes ticked that have the
// text.
func (f *form) filled(button, text string) url.Values {
	sent := url.Values{button: {f.buttons[button]}}
	for name, values := range f.hidden {
		sent[name] = values
	}
	for name, values := range f.boxes {
		if those := having(values, text); len(those) > 0 {
			sent[name] = those
		}
	}
	return sent
}
