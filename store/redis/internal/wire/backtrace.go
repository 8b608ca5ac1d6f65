package wire

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// ErrBacktrace is the error of a backtrace that cannot be read.
var ErrBacktrace = errors.New("bad backtrace")

// MaxBacktrace is how many bytes of JSON a backtrace may unfold to.
const MaxBacktrace = 1 << 20

// compressors are used again, since one takes most of a megabyte.
var compressors = sync.Pool{New: func() any { return zlib.NewWriter(nil) }}

// Backtrace packs lines as error_backtrace holds them: the base64 text of the
// compressed JSON array. What is not UTF-8 becomes U+FFFD.
func Backtrace(lines []string) string {
	list := []byte{'['}
	for k, line := range lines {
		if k > 0 {
			list = append(list, ',')
		}
		list = AppendString(list, line)
	}
	var packed bytes.Buffer
	c := compressors.Get().(*zlib.Writer)
	defer compressors.Put(c)
	c.Reset(&packed)
	c.Write(append(list, ']')) // a buffer takes everything
	c.Close()
	return base64.StdEncoding.EncodeToString(packed.Bytes())
}

// ReadBacktrace unpacks the lines of an error_backtrace, also of one with line
// breaks in its base64, as Sidekiq wrote them up to 7.2. It reads no further than
// MaxBacktrace. The error is ErrBacktrace.
func ReadBacktrace(packed string) ([]string, error) {
	packed = strings.TrimRight(packed, "=\r\n") // decoded without padding, it may lack
	z, err := zlib.NewReader(base64.NewDecoder(base64.RawStdEncoding, strings.NewReader(packed)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBacktrace, err)
	}
	defer z.Close()
	list, err := io.ReadAll(io.LimitReader(z, MaxBacktrace+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBacktrace, err)
	}
	if len(list) > MaxBacktrace {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrBacktrace, MaxBacktrace)
	}
	var lines []string
	if err := json.Unmarshal(list, &lines); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBacktrace, err)
	}
	return lines, nil
}
