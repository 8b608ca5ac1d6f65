package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/examples/internal/program"
	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/tasukitest"
)

func TestMain(m *testing.M) { program.Main(m, main) }

// A street is a shop with its site, on a database of its own, and what it mailed.
type street struct {
	*testing.T
	*shop
	url string

	mu     sync.Mutex // owns mailed
	mailed []string
}

func opened(t *testing.T) *street {
	t.Helper()
	server := pgtest.Shared(t)
	s, err := open(t.Context(), server.DSN(server.Database(t)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.jobs.Close() })
	web := httptest.NewServer(s.routes())
	t.Cleanup(web.Close)
	st := &street{T: t, shop: s, url: web.URL}
	s.mail = func(_ context.Context, to, text string) error {
		st.mu.Lock()
		defer st.mu.Unlock()
		st.mailed = append(st.mailed, to+": "+text)
		return nil
	}
	return st
}

const twoLines = `{"email":"ada@example.com","lines":[{"article":"lamp","pieces":2},{"article":"rug","pieces":1}]}`

// post sends a request and answers its status and body.
func post(t testing.TB, url, key, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Idempotency-Key", key)
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text)
}

func (s *street) postWants(status int, path, key, body string) string {
	s.Helper()
	got, text := post(s.T, s.url+path, key, body)
	if got != status {
		s.Errorf("POST %s %s: %d %q, want %d", path, body, got, text, status)
	}
	return text
}

// ask is one figure of the database.
func (s *street) ask(sql string) (n int) {
	s.Helper()
	if err := s.jobs.Pool().QueryRow(s.Context(), sql).Scan(&n); err != nil {
		s.Fatalf("%s: %v", sql, err)
	}
	return n
}

func (s *street) exec(sql string) {
	s.Helper()
	if _, err := s.jobs.Pool().Exec(s.Context(), sql); err != nil {
		s.Fatalf("%s: %v", sql, err)
	}
}

// work runs all that there is to run.
func (s *street) work() []*tasukitest.Result {
	s.Helper()
	return tasukitest.New(s.T, tasuki.Config{Handlers: s.handlers()}, tasukitest.On(s.jobs, nil)).Run()
}

func TestACommittedOrderHasExactlyOneJobAndItRuns(t *testing.T) {
	s := opened(t)
	if text := s.postWants(201, "/orders", "k", twoLines); text != "order 1\n" {
		t.Errorf("answered %q", text)
	}
	if job := tasukitest.WasEnqueued(t, tasukitest.Jobs(t, s.jobs), packings, Packing{1}); job.ID != "order-1" {
		t.Errorf("the job's id is %s", job.ID)
	}
	if runs := s.work(); len(runs) != 2 {
		t.Errorf("%d runs, want the order's and the receipt's", len(runs))
	}
	if lamps, rugs := s.ask("SELECT pieces FROM taken WHERE article = 'lamp'"), s.ask("SELECT pieces FROM taken WHERE article = 'rug'"); lamps != 2 || rugs != 1 {
		t.Errorf("%d lamps and %d rugs were taken", lamps, rugs)
	}
	if want := []string{"ada@example.com: Your order 1 is packed."}; !slices.Equal(s.mailed, want) {
		t.Errorf("mailed %q", s.mailed)
	}
}

// refusesCommits makes the server refuse each transaction that wrote into a table, at
// the very end of it.
func (s *street) refusesCommits(table string) {
	s.exec(fmt.Sprintf(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$;
		CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON %s DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW EXECUTE FUNCTION refuse()`, table))
}

func TestAnOrderThatIsRolledBackHasNoJob(t *testing.T) {
	s := opened(t)
	s.refusesCommits("orders")
	s.postWants(503, "/orders", "k", twoLines)
	if n := len(tasukitest.Jobs(t, s.jobs)); n != 0 || s.ask("SELECT count(*) FROM orders") != 0 {
		t.Errorf("%d jobs and %d orders", n, s.ask("SELECT count(*) FROM orders"))
	}
	s.exec("DROP FUNCTION refuse CASCADE")
	s.postWants(201, "/orders", "k", twoLines) // tried again, with its key
	tasukitest.WasEnqueued(t, tasukitest.Jobs(t, s.jobs), packings, Packing{2})
}

func TestASubscriberWhoIsRolledBackGetsNoMail(t *testing.T) {
	s := opened(t)
	s.refusesCommits("subscribers")
	s.postWants(503, "/subscribers", "", `{"email":"ada@example.com"}`)
	if n := len(tasukitest.Jobs(t, s.jobs)); n != 0 || s.ask("SELECT count(*) FROM subscribers") != 0 {
		t.Errorf("%d jobs and %d subscribers", n, s.ask("SELECT count(*) FROM subscribers"))
	}
}

func TestACustomerWhoHangsUpLeavesNeitherOrderNorJob(t *testing.T) {
	s := opened(t)
	tx, err := s.jobs.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background())
	if _, err := tx.Exec(t.Context(), "LOCK TABLE lines"); err != nil { // the order is in, its lines wait
		t.Fatal(err)
	}
	ctx, hangUp := context.WithCancel(t.Context())
	placed := make(chan error)
	go func() {
		_, _, err := s.place(ctx, "k", order{"ada@example.com", []line{{"lamp", 1}}})
		placed <- err
	}()
	program.Await(t, "the lines", func() bool {
		return s.ask("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 1
	})
	hangUp()
	if err := <-placed; err == nil {
		t.Error("the order was placed")
	}
	tx.Rollback(t.Context())
	if n := len(tasukitest.Jobs(t, s.jobs)); n != 0 || s.ask("SELECT count(*) FROM orders") != 0 {
		t.Errorf("%d jobs and %d orders", n, s.ask("SELECT count(*) FROM orders"))
	}
}

func TestAnOrderThatIsSentAgainIsOneOrderWithOneJob(t *testing.T) {
	s := opened(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	answers := map[int]int{}
	for range 20 {
		wg.Go(func() {
			status, _ := post(t, s.url+"/orders", "k", twoLines)
			mu.Lock()
			answers[status]++
			mu.Unlock()
		})
	}
	wg.Wait()
	if answers[201] != 1 || answers[200] != 19 {
		t.Errorf("answers %v", answers)
	}
	if n := len(tasukitest.Jobs(t, s.jobs)); n != 1 {
		t.Errorf("%d jobs", n)
	}
	s.work()
	s.postWants(200, "/orders", "k", twoLines) // also when it is done
	if runs := s.work(); len(runs) != 0 || s.ask("SELECT sum(pieces) FROM taken") != 3 {
		t.Errorf("%d runs more, %d pieces taken", len(runs), s.ask("SELECT sum(pieces) FROM taken"))
	}
	s.postWants(201, "/orders", "another", twoLines)
	tasukitest.WasEnqueued(t, tasukitest.Jobs(t, s.jobs), packings, Packing{int64(s.ask("SELECT max(number) FROM orders"))})
}

func TestWhoSubscribesThriceInARowGetsOneMailAndLaterAnother(t *testing.T) {
	s := opened(t)
	for range 3 {
		s.postWants(202, "/subscribers", "", `{"email":"ada@example.com"}`)
	}
	s.postWants(202, "/subscribers", "", `{"email":"bob@example.com"}`)
	s.work()
	if slices.Sort(s.mailed); len(s.mailed) != 2 || !strings.HasPrefix(s.mailed[0], "ada@") || !strings.HasPrefix(s.mailed[1], "bob@") {
		t.Errorf("mailed %q", s.mailed)
	}
	s.postWants(202, "/subscribers", "", `{"email":"ada@example.com"}`)
	if s.work(); len(s.mailed) != 3 {
		t.Errorf("mailed %q", s.mailed)
	}
	if n := s.ask("SELECT asked FROM subscribers WHERE email = 'ada@example.com'"); n != 4 {
		t.Errorf("asked %d times", n)
	}
}

func TestEachLineIsTakenOnceThoughWorkersAreKilledAndStopped(t *testing.T) {
	s := opened(t)
	var lines []string
	for i := range 30 {
		lines = append(lines, fmt.Sprintf(`{"article":"a%d","pieces":1}`, i))
	}
	s.postWants(201, "/orders", "k", `{"email":"ada@example.com","lines":[`+strings.Join(lines, ",")+`]}`)
	box := tasukitest.New(t, tasuki.Config{Handlers: s.handlers()}, tasukitest.On(s.jobs, nil))
	box.Run(tasukitest.KillBefore("each", 7))
	if n := s.ask("SELECT sum(pieces) FROM taken"); n != 30 {
		t.Errorf("%d pieces were taken", n)
	}
	if n := s.ask("SELECT max(pieces) FROM taken"); n != 1 {
		t.Errorf("a line was taken %d times", n)
	}
	if len(s.mailed) != 1 {
		t.Errorf("mailed %q", s.mailed)
	}
}

func TestABadRequestEnqueuesNothing(t *testing.T) {
	s := opened(t)
	for _, body := range []string{``, `{}`, `{"email":"ada@example.com","lines":[]}`, `{"email":"a\u0000","lines":[{"article":"lamp","pieces":1}]}`,
		`{"email":"ada@example.com","lines":[{"article":"lamp","pieces":0}]}`, `{"email":"ada@example.com","lines":[{"article":"lamp","pieces":99999999999}]}`} {
		s.postWants(400, "/orders", "k", body)
	}
	s.postWants(400, "/orders", "", twoLines)
	for _, body := range []string{`{}`, `{"email":"a\nb"}`, `{"email":"a\u0000"}`, `{"email":"` + strings.Repeat("a", 201) + `"}`} {
		s.postWants(400, "/subscribers", "", body)
	}
	if n := len(tasukitest.Jobs(t, s.jobs)); n != 0 {
		t.Errorf("%d jobs", n)
	}
}

// free is an address that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// get is the body of a page; "" if there is none.
func get(url string) string {
	answer, err := http.Get(url)
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return ""
	}
	return string(text)
}

func TestTheProgramPacksEachOrderOnceThoughItIsKilled(t *testing.T) {
	server := pgtest.Shared(t)
	dsn := server.DSN(server.Database(t))
	s, err := open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer s.jobs.Close()
	st := &street{T: t, shop: s, url: "http://" + free(t)}
	env := []string{"DATABASE_URL=" + dsn, "LISTEN=" + strings.TrimPrefix(st.url, "http://")}
	up := func() bool {
		c, err := net.Dial("tcp", strings.TrimPrefix(st.url, "http://"))
		return err == nil && c.Close() == nil
	}

	first := program.Start(t, t.TempDir(), env...)
	program.Await(t, "the site", up)
	const orders = 60
	for i := range orders {
		st.postWants(201, "/orders", fmt.Sprint(i), twoLines)
	}
	first.Kill()
	second := program.Start(t, t.TempDir(), env...)
	program.Await(t, "the site again", up)
	for i := range orders {
		st.postWants(200, "/orders", fmt.Sprint(i), twoLines)
	}
	for i := range orders {
		program.Await(t, "all orders", func() bool { return get(fmt.Sprintf("%s/orders/%d", st.url, i+1)) == "packed\n" })
	}
	second.Stop()
	if n := st.ask("SELECT sum(pieces) FROM taken"); n != 3*orders {
		t.Errorf("%d pieces were taken, want %d", n, 3*orders)
	}
}

func TestAMissingAddressIsSaid(t *testing.T) {
	if code, err := run(t.Context(), "", "localhost:0"); code != tasuki.ExitUsage || err == nil || !strings.Contains(err.Error(), "DATABASE_URL") {
		t.Errorf("exit code %d, %v", code, err)
	}
}
