package supervise

// resize changes how many slots there are. Workers of those that are no more end after
// their jobs.
func (p *plan) resize(n int) {
	for _, at := range p.slots {
		at.surplus = at.number >= n
		if w := at.fresh(); w != nil && at.surplus {
			w.retire = "there are fewer slots now"
		}
	}
	for number := range n {
		if !p.hasSlot(number) {
			p.slots = append(p.slots, &slot{number: number})
		}
	}
}

func (p *plan) hasSlot(number int) bool {
	for _, at := range p.slots {
		if at.number == number {
			return true
		}
	}
	return false
}
