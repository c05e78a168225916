package oidc

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
)

// Question is what the consent page has to ask.
type Question struct {
	// Elsewhere is where the browser has to go instead, because there is nothing to ask: nobody is signed in, or the request has
	// become a wrong one. Everything else is empty then.
	Elsewhere string

	App    templates.AppCard
	Visit  *session.Visit
	Scopes []Asked
	// Resources are the APIs that the application wants to use in the person's name.
	Resources []AskedResource
	Offline   bool // access that lasts while the person is away
	Again     bool // some of it was agreed to before
	Switch    string
	// Sealed is the request, for the form to carry in ResumeParam.
	Sealed string
	// Self tells that the application registered itself, and Unknown that nobody invited it. Leads is where the browser goes on; nil for a device.
	Self, Unknown bool
	Leads         *url.URL
	// UserCode is what the device shows that the question is for; empty for a browser's.
	UserCode string

	client *rp.Client
	wish
	claims []string     // that are told beside those of the scopes
	req    *request     // of a browser
	device *deviceAsked // of a device
}

// Asked is one scope, or one claim that is asked for by its own name, with what it would tell now.
type Asked struct {
	Scope  string // or
	Claim  string
	New    bool
	Claims []AskedClaim
}

// AskedResource is an API with what the application could do there.
type AskedResource struct {
	Name   string
	New    bool
	Scopes []rp.ResourceScope
}

// AskedClaim is a field of the person with its values.
type AskedClaim struct {
	Field  ldapmap.Field
	Values []string
}

// Question reads the request that waits for consent: for a GET from the address, for a POST from the form. Three reads at most, as for the
// authorization endpoint, and one more for the groups where the person's entry does not tell them.
func (p *Provider) Question(w http.ResponseWriter, r *http.Request) (*Question, error) {
	waits, err := p.readWaiting(w, r)
	if err != nil {
		return nil, err
	}
	sealed := r.Form.Get(ResumeParam)
	if sealed == "" {
		return nil, fault.Say(fault.Invalid, "", "This link to an application is not complete. Go back to the application and start again.")
	}
	back := PathAuthorize + "?" + ResumeParam + "=" + sealed
	req, err := p.parse(r, waits)
	if err != nil {
		return &Question{Elsewhere: back}, nil // the authorization endpoint knows what to say
	}
	visit, err := p.Sessions.LoadSession(r.Context(), r, waits.Picked)
	if err != nil {
		return nil, err
	}
	if visit == nil {
		return &Question{Elsewhere: back}, nil
	}
	if r.Method == http.MethodPost && waits.Shown != visit.Session.ID {
		// They have to see it first.
		return &Question{Elsewhere: PathConsent + "?" + ResumeParam + "=" + sealed}, nil
	}
	q := &Question{Visit: visit, req: req, Leads: req.ar.RedirectURI}
	waits.Shown = visit.Session.ID
	if q.Sealed, err = p.seal(purposeRequest, waits); err != nil {
		return nil, err
	}
	to, err := p.returnTo(req)
	if err != nil {
		return nil, err
	}
	onward, err := p.Kit.SealReturn(to)
	if err != nil {
		return nil, err
	}
	q.Switch = web.WithContinue(PathAccounts, onward)
	return q, p.ask(r, q, req.client, req.wish, req.asked)
}

// ask fills in what a client wants to do and to know of the visitor: scopes, resources, and claims that the scopes do not tell.
func (p *Provider) ask(r *http.Request, q *Question, client *rp.Client, w wish, a asked) error {
	q.client, q.wish, q.claims, q.App = client, w, p.toAgree(client, a, w.scopes), p.card(client)
	q.Self, q.Unknown = client.Self != nil, client.Self != nil && client.Self.Open
	have, _ := q.Visit.Record.Consent(client.ID)
	known := func(word string) bool {
		is := have.Covers([]string{word}, nil) && have.Trusted == client.Trusted
		q.Again = q.Again || is
		return is
	}
	for _, uri := range w.resources {
		if api := p.catalogue.resources.Find(uri); api != nil {
			q.Resources = append(q.Resources, p.askFor(api, w, known))
		}
	}
	for _, s := range w.scopes {
		known := known(s)
		switch {
		case s == ScopeOpenID:
		case s == ScopeOffline:
			q.Offline = true
		case !slices.Contains(p.catalogue.scopes, s): // told with its resource
		default:
			asked := Asked{Scope: s, New: !known}
			var err error
			if asked.Claims, err = p.shown(r, q.Visit.User, p.catalogue.of(s)); err != nil {
				return err
			}
			q.Scopes = append(q.Scopes, asked)
		}
	}
	return p.askClaims(r, q, a, have)
}

// askClaims adds the claims that no scope tells.
func (p *Provider) askClaims(r *http.Request, q *Question, a asked, have state.Consent) (err error) {
	still := p.toAgree(q.client, a, slices.Concat(q.scopes, have.Scopes))
	for _, name := range q.claims {
		known := have.Trusted == q.client.Trusted && (have.Covers(nil, []string{name}) || !slices.Contains(still, name))
		asked := Asked{Claim: name, New: !known}
		own, isOwn := q.client.Claims[name]
		_, isFlag := verifiedOf(name)
		switch {
		case isOwn:
			asked.Claims, err = p.shownOwn(r.Context(), q.Visit.User, name, own)
		case !isFlag:
			asked.Claims, err = p.shown(r, q.Visit.User, p.catalogue.named(name))
		}
		if err != nil {
			return err
		}
		q.Again = q.Again || known
		q.Scopes = append(q.Scopes, asked)
	}
	return nil
}

// askFor is what a client wants to do at a resource. What tells of the person is asked by itself.
func (p *Provider) askFor(api *rp.Resource, w wish, known func(word string) bool) AskedResource {
	asked := AskedResource{Name: api.DisplayName(), New: !known(api.URI)}
	for _, s := range api.Scopes {
		if slices.Contains(w.scopes, s.Name) && !slices.Contains(p.catalogue.scopes, s.Name) {
			asked.Scopes = append(asked.Scopes, s)
			asked.New = !known(s.Name) || asked.New
		}
	}
	return asked
}

// Resource returns what a word that a person agreed to means at an API: the API, and its scope if the word is one. nil if it means something else.
func (p *Provider) Resource(word string) (*rp.Resource, *rp.ResourceScope) {
	if r := p.catalogue.resources.Find(word); r != nil || slices.Contains(p.catalogue.scopes, word) {
		return r, nil
	}
	for _, r := range p.catalogue.resources.Of(word) {
		for i := range r.Scopes {
			if r.Scopes[i].Name == word {
				return r, &r.Scopes[i]
			}
		}
	}
	return nil, nil
}

// Told returns the fields that a scope tells of.
func (p *Provider) Told(scope string) []ldapmap.Field { return p.catalogue.of(scope) }

// Client is the application that asks.
func (q *Question) Client() *rp.Client { return q.client }

// Field returns the mapped field of that name.
func (p *Provider) Field(name string) (ldapmap.Field, bool) {
	i := slices.IndexFunc(p.Fields, func(f ldapmap.Field) bool { return f.Name == name })
	if i < 0 {
		return ldapmap.Field{}, false
	}
	return p.Fields[i], true
}

// Named returns the fields that are behind a claim of this name.
func (p *Provider) Named(claim string) []ldapmap.Field { return p.catalogue.named(claim) }

// shown are the fields of the person with their values; fields without a value are left out.
func (p *Provider) shown(r *http.Request, u *ldapmap.User, fields []ldapmap.Field) ([]AskedClaim, error) {
	var claims []AskedClaim
	for _, f := range fields {
		values := u.All(f.Name)
		switch {
		case f.Name == ldapmap.GroupsField:
			groups, err := p.People.Groups(r.Context(), u)
			if err != nil {
				return nil, err
			}
			values = nil
			for _, g := range groups {
				values = append(values, g.Name)
			}
		case single(f.Claim) && len(values) > 1:
			values = values[:1]
		}
		if len(values) > 0 {
			claims = append(claims, AskedClaim{Field: f, Values: values})
		}
	}
	return claims, nil
}

// Decide keeps the answer and returns where the browser goes on. One write at most.
func (p *Provider) Decide(r *http.Request, q *Question, yes bool) (string, error) {
	ctx, client, visit := r.Context(), q.client, q.Visit
	e := audit.Event{Action: audit.ConsentRefused, Person: visit.User.ID, Username: visit.User.Get(ldapmap.Username), Client: client.ID, Detail: scopeList(q.words(p.Issuer))}
	if yes {
		if err := p.keepConsent(ctx, visit.Record, state.Consent{Client: client.ID, Trusted: client.Trusted, Scopes: q.words(p.Issuer), Claims: q.claims}); err != nil {
			return "", err
		}
		e.Action = audit.ConsentGiven
	}
	p.event(ctx, r, e)
	waits := q.req.waiting
	waits.Answer = &answer{Session: visit.Session.ID, Yes: yes}
	sealed, err := p.seal(purposeRequest, waits)
	if err != nil {
		return "", err
	}
	return PathAuthorize + "?" + ResumeParam + "=" + sealed, nil
}

// keepConsent writes down what the person agreed to. One write at most, and one more for an application that the organisation trusts no longer: what was once decided
// for the person is not what the person agreed to.
func (p *Provider) keepConsent(ctx context.Context, record *state.Person, want state.Consent) error {
	if have, ok := record.Consent(want.Client); ok && have.Trusted && !want.Trusted {
		if err := p.Records.RevokeClient(ctx, record, want.Client); err != nil {
			return err
		}
	}
	_, err := p.Records.PutConsent(ctx, record, want)
	return err
}
