package wire_test

import (
	"bufio"
	"encoding/base64"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A ruby is a real Ruby that answers one line for each line, both in base64 so that
// they hold anything.
type ruby struct {
	t     *testing.T
	lines chan string
	out   *bufio.Scanner
	wrong *strings.Builder // what it wrote to stderr
}

// startRuby runs a script whose method answer(line) makes the answers; an answer
// that begins with "!" is an error's text.
func startRuby(t *testing.T, script string, requires ...string) *ruby {
	t.Helper()
	needRuby(t, requires)
	const loop = `
		STDIN.binmode; STDOUT.binmode; STDOUT.sync = true
		STDIN.each_line do |line|
			reply = begin; answer(line.unpack1("m").force_encoding("UTF-8")); rescue => e; "!#{e.class}: #{e.message}"; end
			STDOUT.write([reply].pack("m0"), "\n")
		end`
	args := []string{"-W0"}
	for _, lib := range requires {
		args = append(args, "-r"+lib)
	}
	cmd := exec.CommandContext(t.Context(), "ruby", append(args, "-e", script+loop)...)
	r := &ruby{t: t, lines: make(chan string, 256), wrong: &strings.Builder{}}
	cmd.Stderr = r.wrong
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	r.out = bufio.NewScanner(out)
	r.out.Buffer(nil, 64<<20)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	sent := make(chan struct{})
	go func() { // ends when lines is closed
		defer close(sent)
		defer in.Close()
		for line := range r.lines {
			if _, err := in.Write([]byte(base64.StdEncoding.EncodeToString([]byte(line)) + "\n")); err != nil {
				continue // told by answer, which gets none
			}
		}
	}()
	t.Cleanup(func() {
		close(r.lines)
		<-sent
		cmd.Wait()
	})
	return r
}

// needRuby skips where Ruby or one of its libraries is not installed; where all
// must run that is a failure.
func needRuby(t *testing.T, requires []string) {
	t.Helper()
	args := []string{"-e", ""}
	for _, lib := range requires {
		args = append(args, "-r"+lib)
	}
	out, err := exec.Command("ruby", args...).CombinedOutput()
	if err == nil {
		return
	}
	if os.Getenv("TASUKI_TEST_ALL") != "" {
		t.Fatalf("ruby with %v: not here: %v\n%s", requires, err, out)
	}
	t.Skipf("ruby with %v: not here: %v", requires, err)
}

// ask is Ruby's answer to a line. False: it raised, and the answer says what.
func (r *ruby) ask(line string) (string, bool) {
	r.t.Helper()
	return r.askAll(line)[0].text()
}

type reply string

func (a reply) text() (string, bool) {
	text, raised := strings.CutPrefix(string(a), "!")
	return text, !raised
}

// askAll asks for many lines at once.
func (r *ruby) askAll(lines ...string) []reply {
	r.t.Helper()
	go func() { // ends with the lines, or with the test, when the process is killed and writing fails
		for _, line := range lines {
			r.lines <- line
		}
	}()
	replies := make([]reply, 0, len(lines))
	for range lines {
		if !r.out.Scan() {
			r.t.Fatalf("ruby ended: %v: %s", r.out.Err(), r.wrong)
		}
		text, err := base64.StdEncoding.DecodeString(r.out.Text())
		if err != nil {
			r.t.Fatal(err)
		}
		replies = append(replies, reply(text))
	}
	return replies
}

const respell = `def answer(text) = JSON.generate(JSON.parse(text))`
