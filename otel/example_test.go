package otel_test

import (
	"context"
	"log"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/otel"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func Example() {
	st, cfg := memory.New(memory.Options{}), tasuki.Config{}

	o, err := otel.New(otel.Options{Store: st})
	if err != nil {
		log.Fatal(err)
	}
	w, err := tasuki.New(st, o.Instrument(cfg))
	if err != nil {
		log.Fatal(err)
	}
	o.Watch(w)
	// os.Exit(tasuki.Main(w))
}

func ExampleLink() {
	ctx, st := context.Background(), memory.New(memory.Options{})
	mail := tasuki.NewKind[string]("mail")

	_, err := tasuki.Enqueue(ctx, st, otel.Link(ctx, mail.Job("a@example.com"))...)
	if err != nil {
		log.Fatal(err)
	}
}
