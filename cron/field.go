package cron

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A field is one of the six and what may stand in it.
type field struct {
	name     string
	min, max int
	names    []string // for min, min+1, …
	special  func(f *field, item string) (string, bool, error)
}

var fields = [6]field{
	{name: "second", max: 59},
	{name: "minute", max: 59},
	{name: "hour", max: 23},
	{name: "day of month", min: 1, max: 31, special: dayOfMonth},
	{name: "month", min: 1, max: 12, names: strings.Fields("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC")},
	{name: "day of week", max: 7, names: strings.Fields("SUN MON TUE WED THU FRI SAT"), special: dayOfWeek},
}

// read checks a field and answers it with numbers for names.
func (f *field) read(word string) (string, error) {
	if word == "?" && f.special != nil {
		return "*", nil
	}
	items := strings.Split(strings.ToUpper(word), ",")
	for i, item := range items {
		if item == "*" && len(items) > 1 {
			return "", errors.New("* is all there is, the rest of the list adds nothing")
		}
		var err error
		if items[i], err = f.item(item); err != nil {
			return "", err
		}
	}
	return strings.Join(items, ","), nil
}

func (f *field) item(item string) (string, error) {
	if f.special != nil {
		if plain, ok, err := f.special(f, item); ok {
			return plain, err
		}
	}
	span, step, stepped := strings.Cut(item, "/")
	plain, err := f.span(span)
	if err != nil || !stepped {
		return plain, err
	}
	if span != "*" && !strings.Contains(span, "-") {
		return "", fmt.Errorf("a step needs a range (hint: %s-%d/%s)", plain, f.max, step)
	}
	n, err := number(step)
	if err != nil || n < 1 || n > f.max {
		return "", fmt.Errorf("the step must be from 1 to %d", f.max)
	}
	return plain + "/" + strconv.Itoa(n), nil
}

// span reads *, a number or a range.
func (f *field) span(text string) (string, error) {
	if text == "*" {
		return text, nil
	}
	from, to, ranged := strings.Cut(text, "-")
	first, err := f.value(from)
	if err != nil || !ranged {
		return strconv.Itoa(first), err
	}
	last, err := f.value(to)
	if f.max == 7 && to == "SUN" && first > 0 {
		last = 7
	}
	if err == nil && last < first {
		err = fmt.Errorf("the range ends before it begins (hint: %s-%d,%d-%s)", from, f.max, f.min, to)
	}
	return fmt.Sprintf("%d-%d", first, last), err
}

// value reads a number or a name.
func (f *field) value(text string) (int, error) {
	for i, name := range f.names {
		if text == name {
			return f.min + i, nil
		}
	}
	n, err := number(text)
	if err != nil || n < f.min || n > f.max {
		return 0, fmt.Errorf("%.20q is not from %d to %d", text, f.min, f.max)
	}
	return n, nil
}

// number reads one or two digits and nothing else.
func number(text string) (int, error) {
	if len(text) == 0 || len(text) > 2 || strings.Trim(text, "0123456789") != "" {
		return 0, errors.New("no number")
	}
	return strconv.Atoi(text)
}

// dayOfMonth reads L and 15W.
func dayOfMonth(f *field, item string) (string, bool, error) {
	if item == "L" {
		return item, true, nil
	}
	day, ok := strings.CutSuffix(item, "W")
	if !ok {
		return "", false, nil
	}
	n, err := f.value(day)
	return strconv.Itoa(n) + "W", true, err
}

// dayOfWeek reads FRI#2, FRI#L and 5L.
func dayOfWeek(f *field, item string) (string, bool, error) {
	day, nth, ok := strings.Cut(item, "#")
	if !ok {
		if day, ok = strings.CutSuffix(item, "L"); !ok || day == "" {
			return "", false, nil
		}
		nth = "L"
	}
	n, err := f.value(day)
	if err != nil {
		return "", true, err
	}
	if nth == "L" {
		return strconv.Itoa(n) + "L", true, nil
	}
	if i, err := number(nth); err != nil || i < 1 || i > 5 {
		return "", true, errors.New("the number after # must be from 1 to 5, or L")
	}
	return strconv.Itoa(n) + "#" + nth, true, nil
}
