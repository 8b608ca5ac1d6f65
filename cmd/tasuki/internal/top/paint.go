package top

// A paint colours text, or leaves it as it is.
type paint bool

const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// on is s in a style; what is not painted is not longer either.
func (p paint) on(style, s string) string {
	if !p || s == "" || style == "" {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}
