package gateway

import (
	"context"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Somebody is a person as an administrator sees them from the command line.
type Somebody struct {
	ID     string
	Login  string // empty for somebody who is not in the directory any more
	Record *state.Person
}

// Registry looks after the registered applications.
func (g *Gateway) Registry() *rp.Registry { return g.provider.Registry() }

// Somebody finds a person by login, and somebody who is not in the directory any more by stable id. Errors: NotFound.
func (g *Gateway) Somebody(ctx context.Context, who string) (*Somebody, error) {
	s := &Somebody{ID: who}
	u, err := g.people.FindByLogin(ctx, who)
	switch {
	case err == nil:
		s.ID, s.Login = u.ID, u.Get(ldapmap.Username)
	case !fault.Is(err, fault.NotFound):
		return nil, err
	}
	if s.Record, err = g.records.Person(ctx, s.ID); err != nil {
		return nil, err
	}
	if s.Login == "" && !s.Record.Exists() {
		return nil, fault.New(fault.NotFound, "nobody has the login or id %q", who)
	}
	return s, nil
}

// EndSession ends one session of somebody, or, with an empty id, everything: sessions, tokens, and codes on their way. Applications with a back channel are told
// before Close returns.
func (g *Gateway) EndSession(ctx context.Context, s *Somebody, id string) error {
	e := audit.Event{Action: audit.SignOut, Person: s.ID, Username: s.Login, Actor: "command line"}
	if id == "" {
		if err := g.records.RevokeAll(ctx, s.Record); err != nil {
			return err
		}
		e.Action = audit.SignedOutAll
	} else {
		if _, alive := s.Record.Session(id, g.clock()); !alive {
			return fault.New(fault.NotFound, "there is no session %q", id)
		}
		if err := g.records.EndSession(ctx, s.Record, id); err != nil {
			return err
		}
	}
	g.audit.Event(ctx, e)
	return nil
}

// RevokeConsent takes back what somebody lets an application have, with its tokens. Errors: NotFound.
func (g *Gateway) RevokeConsent(ctx context.Context, s *Somebody, client string) error {
	if _, ok := s.Record.Consent(client); !ok {
		return fault.New(fault.NotFound, "the person lets no application %q in", client)
	}
	if err := g.records.RevokeClient(ctx, s.Record, client); err != nil {
		return err
	}
	g.audit.Event(ctx, audit.Event{Action: audit.ConsentRevoked, Person: s.ID, Username: s.Login, Client: client, Actor: "command line"})
	return nil
}
