package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// A Keyset is the cursor of [Table]: what the key columns of a row hold, in order.
// As JSON it comes back exactly: integers beyond 2^53, times to the nanosecond,
// bytes, floats to the last bit.
type Keyset []KeyValue

// A KeyValue is one column of a [Keyset].
type KeyValue struct {
	Term  string // the key as in ORDER BY: "id", "created_at desc"
	Value any    // int64, uint64, float64, string, []byte, time.Time or bool
}

// String is the keyset for people.
func (k Keyset) String() string {
	b, err := k.MarshalJSON()
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// MarshalJSON writes an object with a member per key.
func (k Keyset) MarshalJSON() ([]byte, error) {
	if k == nil {
		return []byte("null"), nil
	}
	out, err := append(make([]byte, 0, 64), '{'), error(nil)
	for i, v := range k {
		if i > 0 {
			out = append(out, ',')
		}
		if out, err = appendText(out, v.Term); err != nil {
			return nil, err
		}
		if out, err = appendValue(append(out, ':'), v.Value); err != nil {
			return nil, fmt.Errorf("key %s: %w", v.Term, err)
		}
	}
	return append(out, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (k *Keyset) UnmarshalJSON(raw []byte) error {
	*k = nil
	d := json.NewDecoder(bytes.NewReader(raw))
	start, err := d.Token()
	if err != nil || start == nil {
		return err
	}
	if start != json.Delim('{') {
		return fmt.Errorf("%.100s is no keyset", raw)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		v, err := unmarshalValue(value)
		if err != nil {
			return fmt.Errorf("key %v: %w", name, err)
		}
		*k = append(*k, KeyValue{name.(string), v})
	}
	_, err = d.Token()
	return err
}

func appendValue(out []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case string:
		return appendText(out, v)
	case int64:
		return strconv.AppendInt(out, v, 10), nil
	case uint64:
		return strconv.AppendUint(out, v, 10), nil
	case bool:
		return strconv.AppendBool(out, v), nil
	}
	t, err := tag(v)
	if err != nil {
		return out, err
	}
	b, err := json.Marshal(t)
	return append(out, b...), err
}

// tag is the form of a value that JSON does not have.
func tag(v any) (t tagged, err error) {
	switch v := v.(type) {
	case []byte:
		t.Bytes = &v
	case time.Time:
		s := v.Format(time.RFC3339Nano)
		t.Time = &s
	case float64:
		s := strconv.FormatFloat(v, 'g', -1, 64)
		t.Float = &s
	default:
		err = fmt.Errorf("a %T cannot be a key", v)
	}
	return t, err
}

func unmarshalValue(raw json.RawMessage) (any, error) {
	switch raw[0] {
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err
	case '{':
		var t tagged
		if err := json.Unmarshal(raw, &t); err != nil {
			return nil, err
		}
		return t.value()
	case 't', 'f':
		return raw[0] == 't', nil
	}
	s := string(raw)
	if n, err := strconv.ParseUint(s, 10, 64); err == nil && n > math.MaxInt64 {
		return n, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%.100s is no value of a key", s)
	}
	return n, nil
}

func (t tagged) value() (any, error) {
	switch {
	case t.Text != nil:
		return string(*t.Text), nil
	case t.Bytes != nil:
		return *t.Bytes, nil
	case t.Time != nil:
		return time.Parse(time.RFC3339Nano, *t.Time)
	case t.Float != nil:
		return strconv.ParseFloat(*t.Float, 64)
	}
	return nil, fmt.Errorf("an object that is no value of a key")
}
