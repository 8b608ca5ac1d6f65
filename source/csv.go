package source

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
)

// A CSVFile is what [CSV] reads. Its fields beside those of [File] mean what they
// mean in encoding/csv.
type CSVFile struct {
	File
	Comma   rune // default: ','
	Comment rune // lines that begin with it are no records; default: none
	// NoHeader says that the first record is one like the others. Default: it names
	// the columns.
	NoHeader bool
	// Need are columns that the header must have; a file without one fails before its
	// first record.
	Need []string
	// Ragged allows records of different lengths. Default: all have as many fields as
	// the first.
	Ragged           bool
	LazyQuotes       bool
	TrimLeadingSpace bool
}

// A Record is one record of a CSV file.
type Record struct {
	Header []string // names of the columns, shared by all records; nil with NoHeader
	Fields []string
}

// Get is the field in a column; "" if there is no such column or field.
func (r Record) Get(column string) string {
	if i := slices.Index(r.Header, column); i >= 0 && i < len(r.Fields) {
		return r.Fields[i]
	}
	return ""
}

// CSV goes through the records of a CSV file, as encoding/csv reads them: quoted
// fields may hold line ends, blank lines are passed over. A record that is no CSV
// fails the attempt with its line. At.Line is the last line of the record.
//
// Cursor: [Offset], which says what a changed file does. Resuming reads the header
// and seeks: it costs the same at each place. Packed files (gzip and the like) cannot
// be read from the middle and are refused.
func CSV(f CSVFile) Of[Offset, Record] {
	src := items(Of[Offset, Record]{
		Compare: compareOffsets,
		After: func(ctx context.Context, c Offset) iter.Seq2[Item[Offset, Record], error] {
			return func(yield func(Item[Offset, Record], error) bool) {
				err := f.records(ctx, c, func(t *tape, r Record) (bool, error) {
					return yield(Item[Offset, Record]{t.at(), r}, nil), nil
				})
				if err != nil {
					yield(Item[Offset, Record]{}, err)
				}
			}
		},
	})
	if f.Count {
		src.Total = f.count
	}
	return src
}

func (f CSVFile) count(ctx context.Context) (n int64, err error) {
	err = f.records(ctx, Offset{}, func(*tape, Record) (bool, error) {
		n++
		return true, ctx.Err()
	})
	return n, err
}

// records reads the records behind c until do does not want another.
func (f CSVFile) records(ctx context.Context, c Offset, do func(*tape, Record) (bool, error)) error {
	return f.use(ctx, func(r io.ReadSeeker) error {
		p, err := f.parser(r, c)
		for err == nil {
			var more bool
			if more, err = p.step(do); !more {
				break
			}
		}
		if err == io.EOF {
			return verify(r, p.tape.at()) // the end of a file that was truncated is none
		}
		return err
	})
}

// A parser reads the records of a CSV file from an offset on.
type parser struct {
	file   CSVFile
	tape   *tape
	csv    *csv.Reader
	from   Offset // where it began
	header []string
}

// parser reads the file's first record and stands behind c.
func (f CSVFile) parser(r io.ReadSeeker, c Offset) (*parser, error) {
	if err := verify(r, c); err != nil {
		return nil, err
	}
	p := &parser{file: f}
	if err := p.begin(r, Offset{}); err != nil || f.NoHeader && c == (Offset{}) {
		return p, err
	}
	first, err := p.read()
	if err == io.EOF && len(f.Need) > 0 {
		err = errors.New("it has no header")
	}
	if err == nil && !f.NoHeader {
		err = p.named(first)
	}
	if err != nil || c == (Offset{}) {
		return p, err
	}
	fields := p.csv.FieldsPerRecord
	if err := p.begin(r, c); err != nil {
		return p, err
	}
	p.csv.FieldsPerRecord = fields
	return p, nil
}

func (p *parser) begin(r io.ReadSeeker, c Offset) (err error) {
	if p.tape, err = p.file.wind(r, c); err != nil {
		return err
	}
	p.from = Offset{Byte: p.tape.pos, Line: p.tape.line}
	p.csv = csv.NewReader(p.tape)
	p.csv.Comment, p.csv.LazyQuotes, p.csv.TrimLeadingSpace = p.file.Comment, p.file.LazyQuotes, p.file.TrimLeadingSpace
	if p.file.Comma != 0 {
		p.csv.Comma = p.file.Comma
	}
	if p.file.Ragged {
		p.csv.FieldsPerRecord = -1
	}
	return nil
}

func (p *parser) named(header []string) error {
	for _, name := range p.file.Need {
		if !slices.Contains(header, name) {
			return fmt.Errorf("column %q is not in its header %.500q", name, header)
		}
	}
	p.header = header
	return nil
}

// step does one record.
func (p *parser) step(do func(*tape, Record) (bool, error)) (bool, error) {
	fields, err := p.read()
	if err != nil {
		return false, err
	}
	return do(p.tape, Record{p.header, fields})
}

// read is the next record; io.EOF behind the last.
func (p *parser) read() ([]string, error) {
	fields, err := p.csv.Read()
	end := p.from.Byte + p.csv.InputOffset()
	var bad *csv.ParseError
	switch {
	case err == io.EOF:
		return nil, err
	case p.file.Growing && p.unfinished(end, err):
		return nil, io.EOF
	case errors.Is(err, errTooLong):
		return nil, fmt.Errorf("the record from line %d, byte %d has more than %d bytes (hint: raise MaxLine, or look for a quote that is not closed)", p.tape.line+1, p.tape.pos, p.file.maxLine())
	case errors.As(err, &bad):
		return nil, fmt.Errorf("line %d, column %d: %w", p.from.Line+int64(bad.Line), bad.Column, bad.Err)
	case err != nil:
		return nil, fmt.Errorf("behind line %d: %w", p.tape.line, err)
	}
	p.tape.advance(end)
	return fields, nil
}

// unfinished says whether the file's writer is in the midst of this record.
func (p *parser) unfinished(end int64, err error) bool {
	t := p.tape
	last := t.eof && end == t.base+int64(len(t.buf))
	return last && (errors.Is(err, csv.ErrQuote) || end > 0 && t.buf[end-t.base-1] != '\n')
}
