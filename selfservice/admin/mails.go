package admin

import (
	"net/http"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// sample is one mail with values to look at.
type sample struct {
	name i18n.Message
	mail templates.Mail
}

// samples are all mails in the order of the page, with the viewer in the part of the receiver.
func (f *Flow) samples(v *visit.Visitor, loc *i18n.Locale) []sample {
	now, day := f.Kit.Now(), 24*time.Hour
	name, login := v.User.DisplayName(), v.User.Get(ldapmap.Username)
	link := f.Kit.Link("/join?t=only-a-sample")
	return []sample{
		{i18n.M("Forgotten password"), templates.ResetMail{Name: name, Login: login, Link: link, Expires: now.Add(time.Hour), Lifetime: time.Hour}},
		{i18n.M("First password"), templates.FirstPasswordMail{Name: name, Login: login, Link: link, Expires: now.Add(day), Lifetime: day}},
		{i18n.M("Invitation"), templates.InvitationMail{Name: name, Inviter: name, Note: loc.T("We look forward to seeing you."), Link: link, Expires: now.Add(2 * day), Lifetime: 2 * day}},
		{i18n.M("Confirm a mail address"), templates.MailConfirmMail{Name: name, Login: login, Address: "new@example.org", Link: link, Expires: now.Add(day), Lifetime: day}},
		{i18n.M("Mail address was changed"), templates.MailChangedNotice{Name: name, Login: login, New: "n…@example.org", At: now}},
		{i18n.M("Password was changed"), templates.PasswordChangedMail{Name: name, Login: login, At: now, Forgot: f.Kit.Link("/password/forgot")}},
		{i18n.M("Test mail"), templates.TestMail{RequestedBy: name, Server: f.Mail.Status().Server, At: now}},
	}
}

func (f *Flow) find(r *http.Request, v *visit.Visitor) (sample, error) {
	for _, s := range f.samples(v, f.locale(r)) {
		if s.mail.Template() == r.PathValue("mail") {
			return s, nil
		}
	}
	return sample{}, fault.New(fault.NotFound, "there is no mail %q", r.PathValue("mail"))
}

// locale is the language the mail is looked at in, which need not be that of the page.
func (f *Flow) locale(r *http.Request) *i18n.Locale {
	if loc := f.Bundle.Locale(r.URL.Query().Get("in")); loc != nil {
		return loc
	}
	return f.Kit.Locale(r)
}

func (f *Flow) languages(path string, current *i18n.Locale) []templates.LanguageLink {
	var links []templates.LanguageLink
	for _, loc := range f.Bundle.Locales() {
		links = append(links, templates.LanguageLink{
			Tag: loc.Tag(), Name: loc.NativeName(), URL: path + "?in=" + loc.Tag(), Current: current != nil && loc.Tag() == current.Tag(),
		})
	}
	return links
}

func (f *Flow) mails(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	page := templates.MailPreviewsPage{TestAddress: v.User.Get(ldapmap.Emails)}
	if f.Mail.Enabled() && page.TestAddress != "" {
		page.Test = "/admin/mails/test"
	}
	for _, s := range f.samples(v, f.Kit.Locale(r)) {
		page.Mails = append(page.Mails, templates.MailPreviewLink{Name: s.name, Links: f.languages("/admin/mails/"+s.mail.Template(), nil)})
	}
	return f.Kit.Page(w, r, http.StatusOK, page)
}

func (f *Flow) preview(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	s, err := f.find(r, v)
	if err != nil {
		return err
	}
	loc := f.locale(r)
	mail, err := f.Render.Mail(loc, s.mail)
	if err != nil {
		return err
	}
	path := "/admin/mails/" + s.mail.Template()
	web.AddPolicy(w, "frame-src 'self'")
	return f.Kit.Page(w, r, http.StatusOK, templates.MailPreviewPage{
		Name: s.name, Subject: mail.Subject, Text: mail.Text, Body: path + "/html?in=" + loc.Tag(), Languages: f.languages(path, loc), Back: "/admin/mails",
	})
}

func (f *Flow) previewHTML(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	s, err := f.find(r, v)
	if err != nil {
		return err
	}
	mail, err := f.Render.Mail(f.locale(r), s.mail)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Security-Policy", templates.MailPreviewBodyPolicy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(mail.HTML)) // a browser that went away is no failure of ours
	return nil
}

// test sends at once, not through the queue: whoever presses the button wants to know now.
func (f *Flow) test(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	to := v.User.Get(ldapmap.Emails)
	if to == "" {
		return fault.Say(fault.Invalid, ldapmap.Emails, "You have no mail address to send to.")
	}
	err := f.Mail.SendNow(r.Context(), to, f.Kit.Locale(r), templates.TestMail{
		RequestedBy: v.User.DisplayName(), Server: f.Mail.Status().Server, At: f.Kit.Now(),
	})
	event := audit.Event{
		Action: audit.AdminTestMailSent, Actor: v.User.ID, Mail: audit.MaskMail(to), IP: web.ClientIP(r), RequestID: web.RequestID(r),
	}
	if err != nil {
		event.Outcome, event.Detail = audit.Failure, err.Error()
	}
	f.Audit.Event(r.Context(), event)
	if err != nil {
		// The mail server's own words are for administrators, and this is one.
		f.Kit.Flash(w, r, templates.FlashProblem, i18n.M("The test mail could not be sent: %s", audit.Clean(err.Error(), 300)))
	} else {
		f.Kit.Flash(w, r, templates.FlashDone, i18n.M("The mail server has taken the test mail for %s.", to))
	}
	return f.Kit.SeeOther(w, r, "/admin/mails")
}
