package main

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store"
)

// fullPage is a page that has as many jobs as were asked for if there are so many. A
// store without an index answers what it saw so far, which may be nothing.
func fullPage(ctx context.Context, st store.Inspector, req store.ListRequest) (store.Page, error) {
	page, err := st.List(ctx, req)
	for err == nil && len(page.Jobs) < req.Limit && page.Next != "" {
		more := req
		more.After, more.Limit = page.Next, req.Limit-len(page.Jobs)
		var next store.Page
		next, err = st.List(ctx, more)
		page.Jobs, page.Next = append(page.Jobs, next.Jobs...), next.Next
	}
	return page, err
}
