package memory

import "container/heap"

// A pile is a heap of jobs, the first one on top. A job lies on one pile at
// most and knows where, so that it can be taken out of the middle.
type pile struct {
	less func(a, b *job) bool
	jobs []*job
}

// top is the first job, or nil.
func (p *pile) top() *job {
	if len(p.jobs) == 0 {
		return nil
	}
	return p.jobs[0]
}

func (p *pile) add(j *job) {
	j.pile = p
	heap.Push((*heapOf)(p), j)
}

func (p *pile) remove(j *job) {
	heap.Remove((*heapOf)(p), j.pos)
	j.pile = nil
}

// heapOf is a pile as package heap wants it.
type heapOf pile

func (h *heapOf) Len() int           { return len(h.jobs) }
func (h *heapOf) Less(i, k int) bool { return h.less(h.jobs[i], h.jobs[k]) }

func (h *heapOf) Swap(i, k int) {
	h.jobs[i], h.jobs[k] = h.jobs[k], h.jobs[i]
	h.jobs[i].pos, h.jobs[k].pos = i, k
}

func (h *heapOf) Push(x any) {
	j := x.(*job)
	j.pos = len(h.jobs)
	h.jobs = append(h.jobs, j)
}

func (h *heapOf) Pop() any {
	last := len(h.jobs) - 1
	j := h.jobs[last]
	h.jobs[last] = nil
	h.jobs = h.jobs[:last]
	return j
}
