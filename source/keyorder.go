package source

import (
	"bytes"
	"cmp"
	"strings"
	"time"
)

// compareKeysets answers +1 if a comes behind b. Only the database knows the order
// of texts and of values of different types: where it depends on one, a counts as
// being behind.
func compareKeysets(a, b Keyset) int {
	for i := range min(len(a), len(b)) {
		d, known := compareValues(a[i].Value, b[i].Value)
		switch {
		case !known:
			return 1
		case d != 0 && strings.HasSuffix(a[i].Term, descending):
			return -d
		case d != 0:
			return d
		}
	}
	return 0
}

// sameKeyset says whether two rows have the same keys.
func sameKeyset(a, b Keyset) bool {
	return len(a) == len(b) && compareKeysets(a, b) == 0
}

// compareValues is the order of two values, if it is the same in each database.
func compareValues(a, b any) (order int, known bool) {
	switch a := a.(type) {
	case string:
		b, same := b.(string)
		return 0, same && a == b
	case []byte:
		if b, same := b.([]byte); same {
			return bytes.Compare(a, b), true
		}
	case time.Time:
		if b, same := b.(time.Time); same {
			return a.Compare(b), true
		}
	case float64:
		if b, same := b.(float64); same {
			return cmp.Compare(a, b), true
		}
	case int64:
		if b, same := b.(int64); same {
			return cmp.Compare(a, b), true
		}
	case uint64:
		if b, same := b.(uint64); same {
			return cmp.Compare(a, b), true
		}
	case bool:
		if b, same := b.(bool); same {
			return cmp.Compare(number(a), number(b)), true
		}
	}
	return 0, false
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
