package ldapmap

import (
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestWhatPeopleTypeIsChecked(t *testing.T) {
	t.Parallel()
	const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4e me@home"
	for _, c := range []struct {
		kind      Type
		in, wants string // "!" for a refusal
	}{
		{TypeText, "  André  ", "André"}, {TypeText, "Andre\u0301", "André"}, {TypeText, "", ""}, {TypeText, "   ", ""}, {TypeText, "a\x00b", "!"}, {TypeText, "a\nb", "!"},
		{TypeText, "\xff", "!"}, {TypeText, strings.Repeat("é", 256), strings.Repeat("é", 256)}, {TypeText, strings.Repeat("é", 257), "!"}, {TypeText, strings.Repeat("x", 9999), "!"},
		{TypeText, "a\u0085b", "!"}, {TypeText, "a\ufffdb", "!"},
		{TypeLines, "a\r\nb", "a\nb"}, {TypeLines, "a\tb", "!"},
		{TypeMail, "a@example.org", "a@example.org"}, {TypeMail, "A <a@example.org>", "!"}, {TypeMail, "a@", "!"}, {TypeMail, "a", "!"}, {TypeMail, "a@b, c@d", "!"}, {TypeMail, "\"a b\"@example.org", "!"},
		{TypeMail, "é@exämple.org", "é@exämple.org"},
		{TypePhone, "+33 (0)1 23-45.67", "+33 (0)1 23-45.67"}, {TypePhone, "112", "112"}, {TypePhone, "1", "!"}, {TypePhone, "<script>", "!"}, {TypePhone, "12 ext 3", "12 ext 3"},
		{TypeURL, "https://example.org/x", "https://example.org/x"}, {TypeURL, "javascript:alert(1)", "!"}, {TypeURL, "example.org", "!"}, {TypeURL, "http://", "!"},
		{TypeDate, "2026-02-28", "2026-02-28"}, {TypeDate, "2026-02-30", "!"}, {TypeDate, "28/02/2026", "!"},
		{TypeTime, "2026-03-14T16:09:26+01:00", "2026-03-14T15:09:26Z"}, {TypeTime, "now", "!"},
		{TypeBool, "true", "true"}, {TypeBool, "yes", "!"}, {TypeNumber, "042", "42"}, {TypeNumber, "4.2", "!"},
		{TypeLanguage, "FR-ca", "fr-CA"}, {TypeLanguage, "??", "!"}, {TypeZone, "Europe/Paris", "Europe/Paris"}, {TypeZone, "Local", "!"}, {TypeZone, "../etc/passwd", "!"},
		{TypeSSHKey, key, key}, {TypeSSHKey, "ssh-ed25519 AAAA", "!"}, {TypeSSHKey, "command=\"x\" " + key, "!"}, {TypeSSHKey, key + "\n" + key, "!"}, {TypeSSHKey, "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIB4e", "!"}, {TypeSSHKey, "x", "!"},
		{TypePerson, "uid=a,dc=b", "uid=a,dc=b"}, {TypePerson, "somebody", "!"},
		{TypePhoto, "\xff\xd8\xff\x00", "\xff\xd8\xff\x00"}, {TypePhoto, "GIF89a", "!"}, {TypePhoto, "", ""}, {TypePhoto, "\xff\xd8\xff" + strings.Repeat("x", 3<<20), "!"},
	} {
		f := Field{Name: "f", Type: c.kind}.filled()
		got, err := f.Clean(c.in)
		if (c.wants == "!") != (err != nil) || err == nil && got != c.wants {
			t.Errorf("%s %.40q: %.40q, %v", c.kind, c.in, got, err)
		}
		if e, ok := fault.WordsOf(err); err != nil && (!ok || e.Field != "f" || e.Code != fault.Invalid) {
			t.Errorf("%s %.40q: %v has no words for the person", c.kind, c.in, err)
		}
	}
	f := Field{Name: "f", Type: TypeText, Choices: []Choice{{Value: "a"}}}.filled()
	if _, err := f.Clean("b"); err == nil {
		t.Error("a choice that is none was taken")
	}
	if v, err := f.Clean("a"); err != nil || v != "a" {
		t.Error("a choice was not taken")
	}
}

func TestSeveralValuesAreCountedAndToldApart(t *testing.T) {
	t.Parallel()
	many := Field{Name: "f", Type: TypeMail, Many: true}.filled()
	got, err := many.CleanAll([]string{"a@x.org", "", " A@x.org ", "b@x.org"})
	if err != nil || len(got) != 2 {
		t.Errorf("%q, %v", got, err)
	}
	for name, f := range map[string]struct {
		field  Field
		values []string
	}{
		"two of one":   {Field{Name: "f", Type: TypeText}.filled(), []string{"a", "b"}},
		"none needed":  {Field{Name: "f", Type: TypeText, Required: true}.filled(), []string{" "}},
		"a bad one":    {many, []string{"a@x.org", "nonsense"}},
		"far too many": {Field{Name: "f", Type: TypeNumber, Many: true}.filled(), strings.Fields(strings.Repeat("1 2 3 4 5 6 7 8 9 ", 1) + numbers(60))},
	} {
		if got, err := f.field.CleanAll(f.values); err == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func numbers(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat("1", i%18+1) + strings.Repeat("0", i/18) + " ")
	}
	return b.String()
}

func TestALoginIsBoundedBeforeItIsLookedFor(t *testing.T) {
	t.Parallel()
	for login, good := range map[string]bool{"ada": true, "andré": true, "*)(uid=*": true, "": false, " ": false, "a\x00": false, "a\n": false, " ada ": true, "a\nb": false, "\xff": false, strings.Repeat("a", 256): true, strings.Repeat("a", 257): false} {
		if err := CheckLogin(login); (err == nil) != good {
			t.Errorf("%.20q: %v", login, err)
		}
	}
}
