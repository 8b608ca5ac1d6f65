package unit

import (
	"path"
	"strings"
)

// names are what the specifiers of systemd.unit(5) stand for in a unit of this name, as far
// as the name tells.
func names(unit string) map[byte]string {
	stem := strings.TrimSuffix(unit, path.Ext(unit))
	prefix, instance, many := strings.Cut(stem, "@")
	known := map[byte]string{'%': "%", 'p': prefix, 'P': prefix, 'j': prefix[strings.LastIndexByte(prefix, '-')+1:],
		'T': "/tmp", 'V': "/var/tmp"}
	if many && instance == "" {
		return known // a template: its instances have names of their own
	}
	known['n'], known['N'], known['i'], known['I'] = unit, stem, instance, instance
	return known
}

// expand puts in what specifiers stand for. Those that are known on the server alone stay as
// they are, and open says that there are any.
func expand(text, unit string) (out string, open bool) {
	if !strings.Contains(text, "%") {
		return text, false
	}
	known := names(unit)
	b := &strings.Builder{}
	for i := 0; i < len(text); i++ {
		if text[i] != '%' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		value, ok := known[text[i]]
		if !ok {
			value, open = text[i-1:i+1], open || letter(text[i])
		}
		b.WriteString(value)
	}
	return b.String(), open
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
