package script

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

var (
	makeTarget = regexp.MustCompile(`^([^\s#:=][^:=#]*?)\s*::?(?:[^=]|$)`)
	makeSet    = regexp.MustCompile(`^(?:export\s+|override\s+)?([A-Za-z_][\w.-]*)\s*(?::|::|\?)?=\s*(.*?)\s*$`)
	makeUse    = regexp.MustCompile(`\$[({]([A-Za-z_][\w.-]*)[)}]`)
)

// makePieces are the recipes of a Makefile: each command of one is given to a shell by
// itself.
func makePieces(content string) (all []Piece) {
	vars, unit := map[string]string{}, ""
	lines := strings.Split(content, "\n")
	for i := 0; i < len(lines); i++ {
		first, line := i, lines[i]
		for strings.HasSuffix(line, "\\") && i+1 < len(lines) {
			i++
			line = line[:len(line)-1] + "\\\n" + strings.TrimPrefix(lines[i], "\t")
		}
		if recipe, ok := strings.CutPrefix(line, "\t"); ok {
			text := strings.TrimLeft(recipe, "@-+ \t")
			all = append(all, Piece{Unit: unit, Line: first + 1, Text: strings.ReplaceAll(madeOf(text, vars), "$$", "$")})
			continue
		}
		if m := makeSet.FindStringSubmatch(strings.ReplaceAll(line, "\\\n", " ")); m != nil {
			vars[m[1]] = m[2]
		} else if m := makeTarget.FindStringSubmatch(line); m != nil {
			unit = m[1]
		}
	}
	return all
}

// madeOf puts make's variables into a recipe, as far as the file sets them.
func madeOf(text string, vars map[string]string) string {
	for range deepest {
		made := makeUse.ReplaceAllStringFunc(text, func(use string) string {
			name := makeUse.FindStringSubmatch(use)[1]
			if value, ok := vars[name]; ok && !strings.Contains(value, "$("+name) && len(value) < 2000 {
				return value
			}
			return "${" + name + "}"
		})
		if made == text || len(made) > 1<<16 {
			return made
		}
		text = made
	}
	return text
}

var expression = regexp.MustCompile(`\$\{\{[^}]*\}\}`)

// scriptKeys are the keys below which CI files have what a shell reads.
var scriptKeys = []string{"run", "script", "before_script", "after_script", "command", "commands", "bash", "before_install", "install", "deploy", "after_deploy"}

// mostNodes is how much of a CI file is looked at.
const mostNodes = 50_000

// workflowPieces are the scripts of a CI file, by the job that they are in.
func workflowPieces(content []byte) (all []Piece) {
	docs, _ := tree.YAML("", content)
	count := 0
	var visit func(n tree.Node, unit string, depth int)
	visit = func(n tree.Node, unit string, depth int) {
		if count++; count == mostNodes+1 {
			all = append(all, Piece{Line: n.Pos().Line, rest: true})
		}
		if depth > 20 || count > mostNodes {
			return
		}
		for key, value := range n.Pairs() {
			inner := unit
			if depth == 0 || depth == 1 && unit == "jobs" {
				inner = key.Value
			}
			if name := value.Get("name").Text().Value; name != "" && depth <= 1 && value.IsMap() {
				inner = key.Value + " " + name
			}
			if slices.Contains(scriptKeys, key.Value) && depth > 0 {
				all = append(all, shellTexts(value, unit, foreign(n))...)
			}
			visit(value, inner, depth+1)
		}
		for _, item := range n.Items() {
			inner := unit
			if name := item.Get("name").Text().Value; name != "" && depth > 2 {
				inner = unit + " " + name
			}
			visit(item, inner, depth+1)
		}
	}
	for _, doc := range docs {
		visit(doc, "", 0)
	}
	return all
}

// foreign says whether a step is for another program than a POSIX shell.
func foreign(step tree.Node) bool {
	shell := step.Get("shell").Text().Value
	return shell != "" && !strings.Contains(shell, "sh") || strings.Contains(shell, "pwsh") || strings.Contains(shell, "powershell")
}

// shellTexts are a script's lines: of a string, of a list of strings.
func shellTexts(n tree.Node, unit string, foreign bool) (all []Piece) {
	if foreign {
		return nil
	}
	if t := n.Text(); t.Value != "" {
		var own []int
		if n.Alias() { // all of it counts as the line where it is used
			own = slices.Repeat([]int{t.Pos.Line}, 1+strings.Count(t.Value, "\n"))
		}
		return []Piece{{Unit: unit, Line: t.Pos.Line, Own: own, Text: expression.ReplaceAllString(t.Value, "$${EXPRESSION}")}}
	}
	for _, item := range n.Items() {
		if item.Text().Value != "" || item.IsList() {
			all = append(all, shellTexts(item, unit, false)...)
		}
	}
	return all
}

var (
	groovyStage = regexp.MustCompile(`stage\s*\(?\s*['"]([^'"]+)['"]`)
	groovyShell = regexp.MustCompile(`(?s)\bsh\s*\(?\s*(?:[\w]+\s*:\s*[\w'"]+\s*,\s*)*(?:script\s*:\s*)?('''.*?'''|""".*?"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")`)
	groovyNote  = regexp.MustCompile(`(?ms)^\s*//[^\n]*|^\s*/\*.*?\*/`)
)

// jenkinsPieces are the strings behind sh, by stage.
func jenkinsPieces(content string) (all []Piece) {
	content = blanked(groovyNote, content)
	for _, m := range groovyShell.FindAllStringSubmatchIndex(content, -1) {
		unit := ""
		if stages := groovyStage.FindAllStringSubmatch(content[:m[0]], -1); len(stages) > 0 {
			unit = stages[len(stages)-1][1]
		}
		text := content[m[2]:m[3]]
		quotes := 1
		if strings.HasPrefix(text, "'''") || strings.HasPrefix(text, `"""`) {
			quotes = 3
		}
		all = append(all, Piece{Unit: unit, Line: 1 + strings.Count(content[:m[2]], "\n"), Text: text[quotes : len(text)-quotes]})
	}
	return all
}

// blanked takes what matches out and leaves the lines where they are.
func blanked(r *regexp.Regexp, content string) string {
	return r.ReplaceAllStringFunc(content, func(s string) string {
		return strings.Repeat("\n", strings.Count(s, "\n"))
	})
}

var (
	rubyTask   = regexp.MustCompile(`^\s*(?:remote_)?(?:task|namespace)\s*\(?\s*:?["']?([\w:-]+)`)
	rubyRun    = regexp.MustCompile(`(?:^|[\s({;])(?:execute|run|run_locally|sudo|sh|system|capture|command|invoke_command|queue!?)[\s(]+((?::\w+|"[^"]*"|'[^']*')(?:\s*,\s*(?::\w+|"[^"]*"|'[^']*'))*)`)
	rubyTicks  = regexp.MustCompile("`([^`]+)`")
	rubyWord   = regexp.MustCompile(`:(\w+)|"([^"]*)"|'([^']*)'`)
	rubyInto   = regexp.MustCompile(`#\{[^}]*\}`)
	rubyInvoke = regexp.MustCompile(`(?:invoke!?|after|before)[\s(]+.*["':]((?:delayed_job|sidekiq)[:\w]*)["']?`)
)

// rubyPieces are the commands of Capistrano's, Mina's and Rake's recipes, each a piece of its
// own. Tasks that are named there become "cap NAME".
func rubyPieces(content string) (all []Piece) {
	unit := ""
	for i, line := range strings.Split(content, "\n") {
		bare := strings.TrimSpace(line)
		if strings.HasPrefix(bare, "#") || strings.HasPrefix(bare, "desc ") {
			continue
		}
		if bare == "__END__" || bare == "=begin" {
			break
		}
		if m := rubyTask.FindStringSubmatch(line); m != nil {
			unit = m[1]
		}
		for _, m := range rubyRun.FindAllStringSubmatch(line, -1) {
			var words []string
			for _, part := range rubyWord.FindAllStringSubmatch(m[1], -1) {
				words = append(words, part[1]+rubyInto.ReplaceAllString(part[2], "$${RUBY}")+part[3])
			}
			all = append(all, Piece{Unit: unit, Line: i + 1, Text: strings.Join(words, " ")})
		}
		for _, m := range rubyTicks.FindAllStringSubmatch(line, -1) {
			all = append(all, Piece{Unit: unit, Line: i + 1, Text: rubyInto.ReplaceAllString(m[1], "$${RUBY}")})
		}
		if m := rubyInvoke.FindStringSubmatch(line); m != nil {
			all = append(all, Piece{Unit: unit, Line: i + 1, Text: "cap " + m[1]})
		}
	}
	return all
}
