package doctor

import (
	"context"
	"reflect"
	"strings"
)

// JSONFields are the names of all fields that a JSON report may have.
func JSONFields(of func(any) reflect.Type) (all []string) {
	for _, v := range []any{jsonReport{}, jsonFinding{}, jsonSum{}, jsonFigure{}, jsonWorker{}, jsonNote{}} {
		t := of(v)
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			all = append(all, name)
		}
	}
	return all
}

// Looked says how many files are read, and how many folders listed, for the check of one file.
func Looked(ctx context.Context, file string) (r *Report, files, folders int, err error) {
	s, only, err := siteOf(file, Options{})
	if err != nil {
		return nil, 0, 0, err
	}
	r = &Report{}
	err = r.addSite(ctx, s, only)
	files, folders = s.repo.Looked()
	return r, files, folders, err
}
