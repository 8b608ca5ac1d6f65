package settings

import (
	"errors"
	"strings"
)

// setCommand takes the program's words, or splits a line into them.
func setCommand(s *Settings, v value, _ string) error {
	words := v.list
	if v.isMap {
		return bad("write it in one line, or as a list of words", "it is no command")
	}
	if !v.isList {
		var err error
		if words, err = split(v.text); err != nil {
			return err
		}
	}
	if len(words) == 0 || words[0] == "" {
		return bad("name the program that works, such as ./worker", "it is empty")
	}
	for _, word := range words {
		if strings.ContainsRune(word, 0) {
			return bad("write it without", "it has a zero byte in it")
		}
		if err := marks(word); err != nil {
			return err
		}
	}
	s.Worker.Command = words
	return nil
}

// marks checks what stands behind percent signs.
func marks(word string) error {
	for i := 0; i < len(word); i++ {
		if word[i] != '%' {
			continue
		}
		if i++; i == len(word) || !strings.ContainsRune("isg%", rune(word[i])) {
			return bad("%i is the worker's identity, %s its slot, %g its generation, %% a percent sign", "%q has a %% with nothing known behind it", word)
		}
	}
	return nil
}

// meant are characters with which a shell does something that does not happen here.
const meant = "|&;<>()$`*?[]#~!{}\\"

// split splits a line at its blanks. Quotes keep words together; what only a shell can do
// is refused, since it would be taken literally.
func split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	quote, inside := rune(0), false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inside = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if inside {
				words = append(words, word.String())
				word.Reset()
				inside = false
			}
		case strings.ContainsRune(meant, r):
			return nil, bad("quote it if it is meant as it stands; for a shell write a list: [sh, -c, 'exec ./worker …']", "no shell sees it, and %q is for a shell", string(r))
		default:
			word.WriteRune(r)
			inside = true
		}
	}
	if quote != 0 {
		return nil, bad("close it", "a quote is open")
	}
	if inside {
		words = append(words, word.String())
	}
	return words, nil
}

// setEnv takes variables, one NAME=value each.
func setEnv(s *Settings, v value, _ string) error {
	if !v.isList && !v.isMap {
		return bad("one NAME: value per line, below the key", "it is no list of variables")
	}
	for i, word := range v.list {
		var wrong *badValue
		if err := variable(word); errors.As(err, &wrong) {
			if i < len(v.lines) {
				wrong.line = v.lines[i]
			}
			return err
		}
	}
	s.Worker.Env = append(s.Worker.Env, v.list...)
	return nil
}

// variable checks one NAME=value.
func variable(word string) error {
	name, _, found := strings.Cut(word, "=")
	if !found || name == "" || strings.ContainsAny(name, " \t\x00") {
		return bad("NAME: value, or NAME=value for the flag", "%q is no variable", word)
	}
	if strings.HasPrefix(name, "TASUKI_SLOT") || name == "TASUKI_GENERATION" || name == "NOTIFY_SOCKET" {
		return bad("leave it out", "%s is what the supervisor sets for each worker", name)
	}
	if strings.ContainsRune(word, 0) {
		return bad("write it without", "%s has a zero byte in it", name)
	}
	return marks(word)
}
