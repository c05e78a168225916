package templates_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
	"github.com/wicketgate/wicketgate/templates/sample"
)

// draw renders a form inside a page and returns the form.
func draw(t *testing.T, form templates.Form) *goquery.Selection {
	t.Helper()
	r := renderer(t, templates.Options{})
	_, doc := render(t, r, r.Bundle().Locale("en"), templates.Layout{}, templates.AcceptPage{Form: form})
	return doc.Find("body")
}

func one(fields ...templates.Field) templates.Form {
	return templates.Form{Action: "/x", Sections: []templates.Section{{Fields: fields}}}
}

func TestWhatWasTypedStaysInTheFormButAPasswordNever(t *testing.T) {
	t.Parallel()
	body := draw(t, one(
		templates.Field{Name: "a", Label: "A", Widget: templates.WidgetText, Value: `"><b>`},
		templates.Field{Name: "b", Label: "B", Widget: templates.WidgetTextArea, Value: "two\nlines"},
		templates.Field{Name: "c", Label: "C", Widget: templates.WidgetSelect, Value: "2", Options: []templates.Option{{Value: "1", Label: "one"}, {Value: "2", Label: "two"}}},
		templates.Field{Name: "d", Label: "D", Widget: templates.WidgetCheckbox, Value: "1"},
		templates.Field{Name: "e", Label: "E", Widget: templates.WidgetChoices, Values: []string{"y"}, Options: []templates.Option{{Value: "x", Label: "X"}, {Value: "y", Label: "Y"}}},
		templates.Field{Name: "f", Label: "F", Widget: templates.WidgetEmail, Multiple: true, Values: []string{"one@example.org", "two@example.org"}},
		templates.Field{Name: "g", Label: "G", Widget: templates.WidgetPassword, Value: "correct horse"},
		templates.Field{Name: "h", Label: "H", Widget: templates.WidgetColour},
		templates.Field{Name: "i", Label: "I", Widget: templates.WidgetSelect, Options: []templates.Option{{Label: "No answer"}, {Value: "1", Label: "one"}}},
	))
	for _, selector := range []string{
		`input[name=a][value='"><b>']`, `select[name=c] option[value='2'][selected]`, `input[name=d][checked]`,
		`input[name=e][value=y][checked]`, `input[name=e][value=x]:not([checked])`, `input[type=email][name=f][value='two@example.org']`, `input[name=h_none][checked]`, `select[name=i] option[value='']`, `select[name=c] option[value='']`,
	} {
		if body.Find(selector).Length() != 1 {
			t.Errorf("no %s", selector)
		}
	}
	if got := body.Find("textarea").Text(); got != "two\nlines" {
		t.Errorf("the text area holds %q", got)
	}
	if n := body.Find("input[name=f]").Length(); n != 4 {
		t.Errorf("%d inputs for two addresses, want two more", n)
	}
	if html, _ := body.Html(); strings.Contains(html, "correct horse") {
		t.Error("the password is in the page")
	}
}

func TestWhatCannotBeChangedIsShownAsTextAndNotPosted(t *testing.T) {
	t.Parallel()
	form := one(
		templates.Field{Name: "a", Label: "Member number", Value: "1482", Values: []string{"1482"}, ReadOnly: true},
		templates.Field{Name: "b", Label: "User name", Value: "zoe", Locked: true},
		templates.Field{Name: "c", Label: "Apron", Widget: templates.WidgetSelect, Value: "m", Options: []templates.Option{{Value: "m", Label: "Medium"}}, ReadOnly: true},
		templates.Field{Name: "d", Label: "Birthday", Widget: templates.WidgetDate, Value: "1991-03-01", ReadOnly: true},
		templates.Field{Name: "e", Label: "Phones", Multiple: true, ReadOnly: true},
		templates.Field{Name: "f", Label: "Newsletter", Widget: templates.WidgetCheckbox, Value: "1", ReadOnly: true},
	)
	body := draw(t, form)
	if n := body.Find("input:not([type=hidden]), select, textarea, button").Length(); n != 0 {
		t.Errorf("%d things to fill in", n)
	}
	text := body.Find("form").Text()
	if n := strings.Count(text, "1482"); n != 1 {
		t.Errorf("one value is shown %d times", n)
	}
	for _, want := range []string{"1482", "Locked:", "zoe", "Medium", "1 March 1991", "not given", "Yes"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %s", want, text)
		}
	}
}

func TestEveryProblemIsInTheSummaryAndLeadsToItsInput(t *testing.T) {
	t.Parallel()
	form := one(
		templates.Field{Name: "emails", Label: "Mail addresses", Widget: templates.WidgetEmail, Multiple: true},
		templates.Field{Name: "apron", Label: "Apron", Widget: templates.WidgetRadio, Options: []templates.Option{{Value: "s", Label: "S"}}},
		templates.Field{Name: "photo", Label: "Photo", Widget: templates.WidgetPhoto},
		templates.Field{Name: "address", Label: "Address", Widget: templates.WidgetAddress, Parts: []templates.Field{{Name: "street", Label: "Street"}, {Name: "town", Label: "Town"}}},
		templates.Field{Name: "new", ID: "password", Label: "Password", Widget: templates.WidgetPassword},
	)
	form.Problems = []templates.Problem{{Message: i18n.M("Nothing was changed.")}}
	for _, name := range []string{"emails", "apron", "photo", "address", "town", "new"} {
		if !form.SetError(name, i18n.Verbatim("wrong "+name)) {
			t.Errorf("there is no field %s", name)
		}
	}
	if form.SetError("nobody", i18n.Verbatim("x")) {
		t.Error("an error was put at a field that is not there")
	}
	body := draw(t, form)
	var leads []string
	body.Find(".summary li").Each(func(_ int, s *goquery.Selection) {
		leads = append(leads, s.Find("a").AttrOr("href", "")+" "+strings.TrimSpace(s.Text()))
	})
	want := " Nothing was changed.|#emails-1 wrong emails|#apron-1 wrong apron|#photo-file wrong photo|#street wrong address|#town wrong town|#password wrong new"
	if got := strings.Join(leads, "|"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, id := range []string{"emails-1", "apron-1", "photo-file", "street", "town", "password"} {
		if body.Find("input#"+id).Length() != 1 {
			t.Errorf("there is no input %s", id)
		}
	}
}

func TestAFormMarksWhicheverIsRarer(t *testing.T) {
	t.Parallel()
	mostlyOptional := draw(t, one(templates.Field{Name: "a", Label: "A", Required: true}, templates.Field{Name: "b", Label: "B"}, templates.Field{Name: "c", Label: "C"}))
	if got := strings.TrimSpace(mostlyOptional.Find(".optional").Text()); got != "(required)" {
		t.Errorf("got %q", got)
	}
	mostlyRequired := draw(t, one(templates.Field{Name: "a", Label: "A", Required: true}, templates.Field{Name: "b", Label: "B"}, templates.Field{Name: "c", Label: "C", Required: true}))
	if got := strings.TrimSpace(mostlyRequired.Find(".optional").Text()); got != "(optional)" {
		t.Errorf("got %q", got)
	}
}

func TestTheStrengthMeterSaysInWordsWhatItShows(t *testing.T) {
	t.Parallel()
	r := renderer(t, templates.Options{})
	en := r.Bundle().Locale("en")
	for _, c := range []struct {
		meter templates.StrengthMeter
		want  string
		bars  string
	}{
		{templates.StrengthMeter{}, "", ""},
		{templates.StrengthMeter{Typed: true, Score: 3, Problems: []i18n.Message{i18n.Verbatim("too short"), i18n.Verbatim("too plain")}}, "Not yet: too short · too plain", "s0"},
		{templates.StrengthMeter{Typed: true, Accepted: true, Score: 0}, "Easily guessed.", "s0"},
		{templates.StrengthMeter{Typed: true, Accepted: true, Score: 2, Advice: i18n.Verbatim("Add a word.")}, "Could be better. Add a word.", "s2"},
		{templates.StrengthMeter{Typed: true, Accepted: true, Score: 3}, "Good.", "s3"},
		{templates.StrengthMeter{Typed: true, Accepted: true, Score: 4}, "Strong.", "s4"},
	} {
		var b bytes.Buffer
		if err := r.Partial(&b, en, "strength", c.meter); err != nil {
			t.Fatal(err)
		}
		doc, err := goquery.NewDocumentFromReader(&b)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(doc.Text()), " "); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
		if c.bars != "" && doc.Find(".bars."+c.bars).Length() != 1 {
			t.Errorf("%+v does not show %s", c.meter, c.bars)
		}
	}
}

func TestNothingIsWrittenWhenAPageCannotBeRendered(t *testing.T) {
	t.Parallel()
	r := renderer(t, templates.Options{})
	var b bytes.Buffer
	if err := r.Partial(&b, r.Bundle().Locale("en"), "no such block", sample.Pages(r.Bundle().Locale("en"))[0].Page); err == nil || b.Len() > 0 {
		t.Errorf("wrote %d bytes, error %v", b.Len(), err)
	}
	if err := r.Page(&b, r.Bundle().Locale("en"), templates.Layout{}, unknownPage{}); err == nil || b.Len() > 0 {
		t.Errorf("wrote %d bytes, error %v", b.Len(), err)
	}
	if _, err := r.Mail(r.Bundle().Locale("en"), unknownPage{}); err == nil {
		t.Error("a mail without template was rendered")
	}
}

type unknownPage struct{}

func (unknownPage) Template() string { return "no/such" }

func TestEveryHTTPErrorHasWordsOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for _, status := range []int{400, 403, 404, 405, 413, 415, 422, 429, 500, 503} {
		page := templates.ErrorFor(status)
		if page.Status != status || page.Title.IsZero() || page.Message.IsZero() {
			t.Errorf("%d: %+v", status, page)
		}
		if other, ok := seen[page.Title.ID]; ok {
			t.Errorf("%d says the same as %d", status, other)
		}
		seen[page.Title.ID] = status
	}
	if templates.ErrorFor(418).Title.ID != templates.ErrorFor(400).Title.ID || templates.ErrorFor(599).Title.ID != templates.ErrorFor(500).Title.ID || templates.ErrorFor(502).Title.ID != templates.ErrorFor(503).Title.ID {
		t.Error("a status without words of its own is shown as its family")
	}
}
