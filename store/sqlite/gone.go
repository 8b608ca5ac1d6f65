package sqlite

// Ids of jobs that left are kept as the column tasuki_gone.ids: for each a byte
// with its length and the id; length 0 for a UUID's 16 bytes.

// appendGone adds an id to a list.
func appendGone(list []byte, id string) []byte {
	var raw [16]byte
	if packUUID(&raw, id) {
		return append(append(list, 0), raw[:]...)
	}
	return append(append(list, byte(len(id))), id...)
}

// cutGone takes up to n ids off a list and answers the rest.
func cutGone(list []byte, n int) (ids []string, rest []byte) {
	for ; n > 0 && len(list) > 0; n-- {
		length := int(list[0])
		text := list[1:]
		if length == 0 {
			length = 16
			ids = append(ids, string(unpackID(text[:16])))
		} else {
			ids = append(ids, string(text[:length]))
		}
		list = text[length:]
	}
	return ids, list
}
