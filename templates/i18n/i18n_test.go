package i18n

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func load(t *testing.T, files fstest.MapFS, opts ...Option) *Bundle {
	t.Helper()
	var bundle *Bundle
	var err error
	if files == nil {
		bundle, err = Load(nil, opts...)
	} else {
		bundle, err = Load(files, opts...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

func TestTheLanguageIsThatOfThePersonThenOfTheBrowserThenEnglish(t *testing.T) {
	t.Parallel()
	bundle := load(t, nil)
	for _, c := range []struct {
		accept    string
		preferred []string
		want      string
	}{
		{"fr-CA,fr;q=0.9,en;q=0.5", nil, "fr"},
		{"de,fr;q=0.3", nil, "fr"},
		{"en-US", []string{"fr"}, "fr"},
		{"fr", []string{"", "en"}, "en"},
		{"fr", []string{"ja"}, "fr"},
		{"en", []string{"br"}, "fr"}, // Whoever writes Breton reads French.
		{"fr", []string{"!!"}, "fr"},
		{"", []string{"fr-BE, en;q=0.2"}, "fr"},
		{"ja", nil, "en"},
		{"", nil, "en"},
		{strings.Repeat("fr,", 10000), nil, "en"},
		{"\x00;;;q=", nil, "en"},
	} {
		if got := bundle.Match(c.accept, c.preferred...).Tag(); got != c.want {
			t.Errorf("Accept-Language %.20q, preferred %q: got %s, want %s", c.accept, c.preferred, got, c.want)
		}
	}
	if bundle.Locale("fr") == nil || bundle.Locale("xx") != nil {
		t.Error("Locale finds exactly the languages there are")
	}
	if name := bundle.Locale("fr").NativeName(); name != "français" {
		t.Errorf("got %q", name)
	}
}

func TestAMessageIsSaidInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	fr := load(t, nil).Locale("fr")
	for _, c := range []struct {
		message         Message
		french, english string
	}{
		{M("Sign in"), "Se connecter", "Sign in"},
		{M("Hello %s", "Zoé"), "Bonjour Zoé", "Hello Zoé"},
		{MN("%d day", "%d days", 1, 1), "1 jour", "1 day"},
		{MN("%d day", "%d days", 0, 0), "0 jour", "0 days"},
		{MN("%d day", "%d days", 2, 2), "2 jours", "2 days"},
		{MC("month", "May"), "mai", "May"},
		{Verbatim("Sign in"), "Sign in", "Sign in"},
		{M("In no catalogue: %d %%", 3), "In no catalogue: 3 %", "In no catalogue: 3 %"},
		{M("100 % is not a format"), "100 % is not a format", "100 % is not a format"},
		{Message{}, "", ""},
		{M("The directory did not take it: %s", M("Nothing was changed.")), "L’annuaire l’a refusé\u00a0: Rien n’a été changé.", "The directory did not take it: Nothing was changed."},
		{M("You can try again in %s.", 90*time.Second), "Vous pourrez réessayer dans 2 minutes.", "You can try again in 2 minutes."},
		{M("It works once, until %s.", time.Date(2026, 3, 1, 18, 5, 0, 0, time.UTC)), "Elle est valable une seule fois, jusqu’au 1er mars 2026 à 18:05.", "It works once, until 1 March 2026 at 18:05."},
		{M("Hello %s", errors.New("dial tcp 10.0.0.1:636")), "Bonjour …", "Hello …"},
		{MN("%d mail waits.", "%d mails wait.", 12000, 12000), "12\u00a0000 messages attendent.", "12,000 mails wait."},
	} {
		if got := fr.Msg(c.message); got != c.french {
			t.Errorf("French: got %q, want %q", got, c.french)
		}
		if got := c.message.String(); got != c.english {
			t.Errorf("English: got %q, want %q", got, c.english)
		}
	}
	if !(Message{}).IsZero() || M("x").IsZero() {
		t.Error("only the zero message says nothing")
	}
}

func TestTimesAreWrittenForPeople(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	bundle := load(t, nil, Zone(paris))
	en, fr := bundle.Locale("en"), bundle.Locale("fr")
	now := time.Date(2026, 8, 2, 22, 30, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{en.Date(now), "3 August 2026"}, {fr.Date(now), "3 août 2026"},
		{en.DateTime(now), "3 August 2026 at 00:30"}, {fr.DateTime(now), "3 août 2026 à 00:30"},
		{fr.Date(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)), "1er mai 2026"},
		{en.Relative(now.Add(-10*time.Second), now), "just now"},
		{en.Relative(now.Add(-3*time.Hour), now), "3 hours ago"},
		{fr.Relative(now.Add(-50*time.Hour), now), "il y a 2 jours"},
		{en.Relative(now.Add(time.Hour), now), "in 1 hour"},
		{fr.Relative(now.Add(-60*24*time.Hour), now), "le 4 juin 2026"},
		{en.Duration(45 * time.Minute), "45 minutes"}, {en.Duration(75 * time.Minute), "75 minutes"}, {en.Duration(24 * time.Hour), "1 day"},
		{en.Duration(36 * time.Hour), "36 hours"}, {en.Duration(48 * time.Hour), "2 days"}, {en.Duration(1500 * time.Millisecond), "2 seconds"},
		{en.Duration(-time.Hour), "1 hour"},
		{en.Date(time.Time{}) + en.DateTime(time.Time{}) + en.Relative(time.Time{}, now), ""},
		{fr.List([]string{"a", "b", "c"}), "a, b et c"}, {en.List([]string{"a"}), "a"}, {en.List(nil), ""},
		{en.Number(1234567), "1,234,567"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

const arabic = "msgid \"\"\nmsgstr \"\"\n\"Plural-Forms: nplurals=2; plural=(n != 1);\\n\"\n\nmsgid \"Sign in\"\nmsgstr \"تسجيل الدخول\"\n"

func TestAnOrganisationReplacesTextsAndAddsLanguages(t *testing.T) {
	t.Parallel()
	bundle := load(t, fstest.MapFS{
		"en.po": {Data: []byte("msgid \"\"\nmsgstr \"\"\n\"Plural-Forms: nplurals=2; plural=(n != 1);\\n\"\n\nmsgid \"Sign in\"\nmsgstr \"Come in\"\n\nmsgid \"%d day\"\nmsgid_plural \"%d days\"\nmsgstr[0] \"one day\"\nmsgstr[1] \"%d whole days\"\n")},
		"ar.po": {Data: []byte(arabic)},
	})
	en, ar := bundle.Match("en"), bundle.Match("ar-EG")
	for _, c := range []struct{ got, want string }{
		{en.T("Sign in"), "Come in"}, {en.N("%d day", "%d days", 1, 1), "one day"}, {en.N("%d day", "%d days", 3, 3), "3 whole days"},
		{en.T("Sign out"), "Sign out"}, {bundle.Match("fr").T("Sign in"), "Se connecter"},
		{ar.T("Sign in"), "تسجيل الدخول"}, {ar.T("Sign out"), "Sign out"}, {ar.Dir(), "rtl"}, {en.Dir(), "ltr"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if n := len(bundle.Locales()); n != 3 {
		t.Errorf("got %d languages, want 3", n)
	}
}

func TestABrokenCatalogueIsRefusedWithItsName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		data []byte
		want string
	}{
		"name":     {"french.text.po", nil, "french.text.po"},
		"size":     {"fr.po", bytes.Repeat([]byte("# x\n"), maxCatalogue/4+1), "larger than 1 MB"},
		"encoding": {"fr.po", []byte("msgid \"a\"\nmsgstr \"\xe9\"\n"), "UTF-8"},
		"verbs":    {"fr.po", []byte("msgid \"Hello %s\"\nmsgstr \"Bonjour\"\n"), "same arguments"},
		"plural":   {"fr.po", []byte("msgid \"%d day\"\nmsgid_plural \"%d days\"\nmsgstr[0] \"%d jour\"\nmsgstr[1] \"%d %s\"\n"), "same arguments"},
		"context":  {"fr.po", []byte("msgctxt \"c\"\nmsgid \"x\"\nmsgstr \"%s\"\n"), "same arguments"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(fstest.MapFS{c.file: {Data: c.data}})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.file) {
				t.Fatalf("got %v, want an error with %q and the file's name", err, c.want)
			}
		})
	}
	if _, err := Load(fstest.MapFS{"fr.po": {Data: []byte("msgid \"%s of %s\"\nmsgstr \"%[2]s, %[1]s\"\n")}}); err != nil {
		t.Errorf("a translation may change the order: %v", err)
	}
}
