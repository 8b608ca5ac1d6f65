package sqlstore

import (
	"fmt"
	"math"
	"strconv"

	"github.com/tasuki-jobs/tasuki/store"
)

// PageOf is the highest seq of a page of List, and how many jobs it has at most.
func PageOf(req *store.ListRequest) (upTo int64, limit int, err error) {
	limit = min(req.Limit, 1000)
	if limit <= 0 {
		limit = 100
	}
	if req.After == "" {
		return math.MaxInt64, limit, nil
	}
	n, err := strconv.ParseInt(req.After, 10, 64)
	if err != nil || n <= 0 {
		return 0, 0, fmt.Errorf("list: After is no page's Next: %w", store.ErrInvalid)
	}
	return n - 1, limit, nil
}

// NextOf is the Next of a page whose lowest seq is this one.
func NextOf(seq int64) string { return strconv.FormatInt(seq, 10) }
