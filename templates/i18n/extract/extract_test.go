package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNobodyReadsATextInTheWrongLanguage(t *testing.T) {
	t.Parallel()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	found, err := scan(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 200 {
		t.Fatalf("found only %d texts: the search is broken", len(found))
	}
	for _, c := range languages() {
		data, err := os.ReadFile(filepath.Join(root, "templates", "i18n", c.language+".po"))
		if err != nil {
			t.Fatal(err)
		}
		c.read(data)
		for _, k := range c.stale(found) {
			t.Errorf("%s.po has %q, which no page says any more; run go generate ./templates/i18n", c.language, k.ID)
		}
		if c.language == "en" {
			continue
		}
		for _, k := range c.missing(found) {
			t.Errorf("%s.po lacks %q (%s); run go generate ./templates/i18n and translate it", c.language, k.ID, strings.Join(found[k], " "))
		}
	}
}

// module writes a small module and returns its folder.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const sources = `package p

import "example.org/i18n"

func f(loc *i18n.Locale, n int) []any {
	return []any{
		i18n.M("Plain"), i18n.MN("%d day", "%d days", n, n), i18n.MC("month", "May"), i18n.M("in " + "parts"),
		loc.T("Said"), loc.N("one", "many", n), loc.C("verb", "Open"),
		i18n.M(computed()), other.M("not ours"), i18n.Verbatim("as it is"), i18n.M(spoken), spoken, silent,
		refuse(n, "Refused"), fault.Say(1, "field", "Said by another folder", n), &E{Words: "In a literal"}, &E{Words: constantWords}, &E{Log: "not for people"},
	}
}

const (
	spoken        = "A constant"
	silent        = "not said"
	constantWords = "Another constant"
)

type section string

func (s section) Label() string { if s == "x" { return "A label" }; return "" }

func msg(id string) Text { return Text{Message: id} }

var table = []Text{msg("In a table")}

func refuse(n int, words string, args ...any) error { say := func(words string) error { return nil }; say("In a closure"); return fault.Say(1, "", words, args...) }
`

func TestEveryWayOfSayingATextIsFound(t *testing.T) {
	t.Parallel()
	root := module(t, map[string]string{
		"go.mod": "module m\n", "p.go": sources, "fault/fault.go": "package fault\n\nfunc Say(code int, field, words string, args ...any) error { return nil }\n\nfunc Wrap(text string) {}\n\nvar _ = Wrap", "q/q.go": "package q\n\nvar _ = refuse(1, \"a function of another folder\")", "p_test.go": `package p; var _ = i18n.M("only a test")`,
		"templates/html/a/b.html": `{{define "x"}}{{if .Y}}{{t "In HTML" .Z}}{{else}}{{tn "a door" "%d doors" .N .N}}{{end}}{{range .L}}{{template "q" (dict "K" (t "Nested"))}}{{end}}{{with .W}}{{tc "verb" "Close"}}{{end}}{{end}}`,
		"templates/mail/c.txt":    `{{define "subject"}}{{t "In a mail"}}{{end}}`,
	})
	found, err := scan(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []key{
		{"", "Plain", ""}, {"", "%d day", "%d days"}, {"month", "May", ""}, {"", "in parts", ""}, {"", "Said", ""}, {"", "one", "many"}, {"verb", "Open", ""},
		{"", "A constant", ""}, {"", "Refused", ""}, {"", "Said by another folder", ""}, {"", "In a literal", ""}, {"", "Another constant", ""}, {"", "In a closure", ""},
		{"", "A label", ""}, {"", "In a table", ""},
		{"", "In HTML", ""}, {"", "a door", "%d doors"}, {"", "Nested", ""}, {"verb", "Close", ""}, {"", "In a mail", ""},
	}
	for _, k := range want {
		if _, ok := found[k]; !ok {
			t.Errorf("not found: %+v", k)
		}
	}
	if len(found) != len(want) {
		t.Errorf("found %d texts, want %d: %v", len(found), len(want), found)
	}
}

func TestATextThatIsNotWrittenOutInATemplateIsRefused(t *testing.T) {
	t.Parallel()
	root := module(t, map[string]string{"go.mod": "module m\n", "templates/html/a.html": `{{t .Title}}`})
	if _, err := scan(root); err == nil || !strings.Contains(err.Error(), "templates/html/a.html") {
		t.Fatalf("got %v, want an error that names the file", err)
	}
}

func TestUpdatingKeepsTranslationsAndDropsWhatIsGone(t *testing.T) {
	t.Parallel()
	root := module(t, map[string]string{
		"go.mod": "module m\n", "p.go": sources,
		"templates/i18n/en.po": "",
		"templates/i18n/fr.po": "msgid \"\"\nmsgstr \"\"\n\"Plural-Forms: nplurals=2; plural=(n > 1);\\n\"\n\n" +
			"msgid \"Plain\"\nmsgstr \"Simple «\u00a0ici\u00a0»\"\n\nmsgid \"%d day\"\nmsgid_plural \"%d days\"\nmsgstr[0] \"%d jour\"\nmsgstr[1] \"%d jours\"\n\n" +
			"msgctxt \"month\"\nmsgid \"May\"\nmsgstr \"mai\"\n\nmsgid \"Gone\"\nmsgstr \"Parti\"\n",
	})
	report, err := os.Create(filepath.Join(t.TempDir(), "report"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // A second run changes nothing.
		if err := update(root, report); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(filepath.Join(root, "templates", "i18n", "fr.po"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Simple «\u00a0ici\u00a0»", "msgstr[1] \"%d jours\"", "msgctxt \"month\"\nmsgid \"May\"\nmsgstr \"mai\"", "msgid \"Said\"\nmsgstr \"\""} {
		if !strings.Contains(string(data), want) {
			t.Errorf("fr.po lacks %q:\n%s", want, data)
		}
	}
	if strings.Contains(string(data), "Gone") {
		t.Error("fr.po still has a text that nobody says")
	}
	if out, _ := os.ReadFile(report.Name()); !strings.Contains(string(out), `"Said"`) {
		t.Errorf("the report does not name what is to be translated: %s", out)
	}
}
