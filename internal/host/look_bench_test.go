package host

import (
	"testing"
)

// What a look costs at each start, without systemd.
func BenchmarkLook(b *testing.B) {
	for b.Loop() {
		Look(b.Context(), Myself())
	}
}
