package source

import (
	"bytes"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"io"
	"slices"
)

// A tape reads a file from an offset on and keeps what lies just before it, so that
// it can say at each place what the place looks like.
type tape struct {
	r     io.Reader
	limit int    // bytes that one record may have
	head  []byte // the file's first bytes, as far as they were read
	buf   []byte
	base  int64 // offset of buf[0]
	pos   int64 // end of the last record
	ahead int64 // what Read has given out; at least pos
	line  int64 // lines before pos
	eof   bool
}

const (
	headLen = 1024
	tailLen = 256
	chunk   = 64 << 10
)

var (
	errTooLong = errors.New("too long")
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// fill reads on. What lies further before pos than a fingerprint needs is dropped.
func (t *tape) fill() error {
	if t.eof {
		return io.EOF
	}
	if old := t.pos - tailLen - t.base; old > chunk {
		t.buf = t.buf[:copy(t.buf, t.buf[old:])]
		t.base += old
	}
	have := len(t.buf)
	t.buf = slices.Grow(t.buf, chunk)
	n, err := t.r.Read(t.buf[have : have+chunk])
	t.buf = t.buf[:have+n]
	if at := t.base + int64(have); at == int64(len(t.head)) && at < headLen {
		t.head = append(t.head, t.buf[have:min(have+n, have+headLen-len(t.head))]...)
	}
	if err == io.EOF {
		t.eof = true
		if n > 0 {
			err = nil
		}
	}
	return err
}

// rest is what was read behind pos.
func (t *tape) rest() []byte { return t.buf[t.pos-t.base:] }

// next is the next line with its end, valid until the next call; io.EOF behind the
// last one.
func (t *tape) next() ([]byte, error) {
	for seen := 0; ; {
		rest := t.rest()
		if i := bytes.IndexByte(rest[seen:], '\n'); i >= 0 {
			rest = rest[:seen+i+1]
			return rest, t.fits(rest)
		}
		seen = len(rest)
		if err := t.fits(rest); err != nil {
			return nil, err
		}
		switch err := t.fill(); {
		case err == io.EOF && seen > 0:
			return rest, nil
		case err != nil:
			return nil, err
		}
	}
}

func (t *tape) fits(record []byte) error {
	if len(record) > t.limit+len("\r\n") {
		return errTooLong
	}
	return nil
}

// Read gives out what lies ahead, for a parser that says later how far it got.
func (t *tape) Read(p []byte) (int, error) {
	if t.ahead-t.pos > int64(t.limit+2*parserBuffer) {
		return 0, errTooLong
	}
	if t.ahead == t.base+int64(len(t.buf)) {
		if err := t.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, t.buf[t.ahead-t.base:])
	t.ahead += int64(n)
	return n, nil
}

const parserBuffer = 4096

// advance ends a record at an offset; a last line without its end is a line.
func (t *tape) advance(to int64) {
	record := t.buf[t.pos-t.base : to-t.base]
	t.line += int64(bytes.Count(record, []byte{'\n'}))
	if !bytes.HasSuffix(record, []byte{'\n'}) {
		t.line++
	}
	t.pos, t.ahead = to, max(t.ahead, to)
}

// at is the cursor for pos.
func (t *tape) at() Offset {
	if t.pos == 0 {
		return Offset{}
	}
	return Offset{Byte: t.pos, Line: t.line, Print: fingerprint(
		t.head[:min(t.pos, headLen)],
		t.buf[max(t.pos-tailLen-t.base, 0):t.pos-t.base])}
}

// fingerprint is what tells a file from another that came in its place: its first
// bytes, and those just before a place.
func fingerprint(head, tail []byte) string {
	sum := crc32.New(castagnoli)
	sum.Write(head)
	b := sum.Sum(make([]byte, 0, 2*crc32.Size))
	sum.Reset()
	sum.Write(tail)
	return hex.EncodeToString(sum.Sum(b))
}
