//go:build !unix

package stopwatch

import "time"

// spent is the time since this process has begun.
func spent() time.Duration { return time.Since(began) }
