package shell

import "github.com/mattn/go-shellwords"

// mostSplit is up to which length a text is split: twice the length takes four times as long.
const mostSplit = 32 << 10

// Split takes a text apart as compose and Kamal do, without a shell: up to the first operator
// that is not quoted, whose place (in runes) is at; -1: there is none.
func Split(text string) (words []string, at int, err error) {
	if len(text) > mostSplit {
		return nil, -1, ErrTooLarge
	}
	parser := shellwords.Parser{}
	words, err = parser.Parse(text)
	return words, parser.Position, err
}
