package source_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/source"
)

type csvSource = source.Of[source.Offset, source.Record]

func table(path string) source.CSVFile { return source.CSVFile{File: source.File{Path: path}} }

const addresses = "id,name,note\n" +
	"1,Ann,\"two\nlines, \"\"quoted\"\"\"\n" +
	"\n" +
	"2,Bob,\r\n" +
	"3,\"Cé, A\",x\n" +
	"4,Dee,last"

func TestCSVRecordsAreResumedBehindAnyRecord(t *testing.T) {
	for name, content := range map[string]string{
		"plain": addresses, "with a mark": "\xef\xbb\xbf" + addresses,
		"long": "id,name,note\n" + strings.Repeat("5,\"Eve\n\",y\n", 200),
	} {
		t.Run(name, func(t *testing.T) {
			f := table(written(t, content))
			want := 4
			if name == "long" {
				want = 200
			}
			resumes(t, func() csvSource { return source.CSV(f) }, want)
		})
	}
}

func TestACSVFileOfManyChunksIsResumed(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,text\n")
	for i := range 8000 {
		fmt.Fprintf(&b, "%d,\"%s\n%d\"\n", i, strings.Repeat("é", i%50), i)
	}
	f := table(written(t, b.String()))
	for _, k := range []int{1, 4000, 7999} {
		_, cursor := taken(t, source.CSV(f), "", k)
		n := k
		for r, err := range source.CSV(f).After(t.Context(), offset(t, cursor)) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Value.Get("id") != fmt.Sprint(n) || r.At.Line != int64(2*n+3) {
				t.Fatalf("record %d is %v, which ends on line %d", n, r.Value.Fields, r.At.Line)
			}
			n++
		}
		if n != 8000 {
			t.Errorf("behind %d the last is %d", k, n)
		}
	}
}

func TestARecordGivesItsFieldsByColumn(t *testing.T) {
	var r source.Record
	for item, err := range source.CSV(table(written(t, addresses))).After(t.Context(), source.Offset{}) {
		if err != nil {
			t.Fatal(err)
		}
		r = item.Value
		break
	}
	if r.Get("name") != "Ann" || r.Get("note") != "two\nlines, \"quoted\"" || r.Get("none") != "" {
		t.Errorf("record %q", r)
	}
}

func TestTheHeaderIsThereAfterResuming(t *testing.T) {
	f := table(written(t, addresses))
	_, cursor := taken(t, source.CSV(f), "", 2)
	for item, err := range source.CSV(f).After(t.Context(), offset(t, cursor)) {
		if err != nil || item.Value.Get("name") != "Cé, A" {
			t.Errorf("record %v, error %v", item.Value, err)
		}
		return
	}
}

func TestACSVFileWithoutHeaderBeginsAtItsFirstRecord(t *testing.T) {
	f := table(written(t, "1;a\n2;b\n3;c\n"))
	f.NoHeader, f.Comma = true, ';'
	resumes(t, func() csvSource { return source.CSV(f) }, 3)
}

func TestARecordWithTooFewFieldsIsAnErrorWithItsLineAlsoAfterResuming(t *testing.T) {
	for _, noHeader := range []bool{false, true} {
		f := table(written(t, "a,b\n1,2\n3,4\n5\n6,7\n"))
		f.NoHeader = noHeader
		_, cursor := taken(t, source.CSV(f), "", 2)
		fails(t, source.CSV(f), cursor, "line 4", "wrong number of fields")
		f.Ragged = true
		if got, _ := taken(t, source.CSV(f), cursor, -1); len(got) < 2 {
			t.Errorf("ragged: %v", got)
		}
	}
}

func TestAWrongQuoteIsAnErrorWithItsLine(t *testing.T) {
	f := table(written(t, "a,b\n1,2\n3,\"x\"y\n"))
	_, cursor := taken(t, source.CSV(f), "", 1)
	fails(t, source.CSV(f), cursor, "line 3")
}

func TestAQuoteThatIsNotClosedDoesNotFillMemory(t *testing.T) {
	f := table(written(t, "a,b\n1,2\n3,\"x\n"))
	if err := os.Truncate(f.Path, 1<<40); err != nil {
		t.Fatal(err)
	}
	fails(t, source.CSV(f), "", "the record from line 3, byte 8", "quote", "hint")
}

func TestAColumnThatIsNeededAndNotThereIsNamed(t *testing.T) {
	f := table(written(t, addresses))
	f.Need = []string{"id", "email"}
	fails(t, source.CSV(f), "", `"email"`, "name")
	empty := table(written(t, ""))
	empty.Need = []string{"id"}
	fails(t, source.CSV(empty), "", "no header")
}

func TestAnEmptyCSVFileHasNoRecords(t *testing.T) {
	for _, content := range []string{"", "a,b", "a,b\n", "a,b\n\n\n"} {
		if got, _ := taken(t, source.CSV(table(written(t, content))), "", -1); len(got) != 0 {
			t.Errorf("records %v", got)
		}
	}
}

func TestAGrowingCSVFileLeavesItsUnfinishedRecordForLater(t *testing.T) {
	for _, cut := range []string{"2,Bo", "2,\"Bo\nb, ", "2,\"Bo\n"} {
		f := table(written(t, "id,name\n1,Ann\n"+cut))
		f.Growing = true
		got, cursor := taken(t, source.CSV(f), "", -1)
		if len(got) != 1 {
			t.Fatalf("%q: records %v", cut, got)
		}
		rest := "b\n"
		if strings.Contains(cut, "\"") {
			rest = "b\"\n"
		}
		appendTo(t, f.Path, rest)
		if got, _ = taken(t, source.CSV(f), cursor, -1); len(got) != 1 {
			t.Errorf("%q: records %v behind it", cut, got)
		}
	}
}

func TestACSVFileThatWasReplacedOrTruncatedIsChanged(t *testing.T) {
	f := table(written(t, addresses))
	_, cursor := taken(t, source.CSV(f), "", 2)
	rewrite(t, f.Path, strings.Replace(addresses, "Ann", "Amy", 1))
	failsChanged(t, source.CSV(f), cursor, f.Path)
	rewrite(t, f.Path, addresses[:20])
	failsChanged(t, source.CSV(f), cursor, f.Path)
	rewrite(t, f.Path, "")
	failsChanged(t, source.CSV(f), cursor, f.Path)
}

func TestACSVFileThatIsTruncatedWhileItIsReadIsNotDone(t *testing.T) {
	f := table(written(t, "a,b\n"+strings.Repeat("1,2\n", 50_000)))
	n := 0
	var failed error
	for _, err := range source.CSV(f).After(t.Context(), source.Offset{}) {
		if n++; n == 10 {
			rewrite(t, f.Path, "")
		}
		failed = err
	}
	if !errors.Is(failed, source.ErrChanged) {
		t.Errorf("%d records, error %v", n, failed)
	}
}

func TestRecordsChangedBehindTheCursorAreReadAsTheyAre(t *testing.T) {
	f := table(written(t, addresses))
	_, cursor := taken(t, source.CSV(f), "", 2)
	rewrite(t, f.Path, strings.Replace(addresses, "4,Dee,last", "5,Eve,new\n6,Fay,new", 1))
	if got, _ := taken(t, source.CSV(f), cursor, -1); len(got) != 3 {
		t.Errorf("records %v", got)
	}
}

func TestCountedRecordsAreTheTotal(t *testing.T) {
	f := table(written(t, addresses))
	f.Count = true
	if n, err := source.CSV(f).Total(t.Context()); n != 4 || err != nil {
		t.Errorf("total %d, %v", n, err)
	}
}
