package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/recipes"
)

// settings are the flags that add and edit share. What is not given stays as it is.
type settings struct {
	Name            *string  `placeholder:"NAME" help:"What people read on the consent page."`
	RedirectURI     []string `placeholder:"URI" sep:"none" help:"Where people come back to; may be repeated."`
	URL             *string  `name:"url" placeholder:"URL" help:"The application itself. A template takes its redirect URIs from it."`
	Scope           *string  `placeholder:"SCOPES" help:"What it may ask for, separated by spaces."`
	Contact         []string `placeholder:"MAIL" sep:"none" help:"Who looks after it; may be repeated."`
	Policy          *string  `placeholder:"URL" help:"Its privacy policy."`
	Terms           *string  `placeholder:"URL" help:"Its terms of service."`
	AuthMethod      *string  `placeholder:"METHOD" help:"How it proves itself; by default, by its secret in either way."`
	JWKSURI         *string  `name:"jwks-uri" placeholder:"URL" help:"Where its public keys are, for private_key_jwt."`
	Grant           []string `placeholder:"TYPE" sep:"none" help:"A grant type; may be repeated."`
	ResponseType    []string `placeholder:"TYPE" sep:"none" help:"A response type; may be repeated."`
	IDTokenAlg      *string  `name:"id-token-alg" placeholder:"ALG" help:"How its ID tokens are signed: RS256, ES256 or EdDSA."`
	AccessFormat    *string  `name:"access-token-format" placeholder:"FORM" help:"Its access tokens: opaque or jwt (RFC 9068)."`
	AccessAlg       *string  `name:"access-token-alg" placeholder:"ALG" help:"How those are signed: RS256, ES256 or EdDSA."`
	Trusted         *bool    `negatable:"" help:"It belongs to the organisation: nobody is asked for consent."`
	RequirePKCE     *bool    `name:"require-pkce" negatable:"" help:"It must use PKCE although it has a secret."`
	AlwaysRefresh   *bool    `negatable:"" help:"It gets refresh tokens without asking for offline_access."`
	MayIntrospect   *bool    `negatable:"" help:"It may ask about any token: for APIs."`
	ClaimsInIDToken *bool    `name:"claims-in-id-token" negatable:"" help:"Claims go into the ID token too."`
}

func (s settings) apply(c *rp.Client) {
	for _, one := range []struct{ from, to *string }{
		{s.Name, &c.Name}, {s.URL, &c.URL}, {s.Scope, &c.Scope}, {s.Policy, &c.Policy}, {s.Terms, &c.Terms}, {s.AuthMethod, &c.AuthMethod}, {s.IDTokenAlg, &c.IDTokenAlg}, {s.JWKSURI, &c.JWKSURI},
		{s.AccessFormat, &c.AccessTokenFormat}, {s.AccessAlg, &c.AccessTokenAlg},
	} {
		if one.from != nil {
			*one.to = *one.from
		}
	}
	for _, one := range []struct{ from, to *bool }{
		{s.Trusted, &c.Trusted}, {s.RequirePKCE, &c.RequirePKCE}, {s.AlwaysRefresh, &c.AlwaysRefresh}, {s.MayIntrospect, &c.MayIntrospect}, {s.ClaimsInIDToken, &c.ClaimsInIDToken},
	} {
		if one.from != nil {
			*one.to = *one.from
		}
	}
	for _, one := range []struct {
		from []string
		to   *[]string
	}{{s.RedirectURI, &c.RedirectURIs}, {s.Contact, &c.Contacts}, {rp.GrantNames(s.Grant), &c.Grants}, {s.ResponseType, &c.ResponseTypes}} {
		if len(one.from) > 0 {
			*one.to = one.from
		}
	}
}

type clientAddCommand struct {
	place    `embed:""`
	settings `embed:""`
	ID       string `arg:"" optional:"" help:"The client id: lower-case letters, digits, '.', '_' and '-'."`
	Template string `short:"t" default:"generic" placeholder:"NAME" help:"A well-known application: see below."`
	Public   bool   `help:"It can keep no secret (in a browser, on a telephone): it gets none, and must use PKCE."`
}

// Help is the long text of "wicketgate client add --help".
func (clientAddCommand) Help() string {
	var b strings.Builder
	b.WriteString("    wicketgate client add files --template nextcloud --url https://files.example.org\n\nThe templates:\n\n")
	for _, r := range recipes.All() {
		_, _ = fmt.Fprintf(&b, "    %-18s %s\n", r.Name, r.About)
	}
	return b.String()
}

// Run registers an application.
func (c clientAddCommand) Run(ctx context.Context, std stdio) error {
	client, recipe, err := c.client()
	if err != nil {
		_ = fail(std, err)
		return exitStatus(exitUsage)
	}
	return c.open(ctx, std, func(ctx context.Context, d *desk) error {
		secret, err := d.Prove(client, c.method())
		if err != nil {
			return err
		}
		if err := d.Add(ctx, client); err != nil {
			return err
		}
		d.note(ctx, audit.ClientRegistered, client.ID, "template "+recipe.Name)
		return d.show(rp.Entry{ID: client.ID, Client: client}, shown{secret: secret, recipe: &recipe, done: "registered"})
	})
}

// method is how the client proves itself.
func (c clientAddCommand) method() string {
	switch {
	case c.AuthMethod != nil && *c.AuthMethod != "":
		return *c.AuthMethod
	case c.Public:
		return rp.AuthNone
	default:
		return ""
	}
}

// client is the client that the flags describe, without its secret.
func (c clientAddCommand) client() (*rp.Client, recipes.Recipe, error) {
	recipe, ok := recipes.Find(c.Template)
	if !ok {
		return nil, recipe, withHint(fmt.Errorf("there is no template %q", c.Template), "the templates are "+strings.Join(recipes.Names(), ", ")+".")
	}
	var missing []string
	if c.ID == "" {
		missing = append(missing, "an id: the word that the application will call itself by")
	}
	if len(recipe.Callbacks) > 0 && (c.URL == nil || *c.URL == "") {
		missing = append(missing, "--url: where "+recipe.Title+" is, such as https://"+recipe.Name+".example.org")
	}
	if len(recipe.Callbacks) == 0 && len(c.RedirectURI) == 0 {
		missing = append(missing, "--redirect-uri: where people come back to, as the application's manual says; or --template for one that is known")
	}
	if len(missing) > 0 {
		return nil, recipe, withHint(errors.New("to register an application, this is needed:\n- "+strings.Join(missing, "\n- ")),
			"for example: wicketgate client add files --template nextcloud --url https://files.example.org")
	}
	base := ""
	if c.URL != nil {
		base = *c.URL
	}
	client, err := recipe.Client(base)
	if err != nil {
		return nil, recipe, err
	}
	c.apply(client)
	client.ID = c.ID
	if c.URL != nil {
		client.URL = strings.TrimSuffix(*c.URL, "/")
	}
	trial := *client
	switch c.method() {
	case "", rp.AuthBasic, rp.AuthPost, rp.AuthSecretJWT: // it gets a secret once the directory answers
		trial.AuthMethod, trial.Secrets = "", []string{rp.DigestSecret("a secret to come")}
	}
	if wrong := trial.Check(); len(wrong) > 0 {
		return nil, recipe, errors.Join(wrong...)
	}
	return client, recipe, nil
}
