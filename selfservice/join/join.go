// Package join lets people in who have no account yet.
//
//	GET  /invite   the form, for those who may invite: what is known of the person, which groups, by mail or as a link
//	POST /invite   makes the invitation
//	GET  /join     where the link of an invitation leads: the rest of the account, and a password
//	POST /join     creates the entry
//
// An invitation is a sealed link that holds everything: nothing is written to the directory until it is accepted.
package join

import (
	"net/http"
	"slices"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/fields"
	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/gateway/mailproof"
	"github.com/wicketgate/wicketgate/gateway/ticket"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Flow has what the pages need.
type Flow struct {
	Kit     *web.Kit
	Door    *visit.Door
	Bundle  *i18n.Bundle
	People  ldapmap.People
	Tickets *ticket.Office
	Mail    *mail.Mailer
	Proof   *mailproof.Office
	Audit   *audit.Log
	// CheckPassword says what is wrong with a new password before the directory is asked; Rules are its rules in words, and
	// StrengthURL judges one while it is typed.
	CheckPassword func(password string, u *ldapmap.User) []i18n.Message
	Rules         []i18n.Message
	StrengthURL   string
	// Lasts is how long an invitation is good for.
	Lasts time.Duration
	// Ask are the fields that the invited person fills in; empty: names, mails, phones, language and photo, as far as mapped.
	Ask []string
	// Groups are the names of those that can be chosen; empty: those that the inviter owns, or all for whoever manages groups.
	Groups []string
}

// maxGroups bounds the choice that is offered.
const maxGroups = 200

// Mount puts the pages in their places.
func (f *Flow) Mount(mux *http.ServeMux) {
	mux.Handle("GET /invite", f.Kit.Handle(f.Door.Can(policy.Invite, f.ask)))
	mux.Handle("POST /invite", f.Kit.Handle(f.Door.Can(policy.Invite, f.invite)))
	mux.Handle("GET /join", f.Kit.Handle(f.show))
	mux.Handle("POST /join", f.Kit.Handle(f.accept, web.MaxBody(fields.MaxUpload+64<<10)))
}

// invitation is what the link holds.
type invitation struct {
	Fields map[string][]string `json:"f"`
	Locked []string            `json:"l,omitempty"`
	Groups []string            `json:"g,omitempty"`
	By     string              `json:"b"` // the inviter's stable id, for the audit log
	ByName string              `json:"n"` // and name, for the page
	// Mailed is the address the invitation went to. Whoever holds the link can read that mailbox: the address needs no further proof.
	Mailed string `json:"m,omitempty"`
}

// asked are the fields of an account that people fill in when they join, as far as this directory has them.
func (f *Flow) asked() []ldapmap.Field {
	names := f.Ask
	if len(names) == 0 {
		names = []string{ldapmap.Username, ldapmap.GivenName, ldapmap.FamilyName, ldapmap.Name, ldapmap.Emails, ldapmap.Phones, ldapmap.Language, ldapmap.Photo}
	}
	var asked []ldapmap.Field
	for _, field := range f.People.Mapping().Fields() {
		if !field.ReadOnly && (slices.Contains(names, field.Name) || field.Required) {
			asked = append(asked, field)
		}
	}
	return asked
}

func (f *Flow) languages() []templates.Option {
	var options []templates.Option
	for _, loc := range f.Bundle.Locales() {
		options = append(options, templates.Option{Value: loc.Tag(), Label: loc.NativeName()})
	}
	return options
}

func everything(string) bool { return true }
