package source

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A Path is the cursor of [Files]: a path below the root, with slashes. As JSON it
// comes back exactly, also if it is not UTF-8.
type Path string

// MarshalJSON writes a string, or an object if JSON cannot hold it as one.
func (p Path) MarshalJSON() ([]byte, error) { return marshalText(string(p)) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (p *Path) UnmarshalJSON(raw []byte) error {
	var v any
	err := json.Unmarshal(raw, &v)
	if err == nil && v != nil {
		v, err = unmarshalValue(raw)
	}
	if err != nil {
		return err
	}
	s, text := v.(string)
	if !text && v != nil {
		return fmt.Errorf("%.100s is no path", raw)
	}
	*p = Path(s)
	return nil
}

// comparePaths is the order of the walk: name by name, so that what is in a
// directory stays together ("a/b" comes before "a.txt").
func comparePaths(a, b Path) int {
	for {
		x, restA, moreA := strings.Cut(string(a), "/")
		y, restB, moreB := strings.Cut(string(b), "/")
		if d := strings.Compare(x, y); d != 0 {
			return d
		}
		switch {
		case !moreA && !moreB:
			return 0
		case !moreA:
			return -1
		case !moreB:
			return 1
		}
		a, b = Path(restA), Path(restB)
	}
}
