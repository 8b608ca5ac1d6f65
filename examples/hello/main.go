// Command hello is a whole worker: it enqueues a job and runs jobs until it is
// told to stop.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/store/sqlite"
)

type Greeting struct{ Name string }

var greet = tasuki.NewKind[Greeting]("greet", tasuki.MaxAttempts(5))

func hello(ctx context.Context, g Greeting) error {
	fmt.Println("hello,", g.Name)
	return nil
}

func run(file string) int {
	ctx := context.Background()
	st, err := sqlite.Open(ctx, file, sqlite.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer st.Close()
	if _, err := tasuki.Enqueue(ctx, st, greet.Job(Greeting{"Ada"})); err != nil {
		log.Fatal(err)
	}
	w, err := tasuki.New(st, tasuki.Config{Handlers: []tasuki.Handler{greet.Do(hello)}})
	if err != nil {
		log.Fatal(err)
	}
	return tasuki.Main(w) // flags, signals, a stop in stages; the exit code
}

func main() { os.Exit(run("hello.db")) }
