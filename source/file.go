package source

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// A File is what [Lines], [JSONLines] and [CSV] read. It is read forward, with a
// few bytes looked at again when a job is resumed, and kept open while items are
// done.
type File struct {
	Path string
	// Open opens what is no file of this machine, in place of Path, which is then
	// only its name in errors. A reader over ranges of an object store will do.
	Open func(context.Context) (io.ReadSeekCloser, error)
	// MaxLine is how many bytes a line, or a CSV record, may have. It bounds memory
	// where a line's end or a quote is missing. Default: 1 MiB.
	MaxLine int
	// Growing says that the file is still written to: a last line without its end is
	// then left for a later job. Default: it is a line.
	Growing bool
	// Count reads the whole file once per run to count its items, for the job's
	// progress.
	Count bool
}

// An Offset is the cursor of a file: the byte and the line behind the last item
// done, and a fingerprint of the file's first 1024 bytes and of the 256 before that
// byte.
//
// A file that is shorter than the cursor, or has another fingerprint, was truncated,
// rotated or written anew: [ErrChanged]. That is also looked at when its end is
// reached. What was appended, or changed behind the cursor, is read as it is; a
// change before the cursor and outside of the fingerprint is not noticed.
type Offset struct {
	Byte  int64  `json:"byte"`
	Line  int64  `json:"line"`
	Print string `json:"print"`
}

func compareOffsets(a, b Offset) int { return cmp.Compare(a.Byte, b.Byte) }

const defaultMaxLine = 1 << 20

func (f File) maxLine() int {
	if f.MaxLine > 0 {
		return f.MaxLine
	}
	return defaultMaxLine
}

func (f File) open(ctx context.Context) (io.ReadSeekCloser, error) {
	switch {
	case f.MaxLine < 0 || f.MaxLine > 1<<30:
		return nil, fmt.Errorf("File.MaxLine is %d, want 1 to 1 GiB", f.MaxLine)
	case f.Open != nil:
		return f.Open(ctx)
	case f.Path == "":
		return nil, errors.New("File.Path is missing")
	}
	// A pipe would be waited for, without end.
	info, err := os.Stat(f.Path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is a %s (hint: only files can be read from the middle; write it to one first)", f.Path, kindOf(info.Mode()))
	}
	return os.Open(f.Path)
}

func kindOf(m os.FileMode) string {
	if m.IsDir() {
		return "directory"
	}
	return "pipe or device"
}

// use opens the file for as long as do runs; errors name the file.
func (f File) use(ctx context.Context, do func(io.ReadSeeker) error) error {
	r, err := f.open(ctx)
	if err != nil {
		return fmt.Errorf("open file: %w", err)
	}
	defer r.Close()
	if err := do(r); err != nil {
		return fmt.Errorf("file %s: %w", f.Path, err)
	}
	return nil
}

// verify says whether r is the file that the cursor was taken from.
func verify(r io.ReadSeeker, c Offset) error {
	if c == (Offset{}) {
		return nil
	}
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if c.Byte < 0 || size < c.Byte {
		return fmt.Errorf("%w: it has %d bytes and line %d ended at byte %d (hint: it was truncated or rotated)", ErrChanged, size, c.Line, c.Byte)
	}
	head, err := span(r, 0, min(c.Byte, headLen))
	if err != nil {
		return err
	}
	tail, err := span(r, max(c.Byte-tailLen, 0), c.Byte)
	if err != nil {
		return err
	}
	if fingerprint(head, tail) != c.Print {
		return fmt.Errorf("%w: its content before byte %d, where line %d ended, is another (hint: it was rotated or written anew)", ErrChanged, c.Byte, c.Line)
	}
	return nil
}

func span(r io.ReadSeeker, from, to int64) ([]byte, error) {
	if _, err := r.Seek(from, io.SeekStart); err != nil {
		return nil, err
	}
	b := make([]byte, to-from)
	_, err := io.ReadFull(r, b)
	return b, err
}

// wind makes a tape that stands behind a cursor that was verified.
func (f File) wind(r io.ReadSeeker, c Offset) (*tape, error) {
	t := &tape{r: r, limit: f.maxLine()}
	if c.Byte > headLen {
		head, err := span(r, 0, headLen)
		if err != nil {
			return nil, err
		}
		t.head, t.base = head, c.Byte-tailLen
	}
	if _, err := r.Seek(t.base, io.SeekStart); err != nil {
		return nil, err
	}
	t.pos, t.ahead = t.base, t.base
	for t.base+int64(len(t.buf)) < c.Byte {
		if err := t.fill(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrChanged, err)
		}
	}
	if t.pos, t.ahead, t.line = c.Byte, c.Byte, c.Line; c.Byte > 0 {
		return t, nil
	}
	return t, t.begin()
}

// begin passes over a byte order mark and refuses what is no text.
func (t *tape) begin() error {
	for len(t.buf) < 6 {
		if err := t.fill(); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
	}
	for _, m := range unreadable {
		if bytes.HasPrefix(t.buf, []byte(m.magic)) {
			return errors.New(m.says)
		}
	}
	if bytes.HasPrefix(t.buf, []byte("\xef\xbb\xbf")) {
		t.pos, t.ahead = 3, 3
	}
	return nil
}

const unpack = "it cannot be read from the middle (hint: unpack it into a file first, in a Step)"

var unreadable = []struct{ magic, says string }{
	{"\x1f\x8b", "it is gzipped: " + unpack},
	{"\x28\xb5\x2f\xfd", "it is packed with zstd: " + unpack},
	{"\xfd7zXZ\x00", "it is packed with xz: " + unpack},
	{"\xff\xfe", "it is UTF-16 (hint: convert it to UTF-8 first)"},
	{"\xfe\xff", "it is UTF-16 (hint: convert it to UTF-8 first)"},
}
