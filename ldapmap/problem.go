package ldapmap

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with a configuration. All problems are reported together; whoever loaded the file
// finds the line by the path.
type Problem struct {
	Path  string // "users.attributes.name"
	Found string // what stands there; empty: nothing
	Want  string // what should
	Hint  string // the nearest valid key, or what to do; may be empty
	// Warning says that the program works nevertheless, with the limit that Want and Hint tell.
	Warning bool
}

// String is the problem on one line.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.Path + ": ")
	if p.Found != "" {
		fmt.Fprintf(&b, "found %q, wanted %s", p.Found, p.Want)
	} else {
		b.WriteString(p.Want)
	}
	if p.Hint != "" {
		b.WriteString("; " + p.Hint)
	}
	return b.String()
}

// Fatal tells whether one of the problems is more than a warning.
func Fatal(problems []Problem) bool {
	for _, p := range problems {
		if !p.Warning {
			return true
		}
	}
	return false
}

// problems collects what Compile and Check find.
type problems []Problem

func (p *problems) add(path, found, want string, hint ...string) {
	*p = append(*p, Problem{Path: path, Found: found, Want: want, Hint: strings.Join(hint, "; ")})
}

func (p *problems) warn(path, found, want string, hint ...string) {
	*p = append(*p, Problem{Path: path, Found: found, Want: want, Hint: strings.Join(hint, "; "), Warning: true})
}

// Nearest returns the one of the words that was probably meant, or "" if none is near.
func Nearest(found string, words []string) string {
	best, bestDistance := "", max(2, len(found)/3)+1
	for _, w := range words {
		if d := distance(strings.ToLower(found), strings.ToLower(w)); d < bestDistance {
			best, bestDistance = w, d
		}
	}
	return best
}

// didYouMean is the hint with the nearest word, or "".
func didYouMean(found string, words []string) string {
	if w := Nearest(found, words); w != "" {
		return fmt.Sprintf("did you mean %q?", w)
	}
	return ""
}

// distance is Levenshtein's, with a swap of neighbours counted as one.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	var rows [3][65]int
	for j := range len(b) + 1 {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		row, up, upup := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(up[j]+1, row[j-1]+1, up[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], upup[j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}

func list(words []string) string {
	switch len(words) {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
