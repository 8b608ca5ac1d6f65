package wire_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// Recorded from Rails 6.1 with Sidekiq 6.4.1.
const recordedActiveJob = `[{"job_class":"MyAJ","job_id":"80d9c0df-1f0b-4ac1-8fe8-6ab7ee4fdd0e","provider_job_id":null,"queue_name":"mailers","priority":null,` +
	`"arguments":[1,"s",{"_aj_serialized":"ActiveJob::Serializers::SymbolSerializer","value":"sym"},{"a":1,"b":2,"_aj_symbol_keys":["a"]},` +
	`{"_aj_globalid":"gid://myapp/Person/7"},{"kw":true,"_aj_ruby2_keywords":["kw"]}],` +
	`"executions":0,"exception_executions":{},"locale":"en","timezone":null,"enqueued_at":"2026-11-21T19:09:45Z"}]`

func TestARecordedActiveJobIsRead(t *testing.T) {
	class, plain, id, ok, err := wire.ActiveJob(recordedActiveJob)
	if class != "MyAJ" || id != "80d9c0df-1f0b-4ac1-8fe8-6ab7ee4fdd0e" || !ok || err != nil {
		t.Errorf("%s %s %t %v", class, id, ok, err)
	}
	if want := `[1,"s","sym",{"a":1,"b":2},"gid://myapp/Person/7",{"kw":true}]`; string(plain) != want {
		t.Errorf("got %s\nwant %s", plain, want)
	}
}

// Recorded from Active Job 7.1 with Sidekiq 8.1.7.
func TestARecordedActiveJobOfRails7IsRead(t *testing.T) {
	class, plain, id, ok, err := wire.ActiveJob(`[{"job_class":"MyAJ","job_id":"0c98f528-85f9-4cd7-9b41-739a5d2e480b","provider_job_id":null,"queue_name":"low",` +
		`"priority":5,"arguments":["later"],"executions":0,"exception_executions":{},"locale":"en","timezone":null,"enqueued_at":"2026-11-21T19:10:23.928003280Z","scheduled_at":"2026-11-21T20:10:23.927824802Z"}]`)
	if class != "MyAJ" || string(plain) != `["later"]` || id != "0c98f528-85f9-4cd7-9b41-739a5d2e480b" || !ok || err != nil {
		t.Errorf("%s %s %s %t %v", class, plain, id, ok, err)
	}
}

// serializer is an object of one of Active Job's serializers.
func serializer(name, members string) string {
	return `{"_aj_serialized":"ActiveJob::Serializers::` + name + `Serializer",` + members + `}`
}

// plainOf is what an argument becomes.
func plainOf(t *testing.T, argument string) string {
	t.Helper()
	_, plain, _, ok, err := wire.ActiveJob(`[{"job_class":"X","arguments":[` + argument + `]}]`)
	if !ok || err != nil {
		t.Fatalf("%s: %t, %v", argument, ok, err)
	}
	return string(plain[1 : len(plain)-1])
}

func TestEachSerializerBecomesAPlainValue(t *testing.T) {
	symbol := serializer("Symbol", `"value":"minutes"`)
	for argument, want := range map[string]string{
		symbol: `"minutes"`,
		serializer("Time", `"value":"2026-11-22T10:11:34.505069906+00:00"`):                                                `"2026-11-22T10:11:34.505069906+00:00"`,
		serializer("DateTime", `"value":"2026-11-22T10:11:34.505070969+00:00"`):                                            `"2026-11-22T10:11:34.505070969+00:00"`,
		serializer("Date", `"value":"2026-11-22"`):                                                                         `"2026-11-22"`,
		serializer("TimeWithZone", `"value":"2026-11-22T19:11:34.532782322+09:00"`):                                        `"2026-11-22T19:11:34.532782322+09:00"`,
		serializer("TimeWithZone", `"value":"2026-11-22T19:11:34.532782322+09:00","time_zone":"Asia/Tokyo"`):               `"2026-11-22T19:11:34.532782322+09:00"`, // from 7.0 on
		serializer("Duration", `"value":300,"parts":[[`+symbol+`,5]]`):                                                     `300`,
		serializer("Duration", `"value":5400.0,"parts":[[`+symbol+`,1.5]]`):                                                `5400.0`,
		serializer("BigDecimal", `"value":"0.15e1"`):                                                                       `"0.15e1"`,
		serializer("Module", `"value":"Admin::User"`):                                                                      `"Admin::User"`,
		serializer("Range", `"begin":1,"end":null,"exclude_end":true`):                                                     `{"begin":1,"end":null,"exclude_end":true}`,
		serializer("Range", `"begin":`+serializer("Date", `"value":"2026-11-22"`)+`,"end":`+symbol+`,"exclude_end":false`): `{"begin":"2026-11-22","end":"minutes","exclude_end":false}`,
		`{"_aj_globalid":"gid://myapp/Person/7"}`:                                                                          `"gid://myapp/Person/7"`,
		`{"a":1,"_aj_symbol_keys":["a"]}`:                                                                                  `{"a":1}`,
		`{"_aj_symbol_keys":[]}`:                                                                                           `{}`,
		`{"a":1,"_aj_ruby2_keywords":["a"],"b":2}`:                                                                         `{"a":1,"b":2}`,
		`{"_aj_hash_with_indifferent_access":true,"a":1}`:                                                                  `{"a":1}`,
		`{"value":"sym","_aj_serialized":"ActiveJob::Serializers::SymbolSerializer"}`:                                      `"sym"`,
		`{"\u005faj_globalid":"gid:\/\/myapp\/Person\/7"}`:                                                                 `"gid://myapp/Person/7"`,
		`{ "_aj_serialized" : "ActiveJob::Serializers::Symbol\u0053erializer" , "value" : "sym" }`:                         `"sym"`,
	} {
		if got := plainOf(t, argument); got != want {
			t.Errorf("%s\n got %s\nwant %s", argument, got, want)
		}
	}
}

func TestSerializedValuesAreFoundHoweverDeep(t *testing.T) {
	argument := `{"list":[[` + serializer("Symbol", `"value":"a"`) + `,2],{"deep":{"who":{"_aj_globalid":"gid://myapp/Person/7"},"_aj_symbol_keys":["who"]},"_aj_symbol_keys":[]}],"n":1,"_aj_symbol_keys":["list"]},3`
	if got, want := plainOf(t, argument), `{"list":[["a",2],{"deep":{"who":"gid://myapp/Person/7"}}],"n":1},3`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestWhatNoSerializerOfOursWroteStaysAsItIs(t *testing.T) {
	inside := `{"a":` + serializer("Symbol", `"value":"s"`) + `,"_aj_symbol_keys":["a"]}`
	for _, argument := range []string{
		`{"_aj_serialized":"MoneySerializer","amount":` + inside + `,"currency":"EUR"}`,
		`{"amount":` + inside + `,"_aj_serialized":"MoneySerializer"}`,
		`{"_aj_serialized":"MoneySerializer","of":{"_aj_serialized":"MoneySerializer","of":` + inside + `}}`,
		`{"_aj_serialized":"ActiveJob::Serializers::SymbolSerializer"}`, // no value
		`{"_aj_serialized":7,"value":1}`,
		`{"_aj_globalid":7}`,
		`{"_aj_globalid":"gid://myapp/Person/7","more":1}`, // to Rails it is no reference then
		`{"_aj_of_the_future":1}`,
	} {
		if got := plainOf(t, argument); got != argument {
			t.Errorf("%s became %s", argument, got)
		}
	}
}

func TestKnownObjectsBesideUnknownOnesBecomePlain(t *testing.T) {
	argument := serializer("Symbol", `"value":"s"`) + `,{"_aj_serialized":"Mine","x":{"_aj_globalid":"g"}},{"k":[` + serializer("Date", `"value":"2026-11-22"`) + `]}`
	if got, want := plainOf(t, argument), `"s",{"_aj_serialized":"Mine","x":{"_aj_globalid":"g"}},{"k":["2026-11-22"]}`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestPlainArgumentsAreSpelledAsRubyDoes(t *testing.T) {
	if got, want := plainOf(t, `{ "a" : 1.50, "b":"\/", "a": 1E3 , "_aj_symbol_keys" : [ ] }`), `{"a":1000.0,"b":"/"}`; got != want {
		t.Errorf("got %s", got)
	}
}

func TestArgumentsThatWereNotGivenAreNone(t *testing.T) {
	for _, args := range []string{`[{"job_class":"X"}]`, `[{"job_class":"X","arguments":null}]`, ` [ {"job_class":"X","arguments":[ ]} ] `} {
		if _, plain, id, ok, err := wire.ActiveJob(args); string(plain) != "[]" || id != "" || !ok || err != nil {
			t.Errorf("%s: %s %q %t %v", args, plain, id, ok, err)
		}
	}
}

func TestOtherArgumentsAreNoActiveJob(t *testing.T) {
	for _, args := range []string{``, `[`, `]`, `[]`, `{}`, `null`, `[1]`, `["job_class"]`, `[{}]`, `[{"job_class":1}]`, `[{"job_class":null}]`, `[{"job_class":"X"},1]`,
		`[{"job_class":"X"},{"job_class":"X"}]`, `{"job_class":"X"}`, `[[{"job_class":"X"}]]`, `[{"job_class":"X"}`, `[{"job_class":"X",}]`} {
		if class, plain, id, ok, err := wire.ActiveJob(args); class != "" || plain != nil || id != "" || ok || err != nil {
			t.Errorf("%s: %q %s %q %t %v", args, class, plain, id, ok, err)
		}
	}
}

func TestAnActiveJobWhoseArgumentsCannotBeReadIsTold(t *testing.T) {
	deep := strings.Repeat("[", 101) + strings.Repeat("]", 101)
	for arguments, says := range map[string]string{`1`: "no array", `{}`: "no array", `"x"`: "no array", deep: "nested too deep"} {
		class, plain, id, ok, err := wire.ActiveJob(`[{"job_class":"X","job_id":"7","arguments":` + arguments + `}]`)
		if class != "X" || id != "7" || !ok || plain != nil || !errors.Is(err, wire.ErrActiveJob) || !strings.Contains(err.Error(), says) {
			t.Errorf("%.30s: %q %.30s %q %t %v", arguments, class, plain, id, ok, err)
		}
	}
}

func TestArgumentsAsDeepAsRubyReadsAreRead(t *testing.T) {
	deep := strings.Repeat("[", 99) + strings.Repeat("]", 99) // and the array of the arguments itself
	if got := plainOf(t, deep); got != deep {
		t.Errorf("got %s", got)
	}
}

// A real Active Job serializes what a line of Ruby says, and says apart from that
// what a plain reading of it is.
const realActiveJob = `
	require "active_support/all"
	require "globalid"
	GlobalID.app = "myapp"
	ActiveJob::Base.logger = nil
	Time.zone = "Tokyo"
	class MyAJ < ActiveJob::Base; end
	class Person
		include GlobalID::Identification
		attr_reader :id
		def initialize(id) = @id = id
	end
	def plain(v)
		case v
		when Person then v.to_global_id.to_s
		when Symbol, Module then v.to_s
		when ActiveSupport::Duration then v.value
		when Time, DateTime, ActiveSupport::TimeWithZone then v.iso8601(9)
		when Date then v.iso8601
		when BigDecimal then v.to_s
		when Hash then v.to_h { |k, x| [k.to_s, plain(x)] }
		when Array then v.map { |x| plain(x) }
		else v
		end
	end
	def answer(line)
		job = eval("MyAJ.new(#{line})")
		JSON.generate([job.job_id, JSON.generate([job.serialize]), JSON.generate(plain(job.arguments))])
	end`

func TestWhatRealActiveJobWritesIsRead(t *testing.T) {
	r := startRuby(t, realActiveJob, "json", "active_job")
	for _, line := range []string{
		``, `1, "two", nil, true, 1.5, 1e20, 2**80`, `:sym, [:a, [:b]], "<&> \u2028 é / \" \\ \n"`, `Person.new(7), [Person.new(8)]`,
		`Time.now, Time.now.utc, Time.at(0, 123456789, :nsec)`, `DateTime.now, Date.today`, `Time.zone.now`, `5.minutes, 1.5.hours, 1.month + 2.days, 0.seconds, -3.days`,
		`BigDecimal("1.50"), BigDecimal("-1e-20")`, `MyAJ, Comparable`, `{a: 1, "b" => :c, d: {e: [5.minutes, {f: Person.new(1)}]}}`, `{"plain" => 1}, {}`,
		`{a: {b: Date.today}}.with_indifferent_access`, `1, user: Person.new(3), at: Date.today, deep: {x: :y}`, `**{kw: :v}`, `{"value" => :x, "begin" => 1}`,
	} {
		reply, ok := r.ask(line)
		if !ok {
			t.Fatalf("%s: %s", line, reply)
		}
		var said [3]string
		if err := json.Unmarshal([]byte(reply), &said); err != nil {
			t.Fatal(err)
		}
		class, plain, id, ok, err := wire.ActiveJob(said[1])
		if class != "MyAJ" || id != said[0] || !ok || err != nil || string(plain) != said[2] {
			t.Errorf("%s: %s %s %t %v\n   of %s\n  got %s\n want %s", line, class, id, ok, err, said[1], plain, said[2])
		}
	}
}
