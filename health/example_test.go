package health_test

import (
	"log"
	"net/http"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/health"
	"github.com/tasuki-jobs/tasuki/store/memory"
)

func ExampleHandler() {
	w, err := tasuki.New(memory.New(memory.Options{}), tasuki.Config{})
	if err != nil {
		log.Fatal(err)
	}
	go http.ListenAndServe("127.0.0.1:8080", health.Handler(w))
	// os.Exit(tasuki.Main(w))
}
