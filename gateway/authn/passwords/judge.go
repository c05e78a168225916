package passwords

import (
	"strings"
	"unicode/utf8"

	zxcvbn "github.com/ccojocar/zxcvbn-go"
	"github.com/ccojocar/zxcvbn-go/match"
	"github.com/ccojocar/zxcvbn-go/matching"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// verdict is what zxcvbn thinks.
type verdict struct {
	Score  int // 0 to 4
	Advice i18n.Message
}

// maxLeetWays is in how many ways a password may be read as l33t to be looked at so. zxcvbn tries all of them: with every such character in a
// hundred it takes seconds. Nobody remembers a word with more than a few.
const maxLeetWays = 8

// maxAbout bounds how many words about the person are looked for.
const maxAbout = 50

func judge(password string, about []string) verdict {
	password = firstRunes(password, MaxJudged)
	words := make([]string, 0, len(about)+20)
	for _, w := range about[:min(len(about), maxAbout)] {
		if w != "" {
			words = append(words, strings.ToLower(firstRunes(w, MaxJudged)))
		}
	}
	words = append(words, common()...)
	skipLeet := func(m match.Matcher) bool {
		return m.ID == matching.L33TMatcherName && leetWays(password) > maxLeetWays
	}
	result := zxcvbn.PasswordStrength(password, words, skipLeet)
	v := verdict{Score: min(max(result.Score, 0), 4), Advice: advise(result.MatchSequence)}
	// The library does not recognise dates (v1.0.4 takes 27/09/1993 for random), and that is what numbers mostly are.
	if len(password) < 16 && strings.Trim(password, "0123456789 ./-") == "" {
		v = verdict{Score: min(v.Score, 1), Advice: i18n.M("Dates and numbers are guessed first.")}
	}
	return v
}

// leetWays is an upper bound for the readings that the library's table (data/L33t.json) allows.
func leetWays(password string) int {
	ways := 1
	for _, meanings := range []string{"4@", "({[<", "69", "1!|", "1|7", "$5", "+7"} { // a c g i l s t; the others have one each
		n := 0
		for _, c := range meanings {
			if strings.ContainsRune(password, c) {
				n++
			}
		}
		ways *= max(n, 1)
	}
	for _, twice := range "1|7" { // these may mean one of two letters
		if strings.ContainsRune(password, twice) {
			ways *= 2
		}
	}
	return ways
}

// advise says what to do about the weakest part: the longest that could be recognised.
func advise(found []match.Match) i18n.Message {
	longest, length := "", 0
	for _, m := range found {
		if n := m.J - m.I; n >= length && m.Pattern != "" && m.Pattern != "bruteforce" {
			longest, length = m.Pattern, n
			if m.DictionaryName == "user_inputs" {
				longest = "own"
			}
		}
	}
	switch longest {
	case "own":
		return i18n.M("Names and well-known passwords are guessed first.")
	case "spatial":
		return i18n.M("Keys that are neighbours are guessed first.")
	case "repeat":
		return i18n.M("Repeating a character adds little.")
	case "sequence":
		return i18n.M("Sequences like abc or 6543 are guessed first.")
	}
	return i18n.M("Add a word or two that do not belong together.")
}

// common are passwords that are common where French is spoken; zxcvbn's lists are English.
func common() []string {
	return []string{
		"motdepasse", "azerty", "azertyuiop", "qsdfghjklm", "bonjour", "soleil", "doudou", "loulou", "chouchou", "marseille",
		"jetaime", "coucou", "chocolat", "vacances", "bienvenue", "changezmoi", "changeme", "welcome", "wicketgate",
	}
}

func firstRunes(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}
