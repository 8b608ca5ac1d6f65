package tree

// Exactly is the value of a mapping's key in just this spelling; to Get, Name and name are one.
func Exactly(n Node, key string) Node {
	for k, v := range n.Pairs() {
		if k.Value == key {
			return v
		}
	}
	return Node{}
}
