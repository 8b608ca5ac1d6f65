package wire

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrActiveJob is the error of an Active Job whose arguments cannot be read.
var ErrActiveJob = errors.New("bad Active Job")

// ActiveJob reads the args of a payload that Active Job wrote: one object that says
// which class shall run, and its arguments in Active Job's own coding. plain is
// these arguments as a JSON array without that coding, spelled as AppendRuby does;
// jobID may be empty. ok: it is one. err, ErrActiveJob or ErrJSON: it is one, but
// the arguments are no array, or nested deeper than 100, which Ruby does not read.
//
// Symbols, times, dates, modules and decimals become strings, durations their
// seconds, references to records (GlobalID) their gid:// text, ranges an object of
// begin, end and exclude_end, and hashes lose the keys that only Ruby needs.
// Objects of serializers that we do not know stay as they are.
func ActiveJob(argsRaw string) (class string, plain []byte, jobID string, ok bool, err error) {
	p, err := Parse(onlyElement(argsRaw))
	if err != nil {
		return "", nil, "", false, nil
	}
	class, found := p.String("job_class")
	if found != OK {
		return "", nil, "", false, nil
	}
	jobID, _ = p.String("job_id")
	plain, err = plainArguments(&p)
	return class, plain, jobID, true, err
}

// onlyElement is what an array has between its brackets; empty if it is none.
func onlyElement(array string) string {
	const space = " \t\r\n"
	inside, ok := strings.CutPrefix(strings.Trim(array, space), "[")
	if !ok {
		return ""
	}
	inside, ok = strings.CutSuffix(inside, "]")
	if !ok {
		return ""
	}
	return inside
}

func plainArguments(p *Payload) ([]byte, error) {
	raw := p.Value("arguments")
	switch raw.typed("[") {
	case Absent, Null: // none were given
		return []byte("[]"), nil
	case Other:
		return nil, fmt.Errorf("%w: arguments are no array", ErrActiveJob)
	}
	w := speller{src: string(raw), dst: make([]byte, 0, len(raw)), depth: rubyDepth, jobs: true}
	plain, err := w.all()
	if len(w.foreign) > 0 { // now that they are known, they can stay as they are
		w = speller{src: string(raw), dst: plain[:0], depth: rubyDepth, jobs: true, foreign: w.foreign}
		plain, err = w.all()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: arguments: %w", ErrActiveJob, err)
	}
	return plain, nil
}

// Keys that Active Job adds to objects.
const (
	globalID   = "_aj_globalid"
	serialized = "_aj_serialized"
	symbolKeys = "_aj_symbol_keys"
	keywords   = "_aj_ruby2_keywords"
	anyKeys    = "_aj_hash_with_indifferent_access"
)

// valued are the serializers whose value member says all.
var valued = map[string]bool{
	`"ActiveJob::Serializers::SymbolSerializer"`:       true,
	`"ActiveJob::Serializers::TimeSerializer"`:         true,
	`"ActiveJob::Serializers::DateSerializer"`:         true,
	`"ActiveJob::Serializers::DateTimeSerializer"`:     true,
	`"ActiveJob::Serializers::TimeWithZoneSerializer"`: true,
	`"ActiveJob::Serializers::DurationSerializer"`:     true, // in seconds; its parts are for calendars
	`"ActiveJob::Serializers::BigDecimalSerializer"`:   true,
	`"ActiveJob::Serializers::ModuleSerializer"`:       true,
}

const rangeSerializer = `"ActiveJob::Serializers::RangeSerializer"`

// plain makes a plain value of an object that is Active Job's.
func (w *speller) plain(o object) {
	members := w.members[o.base:]
	if !slices.ContainsFunc(members, func(m member) bool { return strings.HasPrefix(w.nameOf(m), "_aj_") }) {
		return
	}
	w.flush(o.end)
	if len(members) == 1 && w.nameOf(members[0]) == globalID && w.dst[members[0].value] == '"' {
		w.keep(o, members[0])
		return
	}
	by, ok := w.find(members, serialized)
	if !ok {
		w.drop(o, symbolKeys, keywords, anyKeys)
		return
	}
	w.unserialize(o, string(w.dst[by.value:by.end]))
}

// unserialize makes a plain value of what a serializer wrote.
func (w *speller) unserialize(o object, serializer string) {
	value, ok := w.find(w.members[o.base:], "value")
	switch {
	case valued[serializer] && ok:
		w.keep(o, value)
	case serializer == rangeSerializer:
		w.drop(o, serialized)
	default:
		if w.foreign == nil {
			w.foreign = map[int]bool{}
		}
		w.foreign[o.start] = true
	}
}

func (w *speller) find(members []member, name string) (member, bool) {
	for _, m := range members {
		if w.nameOf(m) == name {
			return m, true
		}
	}
	return member{}, false
}

// keep leaves of an object one member's value.
func (w *speller) keep(o object, m member) {
	w.dst = append(w.dst[:o.open], w.dst[m.value:m.end]...)
}

// drop takes members out of an object.
func (w *speller) drop(o object, names ...string) {
	all := w.dst
	w.dst = w.dst[:o.open+1]
	for _, m := range w.members[o.base:] {
		if slices.Contains(names, w.nameOf(m)) {
			continue
		}
		if len(w.dst) > o.open+1 {
			w.dst = append(w.dst, ',')
		}
		w.dst = append(w.dst, all[m.from:m.end]...)
	}
	w.dst = append(w.dst, '}')
}
