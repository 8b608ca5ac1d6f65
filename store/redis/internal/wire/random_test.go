package wire_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// A writer makes random JSON texts in every spelling there is.
type writer struct {
	*rand.Rand
	strings.Builder
}

func randomJSON(r *rand.Rand) string {
	w := &writer{Rand: r}
	w.value(0)
	return w.String()
}

func (w *writer) pick(of ...string) string { return of[w.IntN(len(of))] }

func (w *writer) space() {
	if w.IntN(4) == 0 {
		w.WriteString(w.pick(" ", "\n", "\t", "\r", "  \n "))
	}
}

func (w *writer) value(depth int) {
	w.space()
	defer w.space()
	kinds := 8
	if depth > 5 {
		kinds = 6
	}
	switch w.IntN(kinds) {
	case 0:
		w.WriteString(w.pick("true", "false", "null"))
	case 1:
		w.number(randomInt(w.Rand))
	case 2, 3:
		w.number(randomFloat(w.Rand))
	case 4, 5:
		w.text()
	case 6:
		w.list(w.IntN(5), "[", "]", func() { w.value(depth + 1) })
	case 7:
		w.list(w.size(), "{", "}", func() {
			w.space()
			w.name()
			w.space()
			w.WriteByte(':')
			w.value(depth + 1)
		})
	}
}

// number writes a number; -0 is not spelled as Ruby does.
func (w *writer) number(n string) {
	if n == "-0" {
		n = "0"
	}
	w.WriteString(n)
}

// size is now and then one beyond which names are looked up in another way.
func (w *writer) size() int {
	if w.IntN(40) == 0 {
		return 15 + w.IntN(30)
	}
	return w.IntN(6)
}

func (w *writer) list(n int, open, end string, element func()) {
	w.WriteString(open)
	w.space()
	for k := range n {
		if k > 0 {
			w.WriteByte(',')
		}
		element()
	}
	w.space()
	w.WriteString(end)
}

// name is often one that was there before, also in another spelling.
func (w *writer) name() {
	if w.IntN(4) == 0 {
		w.text()
		return
	}
	w.WriteString(w.pick(`"a"`, `"\u0061"`, `"b"`, `"c"`, `"\u0062"`, `"x`+strconv.Itoa(w.IntN(60))+`"`, `""`))
}

func (w *writer) text() {
	w.WriteByte('"')
	for range w.IntN(12) {
		switch w.IntN(6) {
		case 0:
			w.WriteString(w.pick(`\"`, `\\`, `\/`, `\b`, `\f`, `\n`, `\r`, `\t`))
		case 1:
			fmt.Fprintf(w, w.pick(`\u%04x`, `\u%04X`), w.IntN(0x100))
		case 2:
			w.rune(rune(w.IntN(0x10000)))
		case 3:
			w.rune(rune(0x10000 + w.IntN(0x100000)))
		default:
			w.WriteString(w.pick("a", "Z", "é", "\u2028", "/", "<&>", "\x7f", "日本", "😀", " ", "'", "word"))
		}
	}
	w.WriteByte('"')
}

// rune writes a rune as it is or escaped; no half of a pair, which has no spelling.
func (w *writer) rune(r rune) {
	switch {
	case r >= 0xd800 && r < 0xe000:
	case w.IntN(2) == 0 && r >= 0x20 && r != '"' && r != '\\':
		w.WriteRune(r)
	case r >= 0x10000:
		fmt.Fprintf(w, w.pick(`\u%04x\u%04x`, `\u%04X\u%04X`), 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
	default:
		fmt.Fprintf(w, w.pick(`\u%04x`, `\u%04X`), r)
	}
}

func randomInt(r *rand.Rand) string {
	sign := [...]string{"", "-"}[r.IntN(2)]
	if r.IntN(5) == 0 {
		return sign + "0"
	}
	digits := strconv.Itoa(1 + r.IntN(9))
	for range r.IntN(30) {
		digits += strconv.Itoa(r.IntN(10))
	}
	return sign + digits
}

// randomFloat is a float in any spelling: that of a random bit pattern, of a size
// that people use, or of random digits.
func randomFloat(r *rand.Rand) string {
	f := math.Float64frombits(r.Uint64())
	switch r.IntN(4) {
	case 0:
		if math.IsNaN(f) || math.IsInf(f, 0) {
			f = 0
		}
	case 1:
		f = math.Round(r.NormFloat64()*1e6) / math.Pow10(r.IntN(12))
	case 2:
		f = r.NormFloat64() * math.Pow10(r.IntN(40)-20)
	case 3:
		return randomDigits(r)
	}
	format := "efg"[r.IntN(3)]
	text := strconv.FormatFloat(f, format, r.IntN(20)-1, 64)
	if r.IntN(2) == 0 {
		text = strings.ToUpper(text)
	}
	return text
}

func randomDigits(r *rand.Rand) string {
	text := randomInt(r) + "."
	for range 1 + r.IntN(25) {
		text += strconv.Itoa(r.IntN(10))
	}
	if r.IntN(2) == 0 {
		text += [...]string{"e", "E", "e+", "e-", "E-"}[r.IntN(5)] + strconv.Itoa(r.IntN(280))
	}
	return text
}
