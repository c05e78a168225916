package oidc

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Application is one that a person has let in.
type Application struct {
	ID   string
	App  *rp.Client // nil if it is not registered any more
	When time.Time
	// LastUsed is the last sign-on that still lasts; zero if there is none.
	LastUsed time.Time
	Trusted  bool
	Scopes   []string
	Claims   []string // that it asked for by name
}

// Applications lists what the person lets in, the latest first. One read for each registered client that this replica has not met lately.
func (p *Provider) Applications(r *http.Request, visit *session.Visit) ([]Application, error) {
	var apps []Application
	for _, c := range visit.Record.Consents {
		client, err := p.clients.Find(r.Context(), c.Client)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		app := Application{ID: c.Client, App: client, When: c.Given, Trusted: client != nil && client.Trusted, Scopes: c.Scopes, Claims: c.Claims}
		for _, g := range visit.Record.Grants {
			if g.Client == c.Client && g.Made.After(app.LastUsed) {
				app.LastUsed = g.Made
			}
		}
		apps = append(apps, app)
	}
	slices.SortFunc(apps, func(a, b Application) int { return b.When.Compare(a.When) })
	return apps, nil
}

// RevokeApplication takes back what the person lets an application have: its tokens are dead at once. It returns the application's name. Errors: NotFound;
// Denied for one that the organisation trusts.
func (p *Provider) RevokeApplication(r *http.Request, visit *session.Visit, id string) (string, error) {
	ctx := r.Context()
	if _, ok := visit.Record.Consent(id); !ok {
		return "", fault.New(fault.NotFound, "the person lets no application %q in", bounded(id, 130))
	}
	client, err := p.clients.Find(ctx, id)
	switch {
	case err != nil && !fault.Is(err, fault.NotFound):
		return "", err
	case client != nil && client.Trusted:
		return "", fault.Say(fault.Denied, "", "This application belongs to your organisation and cannot be removed.")
	}
	if err := p.Records.RevokeClient(ctx, visit.Record, id); err != nil {
		return "", err
	}
	p.event(ctx, r, audit.Event{Action: audit.ConsentRevoked, Person: visit.User.ID, Username: visit.User.Get(ldapmap.Username), Client: id})
	if client == nil {
		return id, nil
	}
	return client.DisplayName(), nil
}

func scopeList(scopes []string) string { return strings.Join(scopes, " ") }
