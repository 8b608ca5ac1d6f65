package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/tasuki-jobs/tasuki"
)

// A Line is an item of [Lines]: the text without its end; At.Line is its number,
// from 1.
type Line = Item[Offset, string]

// Lines goes through the lines of a file, which end in LF or CRLF. The last one
// needs no end. Bytes that are not UTF-8 come as they are. A line over MaxLine fails
// the attempt.
//
// Cursor: [Offset], which says what a changed file does. Resuming seeks: it costs
// the same at each place.
func Lines(f File) tasuki.Source[Offset, Line] {
	return fileSource(f, func(raw []byte) (string, bool, error) { return string(trimEnd(raw)), true, nil },
		func([]byte) bool { return true })
}

// trimEnd is a line without its end.
func trimEnd(raw []byte) []byte {
	if line, ended := bytes.CutSuffix(raw, []byte{'\n'}); ended {
		return bytes.TrimSuffix(line, []byte{'\r'})
	}
	return raw
}

// fileSource makes an item of each line; decode answers false where it is none, and
// counts says so without decoding.
func fileSource[T any](f File, decode func(raw []byte) (T, bool, error), counts func(raw []byte) bool) Of[Offset, T] {
	src := items(Of[Offset, T]{
		Compare: compareOffsets,
		After: func(ctx context.Context, c Offset) iter.Seq2[Item[Offset, T], error] {
			return func(yield func(Item[Offset, T], error) bool) {
				err := f.lines(ctx, c, func(t *tape, raw []byte) (bool, error) {
					v, is, err := decode(raw)
					if err != nil || !is {
						return true, err
					}
					return yield(Item[Offset, T]{t.at(), v}, nil), nil
				})
				if err != nil {
					yield(Item[Offset, T]{}, err)
				}
			}
		},
	})
	if f.Count {
		src.Total = func(ctx context.Context) (int64, error) { return f.countLines(ctx, counts) }
	}
	return src
}

func (f File) countLines(ctx context.Context, counts func([]byte) bool) (n int64, err error) {
	err = f.lines(ctx, Offset{}, func(t *tape, raw []byte) (bool, error) {
		if counts(raw) {
			n++
		}
		if t.line%1000 == 0 {
			return true, ctx.Err()
		}
		return true, nil
	})
	return n, err
}

// lines reads the lines behind c until do does not want another.
func (f File) lines(ctx context.Context, c Offset, do func(t *tape, raw []byte) (bool, error)) error {
	return f.use(ctx, func(r io.ReadSeeker) error {
		if err := verify(r, c); err != nil {
			return err
		}
		t, err := f.wind(r, c)
		if err != nil {
			return err
		}
		for more := true; more && err == nil; {
			more, err = f.line(r, t, do)
		}
		return err
	})
}

// line reads one line; false: there is no other.
func (f File) line(r io.ReadSeeker, t *tape, do func(t *tape, raw []byte) (bool, error)) (bool, error) {
	raw, err := t.next()
	switch {
	case err == io.EOF, err == nil && f.Growing && !bytes.HasSuffix(raw, []byte{'\n'}):
		return false, verify(r, t.at()) // the end of a file that was truncated is none
	case errors.Is(err, errTooLong):
		err = fmt.Errorf("it has more than %d bytes (hint: raise MaxLine, or look whether the file is what it should be)", f.maxLine())
	case err == nil:
		t.advance(t.pos + int64(len(raw)))
		var more bool
		if more, err = do(t, raw); err == nil {
			return more, nil
		}
		return false, fmt.Errorf("line %d, which ends at byte %d: %w", t.line, t.pos, err)
	}
	return false, fmt.Errorf("line %d, from byte %d: %w", t.line+1, t.pos, err)
}
