package fields_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/fields"
	"github.com/wicketgate/wicketgate/ldapmap"
)

func everything(string) bool { return true }

// posted is the request of a form with these values.
func postedForm(t *testing.T, form url.Values) *http.Request {
	t.Helper()
	r := httptest.NewRequest("POST", "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if err := r.ParseForm(); err != nil {
		t.Fatal(err)
	}
	return r
}

func holding(values map[string][]string) *ldapmap.User {
	u := ldapmap.NewUser(ldapmap.Ref{ID: "1"})
	for name, v := range values {
		u.Set(name, v...)
	}
	return u
}

// shown is the hidden input that remembers what a form showed of somebody.
func shown(t *testing.T, u *ldapmap.User, all ...ldapmap.Field) string {
	t.Helper()
	set := fields.Set{Fields: all, Write: everything, Present: u}
	for _, h := range set.Form(u, locale(t, "en")).Hidden {
		if h.Name == "seen" {
			return h.Value
		}
	}
	t.Fatal("the form remembers nothing")
	return ""
}

func TestWhatSomebodyElseChangedMeanwhile(t *testing.T) {
	t.Parallel()
	phones := ldapmap.Field{Name: "phones", Type: ldapmap.TypePhone, Many: true, MaxLength: 40}
	for name, c := range map[string]struct {
		was, now, typed, want []string
		problem               bool
	}{
		"nobody changed it":                {was: list("1234"), now: list("1234"), typed: list("1234"), want: list("1234")},
		"the person changed it":            {was: list("1234"), now: list("1234"), typed: list("5678"), want: list("5678")},
		"somebody else did":                {was: list("1234"), now: list("9999"), typed: list("1234"), want: list("9999")},
		"both, alike":                      {was: list("1234"), now: list("5678"), typed: list("5678"), want: list("5678")},
		"both, differently":                {was: list("1234"), now: list("9999"), typed: list("5678"), want: list("5678"), problem: true},
		"somebody else emptied it":         {was: list("1234"), typed: list("1234")},
		"both, one emptied it":             {was: list("1234"), typed: list("5678"), want: list("5678"), problem: true},
		"the person emptied it":            {was: list("1234"), now: list("1234")},
		"somebody else filled it":          {now: list("1234"), want: list("1234")},
		"only the spelling":                {was: list("12 34"), now: list("12 34"), typed: list(" 12 34 ", "1234"), want: list("12 34")},
		"a spelling that we would not use": {was: list("12 34 "), now: list("12 34 "), typed: list("12 34"), want: list("12 34 ")},
	} {
		set := fields.Set{Fields: []ldapmap.Field{phones}, Write: everything}
		form := url.Values{"phones": c.typed, "seen": {shown(t, holding(map[string][]string{"phones": c.was}), phones)}}
		if c.typed == nil {
			form.Set("phones", "")
		}
		got, problems, err := set.Read(postedForm(t, form), holding(map[string][]string{"phones": c.now}))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.All("phones"), c.want) || (len(problems) > 0) != c.problem {
			t.Errorf("%s: %q, problems %v", name, got.All("phones"), problems)
		}
	}
}

func list(values ...string) []string { return values }

func TestNonsenseInWhatWasSeenHarmsNobody(t *testing.T) {
	t.Parallel()
	name := ldapmap.Field{Name: "name", Type: ldapmap.TypeText, MaxLength: 40}
	for _, seen := range []string{"", "=", "name", "name=", "name=zz name=", strings.Repeat("x=y ", 100_000)} {
		set := fields.Set{Fields: []ldapmap.Field{name}, Write: everything}
		got, _, err := set.Read(postedForm(t, url.Values{"name": {"New"}, "seen": {seen}}), holding(map[string][]string{"name": {"Old"}}))
		if err != nil || got.Get("name") != "New" {
			t.Errorf("%.20q: %q, %v", seen, got.Get("name"), err)
		}
	}
}

func TestABoxThatNobodyTickedWritesNothing(t *testing.T) {
	t.Parallel()
	box := ldapmap.Field{Name: "newsletter", Type: ldapmap.TypeBool, Widget: ldapmap.WidgetCheckbox, MaxLength: 5}
	set := fields.Set{Fields: []ldapmap.Field{box}, Write: everything}
	got, _, err := set.Read(postedForm(t, url.Values{"newsletter_shown": {"1"}}), holding(nil))
	if err != nil || len(got.All("newsletter")) != 0 {
		t.Errorf("it became %q, %v", got.All("newsletter"), err)
	}
	got, _, err = set.Read(postedForm(t, url.Values{"newsletter_shown": {"1"}}), holding(map[string][]string{"newsletter": {"true"}}))
	if err != nil || got.Get("newsletter") != "false" {
		t.Errorf("unticking it gives %q, %v", got.Get("newsletter"), err)
	}
}
