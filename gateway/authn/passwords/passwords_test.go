package passwords_test

import (
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/authn/passwords"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

func said(messages []i18n.Message) string {
	var words []string
	for _, m := range messages {
		words = append(words, m.String())
	}
	return strings.Join(words, " ")
}

func about() []string {
	u := ldapmap.NewUser(ldapmap.Ref{ID: "1"})
	u.Set(ldapmap.Username, "jlefevre")
	u.Set(ldapmap.Name, "Joséphine Lefèvre")
	u.Set(ldapmap.Emails, "josephine.l@example.org")
	return passwords.About(u)
}

func TestEveryRefusalIsSaidInWords(t *testing.T) {
	t.Parallel()
	rules := passwords.New(passwords.Config{})
	for password, want := range map[string]string{
		"":                          "Type a new password.",
		"kurz":                      "It needs at least 8 characters.",
		"äöüéàèç":                   "It needs at least 8 characters.",
		"          ":                "It needs something besides spaces.",
		"\u00a0\u2003        ":      "It needs something besides spaces.",
		"horse\x00battery staple":   "It contains a character that cannot be typed on a keyboard.",
		"horse\nbattery staple":     "It contains a character that cannot be typed on a keyboard.",
		"horse battery \xff staple": "It contains a character that cannot be typed on a keyboard.",
		strings.Repeat("é", 10_000): "It must have at most 1000 characters.",
		strings.Repeat("a", 1001):   "It must have at most 1000 characters.",
		"password1":                 "It is too easy to guess.",
		"azertyuiop":                "It is too easy to guess.",
		"MotDePasse":                "It is too easy to guess.",
		"27/09/1993":                "It is too easy to guess.",
		"aaaaaaaaaaaa":              "It is too easy to guess.",
		"xk JLEFEVRE 29 qpv vz":     "It must not contain your name, user name or mail address.",
		"xk lefèvre 29 qpv vz":      "It must not contain your name, user name or mail address.",
		"xk josephine.l qpv vz":     "It must not contain your name, user name or mail address.",
		"correct horse battery":     "",
		"  spaced out, no? 7":       "",
		"тёплый хлеб утром":         "",
	} {
		if got := said(rules.Check(password, about()...)); got != want {
			t.Errorf("%.30q: %q, want %q", password, got, want)
		}
	}
}

func TestTheRulesAreConfigured(t *testing.T) {
	t.Parallel()
	long := passwords.New(passwords.Config{MinLength: 20, MinScore: 9})
	if got := said(long.Check("correct horse")); got != "It needs at least 20 characters." {
		t.Errorf("length: %q", got)
	}
	if got := said(long.Shown()); !strings.Contains(got, "at least 20 characters") {
		t.Errorf("shown: %q", got)
	}
	lax := passwords.New(passwords.Config{NoMeter: true})
	if got := said(lax.Check("password1")); got != "" {
		t.Errorf("without the meter: %q", got)
	}
	if m := lax.Meter("password1"); m.Score != 4 || !m.Accepted || len(lax.Shown()) != 2 {
		t.Errorf("without the meter: %+v, %v", m, lax.Shown())
	}
}

func TestTheMeterSaysWhatToDo(t *testing.T) {
	t.Parallel()
	rules := passwords.New(passwords.Config{})
	if m := rules.Meter(""); m.Typed {
		t.Error("nothing typed is judged")
	}
	for password, advice := range map[string]string{
		"jlefevre":      "Names and well-known passwords are guessed first.",
		"zxcdsaqwe":     "Keys that are neighbours are guessed first.",
		"zzzzzzzzzz":    "Repeating a character adds little.",
		"mnopqrstu":     "Sequences like abc or 6543 are guessed first.",
		"27/09/1993":    "Dates and numbers are guessed first.",
		"sunshine moon": "Add a word or two that do not belong together.",
	} {
		m := rules.Meter(password, about()...)
		if !m.Typed || m.Advice.String() != advice {
			t.Errorf("%q: score %d, advice %q, want %q", password, m.Score, m.Advice.String(), advice)
		}
	}
	if m := rules.Meter("correct horse battery staple"); m.Score != 4 || !m.Accepted || !m.Advice.IsZero() {
		t.Errorf("a strong one: %+v", m)
	}
}

// The library needs three seconds and forty million allocations for the first one when it is left alone. Not parallel: AllocsPerRun counts
// those of the whole process.
func TestNobodyKeepsTheMeterBusy(t *testing.T) { //nolint:paralleltest
	rules := passwords.New(passwords.Config{})
	all := strings.Repeat("4@8({[<3691!1|1|70$5+7%2", 300)
	allocations := testing.AllocsPerRun(1, func() { rules.Meter(all[:1000]) })
	few := testing.AllocsPerRun(1, func() { rules.Meter(strings.Repeat("1|7!$", 200)) })
	if allocations > 100_000 || few > 100_000 {
		t.Errorf("judging takes %.0f and %.0f allocations", allocations, few)
	}
}

func TestWhatIsAllowedCanSignIn(t *testing.T) {
	t.Parallel()
	if longest := strings.Repeat("😀", passwords.MaxLength); len(longest) > authn.MaxPassword {
		t.Errorf("a password of %d bytes may be set, but only %d may be typed at sign-in", len(longest), authn.MaxPassword)
	}
}

func BenchmarkMeterWorstCase(b *testing.B) {
	rules := passwords.New(passwords.Config{})
	for _, p := range []string{strings.Repeat("4@8({[<3691!1|1|70$5+7%2", 5), strings.Repeat("1|7!$", 20), strings.Repeat("(4{8[", 20), strings.Repeat("a", 100)} {
		b.Run(p[:6], func(b *testing.B) {
			for b.Loop() {
				rules.Meter(p)
			}
		})
	}
}
