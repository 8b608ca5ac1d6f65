package supervisord

import "strings"

// split takes a command apart as Python's shlex does: at blanks, with quotes of both kinds and
// backslashes; nothing is an operator.
func split(s string) (words []string) { return cut(s, " \t\n", false) }

// pairs takes KEY="value",KEY2=value apart at its commas.
func pairs(s string) []string { return cut(s, ",\n", true) }

// cut takes a text apart at separators out of quotes. Blanks around a part go, if trim says so.
func cut(s, separators string, trim bool) (parts []string) {
	b := &strings.Builder{}
	quote, some := byte(0), false
	end := func() {
		part := b.String()
		if trim {
			part = strings.TrimSpace(part)
		}
		if some && (part != "" || !trim) {
			parts = append(parts, part)
		}
		b.Reset()
		some = false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote == 0 && strings.IndexByte(separators, c) >= 0:
			end()
			continue
		case c == '\\' && quote != '\'' && i+1 < len(s) && (quote == 0 || s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		default:
			b.WriteByte(c)
		}
		some = true
	}
	end()
	return parts
}
