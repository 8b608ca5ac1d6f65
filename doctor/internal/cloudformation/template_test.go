package cloudformation_test

import (
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor/internal/cloudformation"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// x is the property X of the resource R of a template.
func x(t *testing.T, template string) tree.Node {
	t.Helper()
	docs, err := tree.YAML("t.yaml", []byte(template))
	if err != nil {
		t.Fatal(err)
	}
	c, ok := cloudformation.Read(docs[0])
	if !ok {
		t.Fatal("it is no template")
	}
	r, ok := c.Resource("R")
	if !ok {
		t.Fatal("no R")
	}
	return r.Node.Get("X")
}

const head = `Parameters:
  P: {Type: Number, Default: 30}
  L: {Type: CommaDelimitedList, Default: "a, b"}
  N: {Type: "List<Number>", Default: "7,8"}
  None: {Type: String}
  Param: {Type: "AWS::SSM::Parameter::Value<String>", Default: /x}
Mappings:
  M:
    eu: {Stop: 40}
Conditions:
  Never: !Equals [a, b]
  Maybe: !Equals [!Ref None, b]
  Perhaps: !Equals [b, !Ref None]
  Ever: !Not [{Condition: Never}]
Resources:
  Q: {Type: "AWS::S3::Bucket"}
  R:
    Type: AWS::ECS::TaskDefinition
    Properties:
      X: `

func TestFunctionsHaveTheValueOfDefaultsAndMappings(t *testing.T) {
	for function, want := range map[string]string{
		"!Ref P": "30", "{Ref: P}": "30", "!Sub 'a-${P}'": "a-30", "{'Fn::Sub': ['${A}${!B}', {A: !Ref P}]}": "30${B}", "!FindInMap [M, eu, Stop]": "40", "!Join ['-', [a, !Ref P]]": "a-30",
		"!Select [1, !Ref L]": "b", "!Select [0, !Split [':', 'c:d']]": "c", "!If [Never, 1, 2]": "2", "!If [Maybe, 5, 5]": "5", "!If [Maybe, [1, 2], !Ref 'AWS::NoValue']": "",
		"!Select [1, !Ref N]": "8", "!If [Ever, 1, 2]": "1", "!Select [1, !If [Maybe, !Ref 'AWS::NoValue', [1, 2]]]": "2",
	} {
		if got := x(t, head+function+"\n").Text(); got.Value != want || got.Open {
			t.Errorf("%s: %+v", function, got)
		}
	}
}

func TestWhatOnlyADeployKnowsIsOpen(t *testing.T) {
	for function, want := range map[string]string{
		"!Ref None": "!Ref None", "!Ref Q": "!Ref Q", "!Ref Param": "!Ref Param", "!GetAtt Q.Arn": "!GetAtt Q.Arn", "{'Fn::GetAtt': [Q, Arn]}": "!GetAtt Q.Arn", "!Sub '${Q.Arn}/x'": "${Q.Arn}/x",
		"!If [Maybe, 1, 2]": "!If Maybe", "!ImportValue y": "!ImportValue", "!FindInMap [M, us, Stop]": "!FindInMap M", "!Join ['', [a, !Ref None]]": "a${None}",
		"!If [Perhaps, 1, 2]": "!If Perhaps", "!If [Maybe, !Ref None, !Ref None]": "!If Maybe", "!Select [0, !Split [':', !Ref None]]": "!Select",
		"!Sub 'a-${None}'": "a-${None}", "!Sub ['${A}', {A: !Ref L}]": "${A}",
	} {
		if got := x(t, head+function+"\n").Text(); got.Value != want || !got.Open {
			t.Errorf("%s: %+v", function, got)
		}
	}
}

func TestADefaultStandsWhereItIsSet(t *testing.T) {
	if at := x(t, head+"!Ref P\n").Pos(); at.Line != 2 {
		t.Errorf("%s", at)
	}
}

func TestTemplatesThatReferToThemselvesOrDoubleEnd(t *testing.T) {
	deep := "x"
	for range 60 {
		deep = "!Sub ['${a}${a}', {a: " + deep + "}]"
	}
	if n := len(x(t, head+deep+"\n").Text().Value); n > 1<<20 {
		t.Errorf("%d bytes", n)
	}
	x(t, head+"&a [*a, !Sub ['${b}', {b: *a}]]\n")
	x(t, head+"&a {Ref: *a}\n")
	x(t, head+"&a {'Fn::Base64': *a}\n")
	x(t, strings.Replace(head, "Default: 30", "Default: !Ref P", 1)+"!Ref P\n")
}
