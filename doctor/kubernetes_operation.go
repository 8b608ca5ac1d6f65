package doctor

import "regexp"

// operationValue is the value of an operation as RFC 6902 has it, on a line of its own or not.
var operationValue = regexp.MustCompile(`("?\bvalue"?\s*:\s*)(?:"\d+"|'\d+'|\d+)`)

// setOperation writes a grace where an operation of a patch sets it, as its value. ok is false
// where it stands as a field.
func (s *scene) setOperation(k *work, value string) (paste []string, edits []Edit, ok bool) {
	c, _ := k.container()
	n := c.Pod.Spec("terminationGracePeriodSeconds")
	if c.Pod.IsTerraform() || !n.Exists() || n.Column() > 0 {
		return nil, nil, false
	}
	pos := n.KeyPos()
	lines := s.site.pages.lines(pos.File)
	if pos.Line < 1 || pos.Line > len(lines) {
		return nil, nil, false
	}
	line := lines[pos.Line-1]
	all := operationValue.FindAllStringSubmatchIndex(line, -1)
	if len(all) != 1 {
		return []string{"value: " + value}, nil, len(all) > 1
	}
	m := all[0]
	line = line[:m[3]] + value + line[m[1]:]
	return []string{line[m[2]:m[3]] + value}, []Edit{{File: pos.File, First: pos.Line, Last: pos.Line, Lines: []string{line}}}, true
}
