package templates_test

import (
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/sample"
)

func TestEveryMailSaysTheSameInHTMLAndText(t *testing.T) {
	t.Parallel()
	r := renderer(t, templates.Options{Brand: brand()})
	for _, loc := range r.Bundle().Locales() {
		for _, m := range sample.Mails(r.Brand().URL, sample.Moment()) {
			t.Run(loc.Tag()+"/"+m.ID, func(t *testing.T) {
				t.Parallel()
				mail, err := r.Mail(loc, m.Mail)
				if err != nil {
					t.Fatal(err)
				}
				doc, err := goquery.NewDocumentFromReader(strings.NewReader(mail.HTML))
				if err != nil {
					t.Fatal(err)
				}
				if mail.Subject == "" || strings.ContainsAny(mail.Subject, "\r\n") {
					t.Errorf("subject %q", mail.Subject)
				}
				for _, trace := range []string{"%!", "<no value>", "ZgotmplZ"} {
					if strings.Contains(mail.HTML+mail.Text+mail.Subject, trace) {
						t.Errorf("it contains %q", trace)
					}
				}
				for _, trace := range []string{"&#", "&amp;", "<p", "\n\n\n"} {
					if strings.Contains(mail.Text, trace) {
						t.Errorf("the text contains %q:\n%s", trace, mail.Text)
					}
				}
				if doc.Find("html").AttrOr("lang", "") != loc.Tag() || doc.Find("h1").Length() != 1 {
					t.Error("no language, or not one heading")
				}
				if doc.Find("script, img, link, iframe, form").Length() > 0 {
					t.Error("something mail programs block, or that tells that a mail was read")
				}
				doc.Find("a[href^=http]").Each(func(_ int, s *goquery.Selection) {
					if !strings.Contains(mail.Text, s.AttrOr("href", "")) {
						t.Errorf("the text lacks the link %s", s.AttrOr("href", ""))
					}
				})
				shown := strings.Join(strings.Fields(doc.Text()), " ") + mail.HTML
				for _, line := range strings.Split(mail.Text, "\n") {
					// A line that announces an address, and the delimiter of the signature, are for the text alone.
					if line != "-- " && !strings.HasSuffix(line, ":") && !strings.Contains(shown, strings.Join(strings.Fields(line), " ")) {
						t.Errorf("the HTML lacks %q", line)
					}
				}
			})
		}
	}
}

func TestAResetMailNamesTheAccountTheTimeAndWhatToDoIfItWasNotYou(t *testing.T) {
	t.Parallel()
	r := renderer(t, templates.Options{Brand: brand()})
	mail := templates.ResetMail{Name: "Zoé", Login: "zoe.lefevre", Link: "https://id.example.org/r#x&y", Lifetime: time.Hour, Expires: sample.Moment()}
	en, err := r.Mail(r.Bundle().Locale("en"), mail)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Hello Zoé,", "zoe.lefevre", "https://id.example.org/r#x&y", "1 hour", "1 March 2026 at 18:05", "It was not you? Then do nothing", "Supercoop"} {
		if !strings.Contains(en.Text, want) {
			t.Errorf("the text lacks %q:\n%s", want, en.Text)
		}
	}
	mail.Cancel = "https://id.example.org/cancel"
	fr, err := r.Mail(r.Bundle().Locale("fr"), mail)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Bonjour Zoé,", "1er mars 2026", "https://id.example.org/cancel"} {
		if !strings.Contains(fr.Text, want) || !strings.Contains(fr.HTML, want) {
			t.Errorf("the French mail lacks %q:\n%s", want, fr.Text)
		}
	}
}

func TestANameCannotSmuggleALineIntoAMailsHeaderOrHTML(t *testing.T) {
	t.Parallel()
	r := renderer(t, templates.Options{})
	mail, err := r.Mail(r.Bundle().Locale("en"), templates.InvitationMail{Inviter: "Eve\r\nBcc: all@example.org", Note: "<script>x</script>"})
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(mail.Subject, "\r\n") {
		t.Errorf("subject %q", mail.Subject)
	}
	if strings.Contains(mail.HTML, "<script>") {
		t.Error("a note is written as HTML")
	}
}
