package templates

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"
	texttemplate "text/template"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// mailTemplate is one mail in one language.
type mailTemplate struct {
	html *template.Template
	text *texttemplate.Template
}

// mailView is what a mail's templates are executed with.
type mailView struct {
	Mail    any
	Brand   Brand
	Lang    string
	Dir     string
	Subject string
}

// Mail renders a mail: subject (one line), HTML and text.
func (r *Renderer) Mail(loc *i18n.Locale, mail Mail) (Rendered, error) {
	name := mail.Template()
	set, ok := r.mails[loc.Tag()][name]
	if !ok {
		return Rendered{}, fmt.Errorf("rendering the mail %s in %s: no such mail or language", name, loc.Tag())
	}
	data := mailView{Mail: mail, Brand: r.brand, Lang: loc.Tag(), Dir: loc.Dir()}
	var subject, html, text bytes.Buffer
	if err := set.text.ExecuteTemplate(&subject, "subject", data); err != nil {
		return Rendered{}, fmt.Errorf("rendering the subject of the mail %s: %w", name, err)
	}
	// A subject is a header: whatever a name in it may hold, it stays one line.
	data.Subject = strings.Join(strings.Fields(subject.String()), " ")
	if err := set.html.ExecuteTemplate(&html, "mail", data); err != nil {
		return Rendered{}, fmt.Errorf("rendering the mail %s: %w", name, err)
	}
	if err := set.text.ExecuteTemplate(&text, "mail", data); err != nil {
		return Rendered{}, fmt.Errorf("rendering the text of the mail %s: %w", name, err)
	}
	return Rendered{Subject: data.Subject, HTML: html.String(), Text: tidy(text.String())}, nil
}

// tidy leaves at most one blank line between paragraphs: conditions in a text template leave more.
func tidy(text string) string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if line != "-- " { // The delimiter of a signature (RFC 3676 4.3).
			line = strings.TrimRight(line, " \t\r")
		}
		if line == "" && (len(lines) == 0 || lines[len(lines)-1] == "") {
			continue
		}
		lines = append(lines, line)
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

func (r *Renderer) parseMails(theme *theme) error {
	r.mails = map[string]map[string]*mailTemplate{}
	for _, loc := range r.bundle.Locales() {
		r.mails[loc.Tag()] = map[string]*mailTemplate{}
		for _, mail := range emptyMails() {
			set, err := r.parseMail(theme, loc, mail.Template())
			if err != nil {
				return err
			}
			r.mails[loc.Tag()][mail.Template()] = set
			if _, err := r.Mail(loc, mail); err != nil {
				return fmt.Errorf("the templates cannot be used: %w", err)
			}
		}
	}
	return nil
}

func (r *Renderer) parseMail(theme *theme, loc *i18n.Locale, name string) (*mailTemplate, error) {
	functions := r.functions(loc)
	set := &mailTemplate{html: template.New("").Funcs(functions), text: texttemplate.New("").Funcs(texttemplate.FuncMap(functions))}
	for _, file := range []string{"mail/frame", "mail/" + name} {
		if err := theme.parse(set.html, file+".html"); err != nil {
			return nil, err
		}
		label, text, err := theme.source(file + ".txt")
		if err != nil {
			return nil, fmt.Errorf("reading the template %s.txt: %w", file, err)
		}
		if _, err := set.text.New(label).Parse(text); err != nil {
			return nil, fmt.Errorf("reading the templates: %w", err)
		}
	}
	return set, nil
}

// emptyMails is one of each mail.
func emptyMails() []Mail {
	return []Mail{
		ResetMail{}, FirstPasswordMail{}, InvitationMail{}, MailConfirmMail{}, MailChangedNotice{}, PasswordChangedMail{}, TestMail{},
	}
}
