// Package passwords holds our own rules for new passwords and the strength meter. The directory has the last word: its own policy
// is asked by every change, and it may refuse what passes here.
//
// The rules are few, as NIST SP 800-63B 3.1.1 advises: a length, a strength by zxcvbn (which knows common passwords, keyboard rows and
// dates), and nothing of the person's own name. They are shown before anything is typed and told all at once when they are broken.
//
// selfservice/password and selfservice/join use it; it imports templates for the meter's data and authn for the bounds.
package passwords

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Config of the rules. Zero values are the defaults.
type Config struct {
	MinLength int `yaml:"min_length"` // characters; 0: 8
	// MinScore is the least zxcvbn score, 0 to 4; 0: 2. NoMeter turns the strength off altogether.
	MinScore int  `yaml:"min_score"`
	NoMeter  bool `yaml:"no_meter"`
}

// MaxLength is how many characters a password may have. The form takes more, so that the refusal can be said in words.
const MaxLength = authn.MaxPassword / utf8.UTFMax

// MaxJudged is how many characters the meter looks at; what is longer is strong or weak by then.
const MaxJudged = 100

// minPart is how long a name must be to be forbidden inside a password: "Jo" is in too many words.
const minPart = 4

// Rules judge new passwords. They are immutable.
type Rules struct {
	min, score int
	meter      bool
}

// New returns the rules of a configuration.
func New(cfg Config) *Rules {
	r := &Rules{min: cfg.MinLength, score: cfg.MinScore, meter: !cfg.NoMeter}
	if r.min <= 0 {
		r.min = 8
	}
	r.min = min(r.min, MaxLength)
	if r.score <= 0 {
		r.score = 2
	}
	r.score = min(r.score, 4)
	return r
}

// Shown are the rules as the page lists them before anything is typed.
func (r *Rules) Shown() []i18n.Message {
	shown := []i18n.Message{i18n.MN("at least %d character", "at least %d characters", r.min, r.min)}
	if r.meter {
		shown = append(shown, i18n.M("hard to guess: a few words that do not belong together do well"))
	}
	return append(shown, i18n.M("nothing of your name, user name or mail address"))
}

// Check returns every rule that the password breaks, in words; nothing if it is good. about are words that belong to the person, as
// About collects them.
func (r *Rules) Check(password string, about ...string) []i18n.Message {
	problems := r.shape(password)
	if len(problems) > 0 {
		return problems
	}
	if containsOwn(password, about) {
		problems = append(problems, i18n.M("It must not contain your name, user name or mail address."))
	}
	if r.meter && judge(password, about).Score < r.score {
		problems = append(problems, i18n.M("It is too easy to guess."))
	}
	return problems
}

// Meter is the judgement on a password while it is typed.
func (r *Rules) Meter(password string, about ...string) templates.StrengthMeter {
	if password == "" {
		return templates.StrengthMeter{}
	}
	problems := r.Check(password, about...)
	meter := templates.StrengthMeter{Typed: true, Score: 4, Problems: problems, Accepted: len(problems) == 0}
	if r.meter {
		verdict := judge(password, about)
		meter.Score = verdict.Score
		if !meter.Accepted || verdict.Score < 3 {
			meter.Advice = verdict.Advice
		}
	}
	return meter
}

// shape tells what is wrong whatever the person is called.
func (r *Rules) shape(password string) []i18n.Message {
	length := utf8.RuneCountInString(password)
	switch {
	case password == "":
		return []i18n.Message{i18n.M("Type a new password.")}
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return []i18n.Message{i18n.M("It contains a character that cannot be typed on a keyboard.")}
	case length > MaxLength:
		return []i18n.Message{i18n.M("It must have at most %d characters.", MaxLength)}
	case strings.TrimSpace(password) == "":
		return []i18n.Message{i18n.M("It needs something besides spaces.")}
	case length < r.min:
		return []i18n.Message{i18n.MN("It needs at least %d character.", "It needs at least %d characters.", r.min, r.min)}
	}
	return nil
}

func containsOwn(password string, about []string) bool {
	password = strings.ToLower(password)
	for _, word := range about {
		if utf8.RuneCountInString(word) >= minPart && strings.Contains(password, strings.ToLower(word)) {
			return true
		}
	}
	return false
}

// About collects the words that belong to a person: user name, the parts of the names, mail addresses and what stands before their @.
func About(u *ldapmap.User) []string {
	about := []string{u.Get(ldapmap.Username)}
	for _, field := range []string{ldapmap.Name, ldapmap.GivenName, ldapmap.FamilyName} {
		for _, name := range u.All(field) {
			about = append(about, strings.Fields(name)...)
		}
	}
	for _, mail := range u.All(ldapmap.Emails) {
		local, _, _ := strings.Cut(mail, "@")
		about = append(about, mail, local)
	}
	return about
}
