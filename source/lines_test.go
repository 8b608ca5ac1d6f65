package source_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/source"
)

// written is a fresh file with this content.
func written(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "input")
	rewrite(t, path, content)
	return path
}

func rewrite(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func appendTo(t testing.TB, path, content string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString(content)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func lines(path string) tasuki.Source[source.Offset, source.Line] {
	return source.Lines(source.File{Path: path})
}

// manyLines are n lines of different lengths, more than one chunk of a reader for a
// few thousand.
func manyLines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d %s\n", i, strings.Repeat("x", i*7%300))
	}
	return b.String()
}

func TestLinesAreResumedBehindAnyLine(t *testing.T) {
	path := written(t, manyLines(60))
	resumes(t, func() tasuki.Source[source.Offset, source.Line] { return lines(path) }, 60)
}

func TestLinesOfManyChunksAreResumedBehindAnyLine(t *testing.T) {
	content := manyLines(5000)
	path := written(t, content)
	all := strings.Split(strings.TrimSuffix(content, "\n"), "\n")
	for _, k := range []int{1, 2, 999, 2500, 4998, 4999, 5000} {
		_, cursor := taken(t, lines(path), "", k)
		got, end := taken(t, lines(path), cursor, -1)
		if len(got) != len(all)-k {
			t.Errorf("behind line %d come %d lines, want %d", k, len(got), len(all)-k)
		}
		if k < 5000 && got[0] != show(all[k]) {
			t.Errorf("behind line %d comes %s", k, got[0])
		}
		if !strings.Contains(end, `"line":5000,`) {
			t.Errorf("last cursor %s", end)
		}
	}
}

func TestLinesEndInLFOrCRLFAndTheLastNeedsNoEnd(t *testing.T) {
	path := written(t, "\xef\xbb\xbfone\r\n\r\n\nfour\rstill\nfive")
	got, _ := taken(t, lines(path), "", -1)
	wantItems(t, got, "one", "", "", "four\rstill", "five")
	resumes(t, func() tasuki.Source[source.Offset, source.Line] { return lines(path) }, 5)
}

func TestAnEmptyFileHasNoLines(t *testing.T) {
	for _, content := range []string{"", "\xef\xbb\xbf"} {
		if got, _ := taken(t, lines(written(t, content)), "", -1); len(got) != 0 {
			t.Errorf("lines %v", got)
		}
	}
}

func TestBytesThatAreNotUTF8ComeAsTheyAre(t *testing.T) {
	path := written(t, "a\xff\xfe\x00b\nc\n")
	var got []string
	for l, err := range lines(path).After(t.Context(), source.Offset{}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, l.Value)
	}
	if len(got) != 2 || got[0] != "a\xff\xfe\x00b" {
		t.Errorf("lines %q", got)
	}
	resumes(t, func() tasuki.Source[source.Offset, source.Line] { return lines(path) }, 2)
}

func TestALineOfMaxLineBytesIsReadAndALongerOneIsAClearError(t *testing.T) {
	path := written(t, "a\n"+strings.Repeat("b", 100)+"\r\nc\n")
	got, cursor := taken(t, source.Lines(source.File{Path: path, MaxLine: 100}), "", -1)
	if len(got) != 3 || !strings.Contains(cursor, `"line":3`) {
		t.Errorf("%d lines to %s", len(got), cursor)
	}
	fails(t, source.Lines(source.File{Path: path, MaxLine: 98}), "", "line 2, from byte 2", "more than 98 bytes", "hint")
}

func TestALineWithoutEndDoesNotFillMemory(t *testing.T) {
	path := written(t, "")
	if err := os.Truncate(path, 1<<40); err != nil { // a sparse file: one line of a TiB
		t.Fatal(err)
	}
	fails(t, lines(path), "", "more than 1048576 bytes")
}

func TestLinesAppendedBehindTheCursorAreDone(t *testing.T) {
	for _, n := range []int{1, 20, 2000} { // shorter and longer than the fingerprint
		path := written(t, manyLines(n))
		_, cursor := taken(t, lines(path), "", -1)
		appendTo(t, path, "new\n")
		got, _ := taken(t, lines(path), cursor, -1)
		wantItems(t, got, "new")
	}
}

func TestATruncatedFileIsChanged(t *testing.T) {
	path := written(t, manyLines(50))
	_, cursor := taken(t, lines(path), "", 40)
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	failsChanged(t, lines(path), cursor, path, "100 bytes", "line 40", "truncated")
}

func TestARotatedFileIsChanged(t *testing.T) {
	header := strings.Repeat("# the same long header as each day\n", 60)
	path := written(t, header+manyLines(50))
	_, cursor := taken(t, lines(path), "", 80)
	rewrite(t, path, header+strings.ReplaceAll(manyLines(60), "line", "Line"))
	failsChanged(t, lines(path), cursor, path, "rotated")
	rewrite(t, path, "X"+strings.TrimPrefix(header, "#")+manyLines(50))
	failsChanged(t, lines(path), cursor, path, "rotated")
}

func TestAFileThatIsTruncatedWhileItIsReadIsNotDone(t *testing.T) {
	path := written(t, manyLines(2000))
	n := 0
	var failed error
	for _, err := range lines(path).After(t.Context(), source.Offset{}) {
		if n++; n == 10 {
			rewrite(t, path, "")
		}
		failed = err
	}
	if !errors.Is(failed, source.ErrChanged) {
		t.Errorf("%d lines, error %v", n, failed)
	}
}

func TestAGrowingFileLeavesItsUnfinishedLineForLater(t *testing.T) {
	path := written(t, "one\ntwo\nthr")
	src := source.Lines(source.File{Path: path, Growing: true})
	got, cursor := taken(t, src, "", -1)
	wantItems(t, got, "one", "two")
	appendTo(t, path, "ee\n")
	got, _ = taken(t, src, cursor, -1)
	wantItems(t, got, "three")
}

func TestAMissingFileADirectoryAPipeAndNoPathAreClearErrors(t *testing.T) {
	dir := t.TempDir()
	fails(t, lines(filepath.Join(dir, "none")), "", "none", "no such file")
	fails(t, lines(dir), "", dir, "is a directory")
	fails(t, lines(""), "", "File.Path")
	fails(t, lines("/dev/null"), "", "pipe or device")
	fails(t, source.Lines(source.File{Path: "x", MaxLine: -1}), "", "File.MaxLine")
}

func TestAPackedFileIsRefused(t *testing.T) {
	for magic, want := range map[string]string{"\x1f\x8b\x08\x00": "gzipped", "\x28\xb5\x2f\xfd": "zstd", "\xff\xfea\x00": "UTF-16"} {
		fails(t, lines(written(t, magic+"rest")), "", want, "hint")
	}
}

func TestCursorsOfNoPlaceInTheFileAreRefused(t *testing.T) {
	path := written(t, manyLines(5))
	for _, cursor := range []string{`{"byte":-1,"line":1,"print":""}`, `{"byte":3,"line":1,"print":"00"}`, `{"byte":0,"line":4,"print":""}`} {
		failsChanged(t, lines(path), cursor)
	}
}

// A slow file fails behind some bytes.
type slow struct {
	*strings.Reader
	left int
}

func (s *slow) Read(p []byte) (int, error) {
	if s.left <= 0 {
		return 0, errGone
	}
	n, err := s.Reader.Read(p[:min(len(p), 10)])
	s.left -= n
	return n, err
}

func (*slow) Close() error { return nil }

func TestAReaderThatFailsComesThroughWithItsLine(t *testing.T) {
	src := source.Lines(source.File{Path: "s3://bucket/key", Open: func(context.Context) (io.ReadSeekCloser, error) {
		return &slow{strings.NewReader(manyLines(50)), 1000}, nil
	}})
	if err := fails(t, src, "", "s3://bucket/key", "line "); !errors.Is(err, errGone) {
		t.Errorf("error %v", err)
	}
}

func TestAReaderOfTheUsersOwnIsResumed(t *testing.T) {
	resumes(t, func() tasuki.Source[source.Offset, source.Line] {
		return source.Lines(source.File{Path: "mine", Open: func(context.Context) (io.ReadSeekCloser, error) {
			return &slow{strings.NewReader(manyLines(30)), 1 << 30}, nil
		}})
	}, 30)
}

func TestCountedLinesAreTheTotal(t *testing.T) {
	path := written(t, "a\n\nc")
	if n, err := source.Lines(source.File{Path: path, Count: true}).Total(t.Context()); n != 3 || err != nil {
		t.Errorf("total %d, %v", n, err)
	}
	if lines(path).Total != nil {
		t.Error("there is a total that nobody asked for")
	}
}

type event struct {
	ID   int64
	Name string
}

func events(path string) source.Of[source.Offset, event] {
	return source.JSONLines[event](source.File{Path: path, Count: true})
}

func TestJSONLinesAreResumedBehindAnyLine(t *testing.T) {
	path := written(t, "{\"ID\":1,\"Name\":\"a\"}\n\n  \r\n{\"ID\":9007199254740993}\r\n{}")
	got, _ := taken(t, events(path), "", -1)
	wantItems(t, got, event{1, "a"}, event{9007199254740993, ""}, event{})
	resumes(t, func() source.Of[source.Offset, event] { return events(path) }, 3)
	if n, err := events(path).Total(t.Context()); n != 3 || err != nil {
		t.Errorf("total %d, %v", n, err)
	}
}

func TestALineThatDoesNotDecodeIsAnErrorWithItsNumber(t *testing.T) {
	for bad, want := range map[string]string{
		`{"ID":"x"}`: "string", `{"ID":1} {}`: "after top-level", `{"ID":`: "unexpected end", "{\"Name\":\"\xff\"}": "UTF-8",
	} {
		seen, _, err := take(t.Context(), events(written(t, "{}\n{}\n"+bad+"\n{}\n")), "", -1)
		if len(seen) != 2 || err == nil || !strings.Contains(err.Error(), "line 3") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %d items, error %v", bad, len(seen), err)
		}
	}
}
