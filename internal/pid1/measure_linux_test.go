package pid1_test

import (
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

func TestTheInitIsSmallAndLinksLittle(t *testing.T) {
	info, err := os.Stat(shipped)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.2f MB", float64(info.Size())/1e6)
	if info.Size() > 3_000_000 {
		t.Errorf("it has %d bytes", info.Size())
	}
	out, err := exec.Command("go", "list", "-deps", "../../cmd/tasuki-init").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.FieldsSeq(string(out)) {
		if dep == "net" || strings.HasPrefix(dep, "net/") || strings.Contains(dep, "kong") || dep == "os/exec" {
			t.Errorf("it links %s", dep)
		}
	}
}

func TestTheInitStaysBelow4MBAlsoWhileItStops(t *testing.T) {
	s := asFirst(t, shipped, "--grace", "60", "sh", "-c", work("worker", "TERM,USR1", -1, 0)+"; true")
	s.sees("worker ready", "stands between")
	var most int64
	look := func() {
		now, err := proc.Resident(s.init)
		if err != nil {
			t.Fatal(err)
		}
		most = max(most, now)
	}
	look()
	t.Logf("after the start %d kB", most>>10)
	s.gets(syscall.SIGTERM)
	s.sees("worker got TERM")
	stopped := time.Now()
	s.until("3 s of waiting for the worker", func() bool { look(); return time.Since(stopped) > 3*time.Second })
	t.Logf("at most %d kB", most>>10)
	if most > 4<<20 {
		t.Errorf("%d kB are resident", most>>10)
	}
}

// took sorts times of n tries.
func took(n int, try func() time.Duration) []time.Duration {
	times := make([]time.Duration, n)
	for i := range times {
		times[i] = try()
	}
	slices.Sort(times)
	return times
}

// The least of many is what the init costs; the rest is what else the machine does.
func TestTheInitAddsLessThan5MsToAStart(t *testing.T) {
	run := func(words ...string) func() time.Duration {
		return func() time.Duration {
			from := time.Now()
			if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			return time.Since(from)
		}
	}
	alone, behind := took(100, run("/bin/true")), took(100, run(shipped, "/bin/true"))
	t.Logf("to start and end: %v alone, %v behind it (median); %v and %v (least)", alone[50], behind[50], alone[0], behind[0])
	if added := behind[0] - alone[0]; added > 5*time.Millisecond {
		t.Errorf("it adds %v", added)
	}
}

// responder is a program that answers a signal with the time on the system's clock.
const responder = `use Time::HiRes qw(sleep clock_gettime CLOCK_MONOTONIC); $| = 1;
$SIG{USR1} = sub { printf "responder at %.0f;\n", 1e9 * clock_gettime(CLOCK_MONOTONIC) }; print "responder ready\n"; sleep 0.002 while 1`

func TestASignalIsAtTheWorkerInLessThan5Ms(t *testing.T) {
	s := asFirst(t, shipped, "sh", "-c", "perl -e '"+responder+"'; true")
	s.sees("responder ready")
	n := 0
	times := took(50, func() time.Duration {
		sent := monotonic()
		s.gets(syscall.SIGUSR1)
		n++
		s.until("its answer", func() bool { return strings.Count(s.says(), ";\n") == n })
		said := s.says()
		_, text, _ := strings.Cut(said[strings.LastIndex(said, "responder at "):], " at ")
		text, _, _ = strings.Cut(text, ";")
		at, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return time.Duration(at - sent)
	})
	t.Logf("behind a shell: %v median, %v least, %v most", times[25], times[0], times[49])
	if times[0] > 5*time.Millisecond {
		t.Errorf("%v at least", times[0])
	}
}
