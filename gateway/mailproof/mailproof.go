// Package mailproof lets a mail address be used only after somebody who reads it has said so.
//
// A link goes to the new address; opening it (and pressing a button) makes the change. The profile asks for it when an address is
// added, joining asks when somebody types another address than the one they were invited at. selfservice/profile has the page
// that the link leads to.
package mailproof

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/gateway/ticket"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Path is where the link leads.
const Path = "/profile/confirm"

// Change is what happens when the link is used: an address is added, and old ones go.
type Change struct {
	Add  string   `json:"add"`
	Drop []string `json:"drop,omitempty"`
}

// Office sends the links and opens them.
type Office struct {
	Tickets *ticket.Office
	Mail    *mail.Mailer
	Audit   *audit.Log
	Lasts   time.Duration
	Clock   func() time.Time
	// Pace limits the links that one person can have sent; nil: ten at once, then one every few minutes. Whoever is signed in chooses where they
	// go, and nobody's mailbox shall be filled from here.
	Pace *authn.Limiter

	once sync.Once
}

func (o *Office) limiter() *authn.Limiter {
	o.once.Do(func() {
		if o.Pace == nil {
			o.Pace = authn.NewLimiter(authn.Pace{Free: 10, First: 2 * time.Minute, Most: time.Hour, Forget: 24 * time.Hour}, 0, o.Clock)
		}
	})
	return o.Pace
}

// Ask sends the link for a change of the person's addresses, in the given language. Errors: Throttled, and those of the mailer, which may be off or have
// no room in its queue.
func (o *Office) Ask(ctx context.Context, r *http.Request, u *ldapmap.User, change Change, loc *i18n.Locale) error {
	if wait := o.limiter().Take(u.ID); wait > 0 {
		return fault.Wrap(fault.Throttled, &authn.Throttled{Wait: wait})
	}
	link, expires, err := o.Tickets.Issue(ticket.MailChange, Path, u.Ref, u.Account.Mark, change, o.Lasts)
	if err != nil {
		return err
	}
	err = o.Mail.Send(ctx, change.Add, loc, templates.MailConfirmMail{
		Name: u.DisplayName(), Login: u.Get(ldapmap.Username), Address: change.Add, Link: link, Expires: expires, Lifetime: o.Lasts,
	})
	if err != nil {
		return err
	}
	o.Audit.Event(ctx, audit.Event{
		Action: audit.MailChangeRequested, Person: u.ID, Username: u.Get(ldapmap.Username), Mail: audit.MaskMail(change.Add),
		IP: web.ClientIP(r), RequestID: web.RequestID(r),
	})
	return nil
}
