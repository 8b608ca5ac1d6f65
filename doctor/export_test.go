package doctor

import (
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
