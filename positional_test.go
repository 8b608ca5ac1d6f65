package tasuki

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tasuki-jobs/tasuki/store/memory"
)

// importArgs is perform(id, name, opts).
type importArgs struct {
	ID   int64
	Name string
	Opts importOpts
}

type importOpts struct {
	Force bool `json:"force"`
}

// optionalArgs is perform(id, name = "x", size = 1, *tags).
type optionalArgs struct {
	ID   int
	Name *string  `args:"optional"`
	Size int      `args:"optional"`
	Tags []string `args:"rest"`
}

func positionalKind[A any]() Kind[A] { return NewKind[A]("HardJob", Positional()) }

// encodes is what a job carries for args.
func encodes[A any](t *testing.T, args A) string {
	t.Helper()
	job := positionalKind[A]().Job(args)
	if job.Err != nil {
		t.Fatal(job.Err)
	}
	return string(job.Args)
}

func wantDecoded[A any](t *testing.T, raw string, want A) {
	t.Helper()
	got, err := positionalKind[A]().decode(json.RawMessage(raw))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s decodes into %+v, %v; want %+v", raw, got, err, want)
	}
}

// wantBad checks that arguments are refused as a bad job, in words that have all of want.
func wantBad[A any](t *testing.T, raw string, want ...string) {
	t.Helper()
	got, err := positionalKind[A]().decode(json.RawMessage(raw))
	if !errors.Is(err, ErrBadJob) {
		t.Errorf("%s decodes into %+v, %v; want a bad job", raw, got, err)
		return
	}
	for _, w := range append(want, `kind "HardJob"`) {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: error lacks %q: %v", raw, w, err)
		}
	}
}

func TestPositionalArgumentsAreAnArrayInTheOrderOfTheFields(t *testing.T) {
	got := encodes(t, importArgs{ID: 1 << 62, Name: "é", Opts: importOpts{Force: true}})
	if want := `[4611686018427387904,"é",{"force":true}]`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAHandlerOfAPositionalKindGetsItsArguments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, k := memory.New(memory.Options{}), positionalKind[importArgs]()
		var got importArgs
		w, err := New(st, Config{Logger: slog.New(slog.DiscardHandler), Handlers: []Handler{
			k.Do(func(_ context.Context, args importArgs) error { got = args; return nil })}})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer w.Stop(t.Context())
		want := importArgs{7, "seven", importOpts{Force: true}}
		if _, err := Enqueue(t.Context(), st, k.Job(want)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got != want {
			t.Errorf("the handler got %+v, want %+v", got, want)
		}
	})
}

func TestSpacesBetweenPositionalArgumentsDoNotCount(t *testing.T) {
	wantDecoded(t, " [\n 7 ,\t\"a, [b\\\"\" , {\"force\" : true} ]\r\n", importArgs{7, `a, [b"`, importOpts{Force: true}})
}

func TestOptionalArgumentsMayBeMissing(t *testing.T) {
	name := "n"
	wantDecoded(t, `[1]`, optionalArgs{ID: 1})
	wantDecoded(t, `[1,"n"]`, optionalArgs{ID: 1, Name: &name})
	wantDecoded(t, `[1,null,3]`, optionalArgs{ID: 1, Size: 3})
}

func TestTheRestTakesAllFurtherArguments(t *testing.T) {
	wantDecoded(t, `[1,null,3,"a","b"]`, optionalArgs{ID: 1, Size: 3, Tags: []string{"a", "b"}})
}

func TestOptionalArgumentsAreLeftOutWhileTheyAndAllBehindAreZero(t *testing.T) {
	name := ""
	for want, args := range map[string]optionalArgs{
		`[1]`:              {ID: 1},
		`[1,""]`:           {ID: 1, Name: &name},
		`[1,null,2]`:       {ID: 1, Size: 2},
		`[1,null,0,"tag"]`: {ID: 1, Tags: []string{"tag"}},
		`[1,null,0,""]`:    {ID: 1, Tags: []string{""}},
		`[0]`:              {},
	} {
		if got := encodes(t, args); got != want {
			t.Errorf("%+v becomes %s, want %s", args, got, want)
		}
	}
}

type embedded struct{ A, B int }

// Pair is embedded by a pointer.
type Pair struct{ A, B int }

// Stamp has a JSON form of its own.
type Stamp struct{ time.Time }

func TestAnEmbeddedStructsFieldsStandWhereItStands(t *testing.T) {
	type args struct {
		First string
		embedded
		Last string
	}
	want := args{"f", embedded{1, 2}, "l"}
	if got := encodes(t, want); got != `["f",1,2,"l"]` {
		t.Errorf("encoded as %s", got)
	}
	wantDecoded(t, `["f",1,2,"l"]`, want)
}

func TestFieldsAreInTheirPlacesHoweverDeepTheyAreEmbedded(t *testing.T) {
	type one struct{ A, B, C int }
	type two struct{ one }
	type three struct{ two }
	type args struct{ three }
	wantDecoded(t, `[1,2,3]`, args{three{two{one{1, 2, 3}}}})
}

func TestAnEmbeddedStructWithANameInJSONIsOneArgument(t *testing.T) {
	type Inner struct{ A int }
	type args struct {
		Inner `json:"inner"`
	}
	wantDecoded(t, `[{"A":1}]`, args{Inner{1}})
}

func TestFieldsThatAreNotExportedOrNotInJSONAreNoArguments(t *testing.T) {
	type args struct {
		hidden int
		Out    func() `json:"-"`
		In     int
	}
	if got := encodes(t, args{hidden: 1, In: 2}); got != `[2]` {
		t.Errorf("encoded as %s", got)
	}
	wantDecoded(t, `[2]`, args{In: 2})
}

// commas is a slice with a JSON form of its own.
type commas []string

func (c *commas) UnmarshalText(text []byte) error {
	*c = strings.Split(string(text), ",")
	return nil
}

func TestWhatIsNoStructIsOneArgument(t *testing.T) {
	wantDecoded(t, `[5]`, 5)
	wantDecoded(t, `["s"]`, "s")
	wantDecoded(t, `[{"a":[1]}]`, map[string][]int{"a": {1}})
	wantDecoded(t, `["2026-01-02T03:04:05Z"]`, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	wantDecoded(t, `[[1,2]]`, json.RawMessage(`[1,2]`))
	wantDecoded(t, `["a,b"]`, commas{"a", "b"})
	wantDecoded(t, `["AQI="]`, []byte{1, 2})
	if got := encodes(t, []byte{1, 2}); got != `["AQI="]` {
		t.Errorf("bytes encoded as %s", got)
	}
	wantBad[int](t, `[5,6]`, "given 2, expected 1", "(int)")
}

func TestASliceIsAllArguments(t *testing.T) {
	wantDecoded(t, `[1,2,3]`, []int{1, 2, 3})
	if got := encodes(t, []any{1, "a", nil, map[string]int{"k": 1}}); got != `[1,"a",null,{"k":1}]` {
		t.Errorf("encoded as %s", got)
	}
}

func TestAPointerToAStructIsTheStruct(t *testing.T) {
	want := &embedded{1, 2}
	if got := encodes(t, want); got != `[1,2]` {
		t.Errorf("encoded as %s", got)
	}
	wantDecoded(t, `[1,2]`, want)
	if err := positionalKind[*embedded]().Job(nil).Err; err == nil || !strings.Contains(err.Error(), "nil *tasuki.embedded") {
		t.Errorf("error %v, want the nil pointer refused", err)
	}
}

func TestAStructWithoutFieldsTakesNoArguments(t *testing.T) {
	wantDecoded(t, `[]`, struct{}{})
	wantDecoded(t, ``, struct{}{})
	wantDecoded(t, `null`, struct{}{})
	if got := encodes(t, struct{}{}); got != `[]` {
		t.Errorf("encoded as %s", got)
	}
	wantBad[struct{}](t, `[1]`, "given 1, expected 0")
}

func TestATypesOwnJSONIsKeptAlsoOnAPointerReceiver(t *testing.T) {
	n, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	type args struct{ N big.Int }
	if got := encodes(t, args{*n}); got != `[123456789012345678901234567890]` {
		t.Errorf("encoded as %s", got)
	}
	wantDecoded(t, `[123456789012345678901234567890]`, args{*n})
}

func TestAWrongNumberOfArgumentsSaysHowManyAndWhich(t *testing.T) {
	wantBad[importArgs](t, `[7,"x"]`, "(given 2, expected 3)", `[7,"x"]`, "(ID int64, Name string, Opts tasuki.importOpts)")
	wantBad[importArgs](t, `[1,"x",{},4]`, "(given 4, expected 3)")
	wantBad[importArgs](t, ``, "(given 0, expected 3)")
	wantBad[optionalArgs](t, `[]`, "(given 0, expected 1+)", "(ID int, optional Name *string, optional Size int, Tags ...string)")
	type two struct {
		A int
		B map[string]any `args:"optional"`
	}
	wantBad[two](t, `[1,{},3]`, "(given 3, expected 1..2)", "optional B map[string]any")
}

func TestAWrongTypeSaysWhichArgumentAndWhatItWas(t *testing.T) {
	wantBad[importArgs](t, `[7,42,{}]`, "argument 2 (Name string)", "Integer 42")
	wantBad[importArgs](t, `["7","n",{}]`, "argument 1 (ID int64)", `String "7"`)
	wantBad[importArgs](t, `[7,"n",[]]`, "argument 3 (Opts tasuki.importOpts)", "Array []")
	wantBad[importArgs](t, `[7,"n",{"force":1}]`, "argument 3", `Hash {"force":1}`, "force")
	wantBad[importArgs](t, `[true,"n",{}]`, "cannot be true")
	wantBad[optionalArgs](t, `[1,"n",2,"a",5]`, "argument 5 (Tags string)", "Integer 5")
	wantBad[Stamp](t, `["yesterday"]`, `String "yesterday"`)
}

func TestArgumentsThatAreNoArrayAreABadJob(t *testing.T) {
	wantBad[importArgs](t, `{"ID":1}`, `not an Array but Hash {"ID":1}`, "(ID int64, Name string")
	wantBad[importArgs](t, `5`, "not an Array but Integer 5")
}

func TestNilIsRefusedWhereGoHasNone(t *testing.T) {
	wantBad[importArgs](t, `[null,"n",{}]`, "argument 1 (ID int64) cannot be nil", "*int64")
	wantBad[importArgs](t, `[1,"n",null]`, "argument 3", "cannot be nil")
	wantBad[time.Time](t, `[null]`, "cannot be nil")
	wantBad[struct{ N big.Int }](t, `[null]`, "cannot be nil")
	wantBad[[]int](t, `[1,null]`, "argument 2 (int) cannot be nil")
}

func TestNilIsTakenWhereGoHasIt(t *testing.T) {
	type args struct {
		P *int
		M map[string]int
		S []int
		I any
		R json.RawMessage
	}
	wantDecoded(t, `[null,null,null,null,null]`, args{R: json.RawMessage("null")})
}

func TestNumbersAreNeverRoundedOrCutInSilence(t *testing.T) {
	wantBad[int8](t, `[300]`, "Integer 300", "int8")
	wantBad[int](t, `[9223372036854775808]`, "Integer 9223372036854775808")
	wantBad[uint](t, `[-1]`, "Integer -1")
	wantBad[int](t, `[1.0]`, "Float 1.0")
	wantBad[int](t, `[1e3]`, "Float 1e3")
	wantBad[float64](t, `[9007199254740993]`, "Integer 9007199254740993", "digits")
	wantBad[float32](t, `[16777217]`, "digits")
	wantBad[*float64](t, `[-9007199254740993]`, "digits")
	wantBad[[]float64](t, `[1,9007199254740993]`, "argument 2")
	wantBad[any](t, `[{"id":[9007199254740993]}]`, "digits")
	wantBad[float64](t, `[1e400]`, "Float 1e400")
}

func TestNumbersThatAFloatHoldsAreTaken(t *testing.T) {
	wantDecoded(t, `[9007199254740992]`, float64(1<<53))
	wantDecoded(t, `[0.1]`, 0.1)
	wantDecoded(t, `[12345678901234567.5e3]`, 12345678901234567.5e3)
	wantDecoded[any](t, `[{"9007199254740993":"9007199254740993\"9007199254740993"}]`, map[string]any{"9007199254740993": `9007199254740993"9007199254740993`})
}

func TestALongValueIsClippedInTheError(t *testing.T) {
	_, err := positionalKind[int]().decode(json.RawMessage(`["` + strings.Repeat("é", 100_000) + `"]`))
	if err == nil || len(err.Error()) > 400 || !strings.Contains(err.Error(), "é…") {
		t.Errorf("error of %d bytes, want it clipped: %.500v", len(fmt.Sprint(err)), err)
	}
}

// wantUnfit checks that a type is refused by New and by Job, with the field's name.
func wantUnfit[A any](t *testing.T, want string) {
	t.Helper()
	k := positionalKind[A]()
	var zero A
	_, err := New(memory.New(memory.Options{}), Config{Handlers: []Handler{k.Do(func(context.Context, A) error { return nil })}})
	if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "Handlers[0]") {
		t.Errorf("New of %T: %v, want %q", zero, err, want)
	}
	if err := k.Job(zero).Err; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Job of %T: %v, want %q", zero, err, want)
	}
}

func TestAStructThatHasNoOrderOfArgumentsIsRefusedWithItsField(t *testing.T) {
	wantUnfit[struct {
		A int `args:"optional"`
		B int
	}](t, "field B ")
	wantUnfit[struct {
		A []int `args:"rest"`
		B int
	}](t, "field B ")
	wantUnfit[struct {
		A int `args:"rest"`
	}](t, "field A ")
	wantUnfit[struct {
		A json.RawMessage `args:"rest"`
	}](t, "field A ")
	wantUnfit[struct {
		A int `args:"optinal"`
	}](t, `field A of`)
	wantUnfit[struct {
		a int `args:"optional"`
	}](t, "field a ")
	wantUnfit[struct {
		A int `json:"-" args:"optional"`
	}](t, "field A ")
	wantUnfit[struct {
		A int `json:",string"`
	}](t, "field A ")
	wantUnfit[struct{ *embedded }](t, "field embedded ")
	wantUnfit[struct{ *Pair }](t, "embedded pointer")
	wantUnfit[struct {
		embedded `args:"optional"`
	}](t, "field embedded ")
	wantUnfit[struct {
		embedded `json:"e"`
	}](t, "field embedded ")
	wantUnfit[struct {
		ID int
		time.Time
	}](t, "field Time ")
	wantUnfit[[3]int](t, "[3]int is an array")
}

func TestPositionalInAJobsOwnOptionsIsRefused(t *testing.T) {
	if err := NewKind[int]("k").Job(1, Positional()).Err; err == nil || !strings.Contains(err.Error(), "NewKind") {
		t.Errorf("error %v, want NewKind named", err)
	}
	if err := positionalKind[int]().Job(1, Positional()).Err; err != nil {
		t.Error(err)
	}
}

func TestPositionalArgumentsThatDoNotBecomeJSONAreReportedByTheJob(t *testing.T) {
	if err := positionalKind[struct{ C chan int }]().Job(struct{ C chan int }{}).Err; err == nil || !strings.Contains(err.Error(), "chan int") {
		t.Errorf("error %v, want the type named", err)
	}
}

func TestUniqueArgsTellsPositionalArgumentsApart(t *testing.T) {
	k := NewKind[embedded]("k", Positional(), UniqueArgs())
	a, again, b := k.Job(embedded{1, 2}), k.Job(embedded{1, 2}), k.Job(embedded{2, 1})
	if a.Unique == "" || a.Unique != again.Unique || a.Unique == b.Unique {
		t.Errorf("keys %q, %q and %q; want the first two the same", a.Unique, again.Unique, b.Unique)
	}
}

func TestEachReadsPositionalArguments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, k := memory.New(memory.Options{}), positionalKind[embedded]()
		count := func(args embedded) Source[int, int] {
			return Source[int, int]{
				After: func(_ context.Context, c int) iter.Seq2[int, error] {
					return func(yield func(int, error) bool) {
						for i := c + 1; i <= args.B && yield(i, nil); i++ {
						}
					}
				},
				Cursor: func(i int) int { return i },
			}
		}
		var got []int
		h := Each(k, count, func(_ context.Context, args embedded, i int) error { got = append(got, args.A*i); return nil })
		w, err := New(st, Config{Logger: slog.New(slog.DiscardHandler), Handlers: []Handler{h}})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer w.Stop(t.Context())
		if _, err := Enqueue(t.Context(), st, k.Job(embedded{10, 3})); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if !slices.Equal(got, []int{10, 20, 30}) {
			t.Errorf("items %v", got)
		}
	})
}

func TestAnArrayIsAnArrayWithoutPositional(t *testing.T) {
	if _, err := NewKind[embedded]("k").decode(json.RawMessage(`[1,2]`)); !errors.Is(err, ErrBadJob) {
		t.Errorf("error %v, want a bad job", err)
	}
}

func TestArgumentsAreTheValuesOfThePositions(t *testing.T) {
	got, err := Arguments(optionalArgs{ID: 1, Size: 2, Tags: []string{"a"}})
	if want := []any{1, (*string)(nil), 2, "a"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%#v, %v; want %#v", got, err, want)
	}
	if _, err := Arguments(struct{ *embedded }{}); err == nil {
		t.Error("a bad struct is taken")
	}
}

// Any text is arguments exactly if it is a JSON array, and comes out as the same.
func FuzzElementsAreThoseOfTheArray(f *testing.F) {
	for _, s := range []string{`[]`, `[1,"a",{"b":[2,",]"]}]`, `[ ]`, `[1,]`, `[,1]`, `[1],[2]`, `[1][2,3]`, `["\"]"]`, `["\\"]`, `[{]},[}]`, "[\v1]", `["`, `[`, `]`, `[[]`, `[1 2]`, "[1,\n2]\n"} {
		f.Add(s)
	}
	k := positionalKind[[]json.RawMessage]()
	f.Fuzz(func(t *testing.T, text string) {
		var want []json.RawMessage
		valid := json.Unmarshal([]byte(text), &want) == nil
		if len(text) == 0 {
			valid = true
		}
		got, err := k.decode(json.RawMessage(text))
		if valid != (err == nil) || len(got) != len(want) {
			t.Fatalf("%q: %q, %v; want %q, valid: %v", text, got, err, want, valid)
		}
		for i := range got {
			if string(got[i]) != string(want[i]) {
				t.Fatalf("%q: element %d is %q, want %q", text, i, got[i], want[i])
			}
		}
	})
}

// BenchmarkArguments is what three arguments cost to write and to read, beside the same
// as one JSON object.
//
//	go test -run '^$' -bench Arguments -count 7 .
func BenchmarkArguments(b *testing.B) {
	args := importArgs{7, "seven", importOpts{Force: true}}
	for name, k := range map[string]Kind[importArgs]{"object": NewKind[importArgs]("k"), "positional": positionalKind[importArgs]()} {
		job := k.Job(args)
		b.Run("write/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				k.Job(args)
			}
		})
		b.Run("read/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := k.decode(job.Args); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
