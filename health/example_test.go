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
	http.Handle("/", health.Handler(w))
	// go http.ListenAndServe(":8080", nil)
	// os.Exit(tasuki.Main(w))
}
