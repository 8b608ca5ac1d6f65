package cron

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// names are texts that stand for others.
var names = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
	"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}

const fieldsHint = "(hint: minute, hour, day of month, month and day of week, then a zone if not UTC)"

// parse reads the words of a text.
func parse(words []string, zone string) (Spec, error) {
	if len(words) == 0 {
		return Spec{}, errors.New("it is empty " + fieldsHint)
	}
	if words[0] == "@every" {
		return parseEvery(words[1:], zone)
	}
	if last := words[len(words)-1]; (len(words) > 5 || len(words) == 2) && isZone(last) {
		if zone != "" && zone != last {
			return Spec{}, fmt.Errorf("it names the zone %s, and the option %s", last, zone)
		}
		zone, words = last, words[:len(words)-1]
	}
	loc, err := loadZone(zone)
	if err != nil {
		return Spec{}, err
	}
	s := Spec{text: strings.Join(words, " "), zone: loc}
	if word := words[0]; word[0] == '@' {
		text, ok := names[word]
		if !ok || len(words) > 1 {
			return Spec{}, errors.New("no such name (hint: @yearly, @monthly, @weekly, @daily, @hourly or @every and a duration)")
		}
		words = strings.Fields(text)
	}
	if err := s.read(words); err != nil {
		return Spec{}, err
	}
	return s, nil
}

// read reads the fields and sees that they have a moment together.
func (s *Spec) read(words []string) error {
	if len(words) == 5 {
		words = append([]string{"0"}, words...)
	}
	if len(words) != len(fields) {
		return fmt.Errorf("it has %d fields %s", len(words), fieldsHint)
	}
	plain := make([]string, len(words))
	for i, word := range words {
		var err error
		if plain[i], err = fields[i].read(word); err != nil {
			return fmt.Errorf("%s %q: %w", fields[i].name, word, err)
		}
	}
	s.wall, s.hours = strings.Join(plain, " "), plain[2] == "*" || plain[2] == "*/1" || plain[2] == "0-23"
	if _, ok := s.nextWall(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)); !ok {
		return errors.New("there is no such day")
	}
	return nil
}

func parseEvery(words []string, zone string) (Spec, error) {
	if len(words) != 1 {
		return Spec{}, errors.New("@every takes one duration (hint: @every 10m)")
	}
	d, err := time.ParseDuration(words[0])
	switch {
	case err != nil:
		return Spec{}, fmt.Errorf("@every %q: no duration (hint: 90s, 10m, 1h30m)", words[0])
	case zone != "":
		return Spec{}, errors.New("@every has no zone: it counts from 1970, UTC")
	case d < time.Second || d%time.Second != 0:
		return Spec{}, fmt.Errorf("@every %v: it must be whole seconds, 1 at least", d)
	}
	return Spec{text: "@every " + words[0], every: d}, nil
}

// isZone says whether the last word is a zone and not a day of the week.
func isZone(word string) bool {
	first := word[0] | 0x20
	if first < 'a' || first > 'z' {
		return false
	}
	_, err := fields[5].read(word)
	return err != nil
}

func loadZone(name string) (*time.Location, error) {
	switch name {
	case "", "UTC":
		return time.UTC, nil
	case "Local":
		return nil, errors.New(`the zone "Local" is another on each machine (hint: name it, such as Europe/Berlin)`)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("zone %q: %w (hint: zones are named as Europe/Berlin is; if this machine has no time zone database, import _ \"time/tzdata\")", name, err)
	}
	return loc, nil
}
