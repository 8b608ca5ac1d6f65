package otel

// Open is how many runs have a span that has not ended.
func (t *Telemetry) Open() int {
	t.spans.mu.Lock()
	defer t.spans.mu.Unlock()
	return len(t.spans.open)
}
