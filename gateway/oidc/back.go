package oidc

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/templates"
)

// send goes back to the application with the parameters, in the query (RFC 6749 4.1.2), the fragment or a posted form. iss tells the application who answers, so that no
// other provider can pretend to (RFC 9207). 303, so that nothing is ever posted on (RFC 9700 4.12).
func (p *Provider) send(w http.ResponseWriter, r *http.Request, q *request, params url.Values) error {
	if q.ar.State != "" {
		params.Set("state", q.ar.State)
	}
	params.Set("iss", p.Issuer)
	if q.mode == modeForm {
		return p.postBack(w, r, q, params)
	}
	target := *q.ar.RedirectURI
	address := ""
	if q.mode == modeFragment {
		address = target.String() + "#" + params.Encode() // a registered address has no fragment of its own
	} else {
		// What the client registered in the query stays as it is, to the letter.
		target.RawQuery = strings.TrimPrefix(target.RawQuery+"&"+params.Encode(), "&")
		address = target.String()
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer") // this address holds a code (RFC 9700 4.2.4)
	if err := p.Kit.Leave(w, r, address); err != nil {
		return fmt.Errorf("going back to the application %q: %w", q.client.ID, err)
	}
	return nil
}

// sendError goes back to the application with an error (RFC 6749 4.1.2.1).
func (p *Provider) sendError(w http.ResponseWriter, r *http.Request, q *request, err error) error {
	e := fosite.ErrorToRFC6749Error(serverTrouble(err))
	p.logError(r, e, q.client.ID)
	return p.send(w, r, q, url.Values{"error": {e.ErrorField}, "error_description": {describe(e)}})
}

// refuse shows an error page: nothing is known of the application, or not enough to send the browser there.
func (p *Provider) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	var page *pageError
	if !errors.As(err, &page) {
		return err
	}
	client := ""
	if page.client != nil {
		client = page.client.ID
	}
	p.logError(r, page.RFC6749Error, client)
	shown := templates.OAuthErrorPage{Code: page.ErrorField, Description: page.DescriptionField, Hint: page.HintField, Home: "/"}
	if page.client != nil {
		shown.App = page.client.DisplayName()
	}
	for _, name := range []string{"client_id", "redirect_uri"} {
		if v := page.details[name]; v != "" {
			shown.Details = append(shown.Details, templates.Detail{Label: name, Value: bounded(v, 500)})
		}
	}
	return p.Kit.Page(w, r, http.StatusBadRequest, shown)
}

// card is the application as pages show it.
func (p *Provider) card(c *rp.Client) templates.AppCard {
	return templates.AppCard{Name: c.DisplayName(), Logo: c.Logo, URL: c.URL, Policy: c.Policy, Terms: c.Terms}
}
