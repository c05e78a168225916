package oidc

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/session"
)

// errUnmet: the sign-in is not, and cannot be made, what the application insists on (OpenID Connect Core Error Code unmet_authentication_requirements 1.0).
func errUnmet() *fosite.RFC6749Error {
	e := *fosite.ErrLoginRequired
	e.ErrorField, e.DescriptionField = "unmet_authentication_requirements", "The person cannot sign in here in the way that the application asks for."
	return &e
}

// asked are the claims that somebody is told of by name, beside those of the scopes.
type asked struct {
	Userinfo []string `json:"u,omitempty"`
	IDToken  []string `json:"i,omitempty"`
}

// all are the names in both lists, once each.
func (a asked) all() []string {
	all := slices.Concat(a.Userinfo, a.IDToken)
	slices.Sort(all)
	return slices.Compact(all)
}

// checkClaims reads what the request asks for by name. In a request that is not one of OpenID Connect the parameter means nothing.
func (p *Provider) checkClaims(q *request, form url.Values) error {
	if !has(strings.Fields(form.Get("scope")), ScopeOpenID) {
		return nil
	}
	c, err := parseClaims(form.Get("claims"))
	if err != nil {
		return err
	}
	if q.wants.Code || q.wants.Token { // without an access token nobody comes to userinfo
		q.asked.Userinfo = p.catalogue.beyond(p.catalogue.askable(slices.Collect(maps.Keys(c.userinfo)), q.client), q.scopes)
	}
	q.asked.IDToken = p.catalogue.askable(slices.Collect(maps.Keys(c.idToken)), q.client)
	q.acr = c.idToken["acr"]
	q.subjects = []claimRequest{c.userinfo["sub"], c.idToken["sub"]}
	if q.acr.essential && len(p.ACRValues) > 0 && !slices.ContainsFunc(p.ACRValues, q.acr.takes) {
		return errUnmet()
	}
	return nil
}

// unmet tells whether the session is less than the application insists on: an essential acr (OpenID Connect Core 5.5.1.1). acr_values and an acr that is not
// essential are wishes, which acr in the ID token answers.
func (q *request) unmet(visit *session.Visit) bool {
	return q.acr.essential && (visit.Session.ACR == "" || !q.acr.takes(visit.Session.ACR))
}

// meansOther tells whether the request is about somebody else than the one whom the client knows by this name (OpenID Connect Core 3.1.2.2).
func (q *request) meansOther(subject string) bool {
	return slices.ContainsFunc(q.subjects, func(c claimRequest) bool { return !c.takes(subject) })
}
