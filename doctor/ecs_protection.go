package doctor

import (
	"bytes"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/ecs"
	"github.com/tasuki-jobs/tasuki/doctor/internal/terraform"
)

// A guard is what files say of ECS' task protection: programs that ask for it, and policies
// that allow it.
type guard struct {
	asks, allows []Pos
}

// mostSources is how many files are searched for a program that asks.
const mostSources = 5000

var (
	sources  = map[string]bool{".rb": true, ".py": true, ".js": true, ".ts": true, ".mjs": true, ".cjs": true, ".go": true, ".php": true, ".ex": true, ".exs": true, ".sh": true, ".java": true, ".kt": true, ".rs": true, ".cs": true}
	policies = map[string]bool{".tf": true, ".yml": true, ".yaml": true, ".json": true, ".template": true, ".tofu": true}

	asking   = [][]byte{[]byte("task-protection/v1"), []byte("UpdateTaskProtection"), []byte("update_task_protection"), []byte("updateTaskProtection")}
	allowing = regexp.MustCompile(`ecs:(?:UpdateTaskProtection|UpdateTask\*|Update\*|\*)|(?:AdministratorAccess|AmazonECS_FullAccess|PowerUserAccess)\b|(?i:\bactions?"?\s*[:=]\s*\[?\s*["']?\*["'\s])`)
)

// taskGuard searches for both, once, and only if somebody asks.
func (s *search) taskGuard() *guard {
	if s.guard != nil {
		return s.guard
	}
	s.guard = &guard{}
	read := 0
	for _, name := range s.names() {
		code, policy := sources[path.Ext(name)], policies[path.Ext(name)]
		if read++; !code && !policy || read > mostSources && code {
			continue
		}
		content, err := s.listing.repo.Read(name)
		if err != nil {
			continue
		}
		for _, word := range asking {
			if at := bytes.Index(content, word); code && at >= 0 {
				s.guard.asks = append(s.guard.asks, Pos{File: s.listing.repo.Shown(name), Line: 1 + bytes.Count(content[:at], []byte("\n"))})
				break
			}
		}
		if policy && (bytes.Contains(content, []byte("ecs:")) || bytes.Contains(content, []byte("olicy"))) {
			if m := allowing.FindIndex(content); m != nil {
				s.guard.allows = append(s.guard.allows, Pos{File: s.listing.repo.Shown(name), Line: 1 + bytes.Count(content[:m[0]], []byte("\n"))})
			}
		}
	}
	return s.guard
}

// protection is where it shows that a worker protects its task; no file has to say it of
// programs of ours.
func (s *scene) protection(k *work) (at Pos, ok bool) {
	if k.ours() {
		return k.Pos, true
	}
	g := s.site.search.taskGuard()
	for _, all := range [][]Pos{g.asks, g.allows} {
		if len(all) > 0 {
			return all[0], true
		}
	}
	return Pos{}, false
}

var roleAddress = regexp.MustCompile(`aws_iam_role\.([\w-]+)`)

// role is the role of a task, if a file has it; known: all that it may do stands in files.
func (e *ecsFiles) role(t *ecs.Task) (at Pos, known bool) {
	for _, template := range e.templates {
		r, ok := template.Referred(t.Role)
		if !ok || r.Type != "AWS::IAM::Role" || r.Pos.File != t.Pos.File {
			continue
		}
		for _, arn := range r.Node.Get("ManagedPolicyArns").Texts() {
			policy, ok := template.Referred(arn)
			if arn.Open && !strings.Contains(arn.Value, ":aws:policy/") && (!ok || policy.Type != "AWS::IAM::ManagedPolicy") {
				return r.Pos, false
			}
		}
		return r.Pos, !r.Node.Get("ManagedPolicyArns").IsOpen()
	}
	m := roleAddress.FindStringSubmatch(t.Role.Value)
	if m == nil || e.terraform == nil {
		return Pos{}, false
	}
	for _, module := range e.terraform.Modules {
		for _, r := range module.Resources("aws_iam_role") {
			if r.Name == m[1] && path.Dir(slashed(r.Pos.File)) == path.Dir(slashed(t.Pos.File)) {
				return r.Pos, !slices.ContainsFunc(module.Resources("aws_iam_role_policy_attachment", "aws_iam_policy_attachment"), opaque)
			}
		}
	}
	return Pos{}, false
}

// opaque says whether a role gets a policy that no file shows.
func opaque(r terraform.Resource) bool {
	arn := r.Node.Get("policy_arn").Text()
	return arn.Open && !strings.Contains(arn.Value, "aws_iam_policy.")
}

func slashed(file string) string { return filepath.ToSlash(file) }
