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

// cutGone takes up to n ids off a list and answers the rest. A list that ends in the
// middle of an id ends before it.
func cutGone(list []byte, n int) (ids []string, rest []byte) {
	for ; n > 0 && len(list) > 0; n-- {
		length, text := int(list[0]), list[1:]
		uuid := length == 0
		if uuid {
			length = 16
		}
		if len(text) < length {
			return ids, nil
		}
		one := string(text[:length])
		if uuid {
			one = unpackID(text[:16])
		}
		ids = append(ids, one)
		list = text[length:]
	}
	return ids, list
}
