package wire_test

import (
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// A payload as Sidekiq 7 writes it, of 250 bytes.
const usual = `{"retry":true,"queue":"default","tags":["alpha"],"args":[1,"two",{"k":[1.5,null,true]}],"class":"HardJob","jid":"2d90e41c23ed72ea2e00d1dc","created_at":1795287767.2486963,"enqueued_at":1795287767.2487617,"locale":"en","cattr":{"user":12345,"tenant":7}}`

func BenchmarkParse(b *testing.B) {
	b.SetBytes(int64(len(usual)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.Parse(usual); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseAndRead(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		p, _ := wire.Parse(usual)
		class, _ := p.String("class")
		jid, _ := p.String("jid")
		args, _ := p.Raw("args")
		_, absent := p.Int("retry_count")
		at, _ := p.Time("enqueued_at")
		if class == "" || jid == "" || args == "" || absent != wire.Absent || at.IsZero() {
			b.Fatal("not read")
		}
	}
}

func BenchmarkWith(b *testing.B) {
	p, _ := wire.Parse(usual)
	b.ReportAllocs()
	for b.Loop() {
		p.With(wire.Change{Name: "retry_count", Raw: "0"}, wire.Change{Name: "enqueued_at", Raw: "1795287767.5"},
			wire.Change{Name: "error_message", Raw: `"boom"`}, wire.Change{Name: "error_class", Raw: `"Oops"`})
	}
}

func BenchmarkAround(b *testing.B) {
	p, _ := wire.Parse(usual)
	b.ReportAllocs()
	for b.Loop() {
		p.Around("enqueued_at")
	}
}

func BenchmarkAppendRubyAsIs(b *testing.B) {
	benchmarkRuby(b, usual)
}

func BenchmarkAppendRubyRespelled(b *testing.B) {
	benchmarkRuby(b, `{ "k": [1.50, 1e3, "\u00e9\/"], "k2": {"a": 1, "b": "two", "a": 3} }`)
}

func benchmarkRuby(b *testing.B, text string) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	json, dst := []byte(text), make([]byte, 0, 1024)
	for b.Loop() {
		if _, err := wire.AppendRuby(dst, json); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkActiveJob(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, _, _, ok, err := wire.ActiveJob(recordedActiveJob); !ok || err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSpellSeconds(b *testing.B) {
	t := time.Unix(1795287767, 248696300)
	b.ReportAllocs()
	for b.Loop() {
		wire.Seconds.Spell(t)
	}
}
