package mail

import (
	"fmt"
	"strings"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/text/language"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/templates"
)

// Bounds of a mail. Ours are a few kilobytes; a broken theme should fail here and not at somebody's provider.
const (
	maxSubject = 200     // bytes
	maxBody    = 1 << 20 // bytes, each of HTML and text
)

// message makes the mail of a job: multipart/alternative with text first, as RFC 2046 5.1.4 wants the plainest first.
func (m *Mailer) message(j *job, r templates.Rendered) (*gomail.Msg, error) {
	if len(r.HTML) > maxBody || len(r.Text) > maxBody {
		return nil, fmt.Errorf("the rendered mail is larger than %d bytes", maxBody)
	}
	if r.Text == "" || !utf8.ValidString(r.Text) || !utf8.ValidString(r.HTML) {
		return nil, fmt.Errorf("the rendered mail has no text, or is not UTF-8")
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(m.from)
	if m.replyTo != nil {
		msg.ReplyToMailAddress(m.replyTo)
	}
	if err := msg.To(j.to); err != nil {
		return nil, fmt.Errorf("the recipient: %w", err)
	}
	msg.Subject(audit.Clean(strings.TrimSpace(r.Subject), maxSubject))
	msg.SetDateWithValue(j.made)
	msg.SetMessageIDWithValue(j.id)
	// RFC 3834 5: tells out-of-office robots not to answer; Exchange listens to the second one only.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	if j.loc != nil && j.loc.Tag() != language.Und.String() {
		msg.SetGenHeader("Content-Language", j.loc.Tag())
	}
	msg.SetBodyString(gomail.TypeTextPlain, r.Text)
	if r.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, r.HTML)
	}
	return msg, nil
}
