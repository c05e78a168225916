package profile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/mailproof"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Addresses that wait for confirmation are shown on the profile page of the browser that asked for them. They are kept in a sealed cookie: it
// is a reminder and nothing depends on it.

const (
	pendingCookie  = "pending"
	pendingPurpose = "pending mail"
	maxPending     = 5
)

type pendingMail struct {
	Address string    `json:"a"`
	Sent    time.Time `json:"s"`
	// Drop are digests of the addresses that go when this one is confirmed: a cookie has no room for twenty addresses.
	Drop []string `json:"d,omitempty"`
}

func (f *Flow) pendingOf(c mailproof.Change) pendingMail {
	p := pendingMail{Address: c.Add, Sent: f.Kit.Now().UTC().Truncate(time.Second)}
	for _, address := range c.Drop {
		p.Drop = append(p.Drop, digest(address))
	}
	return p
}

// change is what the link was for, as far as it can still be done.
func (p pendingMail) change(u *ldapmap.User) mailproof.Change {
	c := mailproof.Change{Add: p.Address}
	for _, address := range u.All(ldapmap.Emails) {
		if slices.Contains(p.Drop, digest(address)) {
			c.Drop = append(c.Drop, address)
		}
	}
	return c
}

func digest(address string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(address)))
	return hex.EncodeToString(sum[:4])
}

func without(waiting []pendingMail, address string) []pendingMail {
	return slices.DeleteFunc(waiting, func(p pendingMail) bool { return strings.EqualFold(p.Address, address) })
}

func (f *Flow) waiting(r *http.Request, person string) []pendingMail {
	c, err := r.Cookie(f.Kit.CookieName(pendingCookie))
	if err != nil {
		return nil
	}
	plain, err := f.Sealer.Open(pendingPurpose, []byte(person), c.Value)
	if err != nil {
		return nil
	}
	var waiting []pendingMail
	if json.Unmarshal(plain, &waiting) != nil {
		return nil
	}
	return slices.DeleteFunc(waiting, func(p pendingMail) bool { return f.Kit.Now().Sub(p.Sent) > f.Proof.Lasts })
}

func (f *Flow) keep(w http.ResponseWriter, v *visit.Visitor, waiting []pendingMail) {
	if len(waiting) > maxPending {
		waiting = waiting[len(waiting)-maxPending:]
	}
	plain, err := json.Marshal(waiting)
	if err != nil {
		return
	}
	sealed, err := f.Sealer.Seal(pendingPurpose, []byte(v.User.ID), plain)
	if err != nil {
		return
	}
	f.Kit.SetCookie(w, pendingCookie, sealed, int(f.Proof.Lasts.Seconds()))
}

// pending are the addresses that still wait: one that was confirmed meanwhile is among the person's mails.
func (f *Flow) pending(r *http.Request, v *visit.Visitor) []templates.PendingMail {
	var shown []templates.PendingMail
	for _, p := range f.waiting(r, v.User.ID) {
		if !slices.ContainsFunc(v.User.All(ldapmap.Emails), func(a string) bool { return strings.EqualFold(a, p.Address) }) {
			shown = append(shown, templates.PendingMail{
				Address: p.Address, Sent: p.Sent, Resend: "/profile/mail/resend", Cancel: "/profile/mail/forget",
			})
		}
	}
	return shown
}

// resend sends the link for a waiting address once more; at most one a minute, so that nobody's mailbox is filled from here.
func (f *Flow) resend(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	for _, p := range f.waiting(r, v.User.ID) {
		if p.Address != form.Get("mail") {
			continue
		}
		if f.Kit.Now().Sub(p.Sent) < time.Minute {
			f.Kit.Flash(w, r, templates.FlashNotice, i18n.M("The mail was sent a moment ago. Please give it a minute."))
			return f.Kit.SeeOther(w, r, "/profile")
		}
		f.askMails(w, r, v, []mailproof.Change{p.change(v.User)})
		break
	}
	return f.Kit.SeeOther(w, r, "/profile")
}

// forget takes a waiting address off the page. A link that is on its way stays good until it expires: it proves who reads the mailbox, and
// the person asked for it.
func (f *Flow) forget(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f.keep(w, v, without(f.waiting(r, v.User.ID), form.Get("mail")))
	return f.Kit.SeeOther(w, r, "/profile")
}
