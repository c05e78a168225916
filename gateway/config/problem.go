package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/audit"
)

// Problem is one thing that is wrong with a file.
type Problem struct {
	File string
	Line int    // from 1; 0: of the file as a whole
	Key  string // "directory.users.login[0]"; empty: of the file as a whole
	// Found is what stands there (never a secret), Want what should. Hint is the nearest valid key, or what to do; without Want it
	// says everything.
	Found, Want, Hint string
	Warning           bool // the program works nevertheless, with the limit that Want tells
}

// String is the problem on one line, as compilers write it: file:line: key: found ..., wanted ...
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Key != "" {
		b.WriteString(": " + p.Key)
	}
	b.WriteString(": ")
	switch {
	case p.Want == "":
		return b.String() + p.Hint
	case p.Found != "":
		fmt.Fprintf(&b, "found %q, wanted ", audit.Clean(p.Found, 80))
	default:
		b.WriteString("wanted ")
	}
	b.WriteString(p.Want)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	return b.String()
}

// Error is a file that cannot be used: all its problems, in the order of the file.
type Error struct{ Problems []Problem }

// Error gives one line for each problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// report collects problems and knows where keys stand.
type report struct {
	file     string
	lines    map[string]int // by path
	problems []Problem
	unread   []string // keys that were meant by misspelt ones
	full     bool
}

// maxProblems keeps the answer to a file that is something else altogether readable.
const maxProblems = 100

func (r *report) add(p Problem) {
	if len(r.problems) >= maxProblems {
		r.full = true
		return
	}
	p.File = r.file
	r.problems = append(r.problems, p)
}

// at adds a problem with a key whose line is looked up; for a key that is not in the file it is the line of the nearest one above it.
func (r *report) at(key, found, want, hint string) {
	r.add(Problem{Line: r.line(key), Key: key, Found: found, Want: want, Hint: hint})
}

func (r *report) warn(key, found, want, hint string) {
	r.add(Problem{Line: r.line(key), Key: key, Found: found, Want: want, Hint: hint, Warning: true})
}

func (r *report) has(key string) bool {
	return slices.ContainsFunc(r.problems, func(p Problem) bool { return p.Key == key })
}

func (r *report) line(key string) int {
	for key != "" {
		if n, ok := r.lines[key]; ok {
			return n
		}
		key = key[:max(strings.LastIndexByte(key, '.'), strings.LastIndexByte(key, '['), 0)]
	}
	return 0
}

// result is the warnings, and the error if there is anything worse.
func (r *report) result() ([]Problem, error) {
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	if r.full {
		r.problems = append(r.problems, Problem{File: r.file, Hint: fmt.Sprintf("and more: only the first %d problems are listed", maxProblems)})
	}
	if slices.ContainsFunc(r.problems, func(p Problem) bool { return !p.Warning }) {
		return nil, &Error{r.problems}
	}
	return r.problems, nil
}
