package registration

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// settle makes a client of what an application says of itself: it fills in what was not said (RFC 7591 2) and leaves out what such an application cannot have, which
// the answer tells. before is what it was; nil for a new one. It gives the client its secret, if it needs a new one. No I/O. Errors: a refusal.
func (o *Office) settle(m *metadata, id string, self rp.Self, before *rp.Client) (client *rp.Client, secret string, err error) {
	if err := m.refuseStatement(); err != nil {
		return nil, "", err
	}
	m.settleFlows()
	o.settleScope(m)
	o.checkAddresses(m)
	c := m.Client
	c.ID, c.Self, c.Logo = id, &self, "" // the logo is fetched when all else is well
	if c.Type == "" {
		c.Type = typeOf(c.RedirectURIs)
	}
	if before != nil {
		c.Secrets, c.SealedSecrets, c.SecretsUntil, c.Revision = before.Secrets, before.SealedSecrets, before.SecretsUntil, before.Revision
		c.RequirePKCE, c.AccessTokens = before.RequirePKCE, before.AccessTokens // an administrator's, who may be stricter
	}
	method := c.AuthMethod
	if _, said := m.given["token_endpoint_auth_method"]; !said {
		method = rp.AuthBasic
	}
	if slices.Contains(rp.AuthMethods(), method) { // Check says so of another
		if secret, err = o.Registry.Prove(&c, method); err != nil {
			return nil, "", err
		}
	}
	if m.problems = append(m.problems, c.Check()...); len(m.problems) > 0 {
		return nil, "", refuseProblems(m.problems)
	}
	return &c, secret, nil
}

// refuseStatement refuses a software statement (RFC 7591 2.3): nobody's are approved here, and to pass one over would be to register something else than what
// the application means to be.
func (m *metadata) refuseStatement() error {
	if len(m.statement) == 0 {
		return nil
	}
	var text string
	if err := json.Unmarshal(m.statement, &text); err == nil {
		if _, err = jwt.ParseSigned(text, keys.Algorithms()); err == nil {
			return refuse(unapproved, "No software statements are approved here. Register without one.")
		}
	}
	return refuse(invalidStatement, "The software_statement is not a JWT signed with RS256, ES256 or EdDSA.")
}

// settleFlows makes grant types and response types go together (RFC 7591 2.1). Those that such an application cannot have are left out.
func (m *metadata) settleFlows() {
	_, saidGrants := m.given["grant_types"]
	_, saidResponses := m.given["response_types"]
	keep := func(field string, list *[]string, ok func(string) bool) {
		asked := len(*list)
		if *list = slices.DeleteFunc(*list, func(s string) bool { return !ok(s) }); asked > 0 && len(*list) == 0 {
			m.bad(field, "None of these can be had here.")
		}
	}
	keep("grant_types", &m.Grants, func(g string) bool { return slices.Contains(rp.SelfGrantTypes(), g) })
	keep("response_types", &m.ResponseTypes, func(t string) bool { _, ok := rp.ReadResponseType(t); return ok })
	if !saidResponses && (!saidGrants || slices.Contains(m.Grants, rp.GrantCode) || slices.Contains(m.Grants, rp.GrantImplicit)) {
		m.ResponseTypes = []string{"code"}
	}
	if saidGrants {
		return
	}
	for _, text := range m.ResponseTypes {
		t, _ := rp.ReadResponseType(text)
		if t.Code && !slices.Contains(m.Grants, rp.GrantCode) {
			m.Grants = append(m.Grants, rp.GrantCode)
		}
		if t.Front() && !slices.Contains(m.Grants, rp.GrantImplicit) {
			m.Grants = append(m.Grants, rp.GrantImplicit)
		}
	}
}

// settleScope leaves out the scopes that such an application cannot have; one that names none gets all that it can.
func (o *Office) settleScope(m *metadata) {
	asked := strings.Fields(m.Scope)
	if len(asked) == 0 {
		m.Scope = strings.Join(o.Scopes, " ")
		return
	}
	var had []string
	for _, s := range asked {
		if o.may(s) && !slices.Contains(had, s) {
			had = append(had, s)
		}
	}
	if len(had) == 0 {
		m.bad("scope", "None of these can be had here; these can: "+strings.Join(o.Scopes, " ")+".")
	}
	m.Scope = strings.Join(had, " ")
}

// typeOf is what an application is that does not say it: web, as OpenID Connect Dynamic Client Registration 2 has it, unless an address leads to the person's own
// machine, which a web application's cannot. OAuth knows no types (RFC 7591), and its native applications say none.
func typeOf(redirects []string) string {
	for _, r := range redirects {
		if u, err := url.Parse(r); err == nil && (u.Scheme != "https" || rp.Loopback(u.Hostname())) {
			return "native"
		}
	}
	return "web"
}

// checkAddresses looks at the addresses that we would go to: none of them may lead inside.
func (o *Office) checkAddresses(m *metadata) {
	for _, one := range append([][2]string{
		{"jwks_uri", m.JWKSURI}, {"sector_identifier_uri", m.SectorURI}, {"backchannel_logout_uri", m.BackChannelLogoutURI},
	}, named("request_uris", m.RequestURIs)...) {
		if one[1] == "" {
			continue
		}
		if err := o.Remote.Check(one[1]); err != nil {
			m.bad(one[0], "This address is not one that is fetched from here: https, public, and without a password.")
		}
	}
}

func named(name string, values []string) [][2]string {
	var all [][2]string
	for _, v := range values {
		all = append(all, [2]string{name, v})
	}
	return all
}
