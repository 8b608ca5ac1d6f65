package sqlstore

import (
	"testing"
	"testing/fstest"
)

func TestAStatementHasNoCommentsAndNoEndMark(t *testing.T) {
	files := fstest.MapFS{"queries/one.sql": {Data: []byte("-- in: a\n\nSELECT 1\n  -- and\n  FROM t;\n")}}
	if got := Statement(files, "one"); got != "SELECT 1\nFROM t" {
		t.Errorf("%q", got)
	}
}

func TestOnlyThoseOptionalLinesStayThatHold(t *testing.T) {
	const sql = "SELECT 1 WHERE true\n/* ids */ AND a\n/* tags */ AND b\nLIMIT 1 /* ids */"
	got := Choose(sql, func(name string) bool { return name == "tags" })
	if got != "SELECT 1 WHERE true\n/* tags */ AND b\nLIMIT 1 /* ids */" {
		t.Errorf("%q", got)
	}
}
