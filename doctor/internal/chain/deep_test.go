//go:build unix

package chain_test

import (
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
)

func TestAsManyParenthesesAsAScriptMayHaveAreSurvived(t *testing.T) {
	for _, open := range []string{"(", "$(", "{ ", "if ", "\"$(", "!", "${a:-", "$((", "case $(", "if\n", "while\n", "a | ", "a && ", "time\n", "function f { "} {
		for _, n := range []int{7900, 250 << 10} {
			chain.Follow(words("sh", "-c", strings.Repeat(open, n/len(open))), place("", nil, nil))
		}
	}
}
