package config

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
)

// Secrets are the master secrets, the one in use first; at least one, each of 32 bytes or more.
func (c *Config) Secrets() [][]byte { return c.secrets }

// Transport is the configuration of the connection to the directory.
func (c *Config) Transport() directory.Config { return c.transport }

// MailServer is the configuration of the mailer; its Host is empty if mail is off.
func (c *Config) MailServer() mail.Config { return c.mail }

// PresetOrOwn names the spelling of people for a log or a report.
func (d *Directory) PresetOrOwn() string {
	if d.Preset == "" {
		return "a mapping of your own"
	}
	return "the preset " + d.Preset
}

// TokenLifetimes is Tokens, as package oidc wants it.
func (c *Config) TokenLifetimes() oidc.Lifetimes {
	return oidc.Lifetimes{Access: c.Tokens.Access, IDToken: c.Tokens.IDToken, Refresh: c.Tokens.Refresh}
}

// KeysEvery is how often signing keys are replaced; 0 is never.
func (c *Config) KeysEvery() time.Duration {
	if c.Tokens.SigningKeys == nil {
		return 90 * 24 * time.Hour
	}
	return *c.Tokens.SigningKeys
}

func (c *Config) resolveDirectory(r *report) {
	d := &c.Directory
	d.BindPassword = c.secret(r, "directory.bind_password", d.BindPassword, d.BindPasswordFile)
	c.readable(r, "directory.ca_file", &d.CAFile, false)
	c.transport = directory.Config{
		URLs: d.URLs, StartTLS: d.StartTLS, CAFile: d.CAFile, ServerName: d.ServerName, InsecureSkipVerify: d.InsecureSkipVerify,
		AllowPlaintext: d.AllowPlaintext, BindDN: d.BindDN, BindPassword: d.BindPassword.Reveal(),
		DialTimeout: d.DialTimeout, Timeout: d.Timeout, PoolSize: d.PoolSize, PageSize: d.PageSize,
	}
	if d.Dialect != "" {
		oneOf(r, "directory.dialect", d.Dialect, directory.Dialects()...)
	}
	if !r.has("directory.dialect") {
		c.transport.Dialect = d.Dialect
	}
	if len(d.URLs) == 0 {
		r.at("directory.urls", "", "at least one server, such as ldaps://ldap.example.org", "")
	} else {
		for _, err := range c.transport.Validate() {
			key := transportKey(d, err.Error())
			if !r.has(key+"_file") && !r.has("directory.ca_file") { // a file that could not be read has been told
				r.at(key, "", "", err.Error())
			}
		}
	}
	if d.InsecureSkipVerify {
		r.warn("directory.insecure_skip_verify", "true", "certificates that are verified", "anybody between here and the directory can read passwords")
	}
	c.resolveMapping(r)
	c.resolvePolicy(r)
}

// transportKey finds the key that an error of directory.Config is about: it names the URL or the account in words for people.
func transportKey(d *Directory, said string) string {
	for i, u := range d.URLs {
		if strings.HasPrefix(said, u+" ") || strings.HasPrefix(said, fmt.Sprintf("%q ", u)) {
			return indexed("directory.urls", i, len(d.URLs))
		}
	}
	switch {
	case strings.Contains(said, "password for the service account"):
		return "directory.bind_password"
	case strings.Contains(said, "service account"):
		return "directory.bind_dn"
	}
	return "directory.urls"
}

func (c *Config) resolveMapping(r *report) {
	spec := ldapmap.Spec{Users: c.Directory.Users, Groups: c.Directory.Groups}
	if len(spec.Users.Attributes) == 0 {
		orElse(&c.Directory.Preset, "openldap") // a mapping without a single attribute is nobody's intention
	}
	if c.Directory.Preset != "" {
		preset, err := ldapmap.Preset(c.Directory.Preset)
		if err != nil {
			hint := ""
			if near := ldapmap.Nearest(c.Directory.Preset, ldapmap.Presets()); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			r.at("directory.preset", c.Directory.Preset, "one of "+strings.Join(ldapmap.Presets(), ", "), hint)
			return
		}
		spec = spec.Over(preset)
	}
	mapping, problems := ldapmap.Compile(spec)
	for _, p := range problems {
		r.foreign("directory", p)
	}
	if c.Directory.Preset == "" && ldapmap.Fatal(problems) {
		r.at("directory.preset", "", "a preset such as openldap, which says all that is not said here", "without one every rule about people and groups has to be written out")
	}
	c.Mapping = mapping
}

func (c *Config) resolveMail(r *report) {
	m := &c.Mail
	if m.Host == "" {
		if *m != (Mail{}) {
			r.at("mail.host", "", "the name of the mail server", "")
		} else {
			r.warn("mail", "", "a mail server (mail.host and mail.from)", "without one nobody can reset a password or be invited by mail")
		}
		return
	}
	m.Password = c.secret(r, "mail.password", m.Password, m.PasswordFile)
	c.readable(r, "mail.ca_file", &m.CAFile, false)
	c.mail = mail.Config{
		Host: m.Host, Port: m.Port, TLS: mail.TLS(m.TLS), CAFile: m.CAFile, ServerName: m.ServerName, User: m.User, Password: m.Password.Reveal(),
		From: m.From, ReplyTo: m.ReplyTo, Timeout: m.Timeout, Queue: m.Queue, Attempts: m.Attempts,
	}
	for _, p := range c.mail.Validate() {
		key := "mail." + p.Key
		if r.has(key) || p.Key == "user" && r.has("mail.password_file") { // a file that could not be read has been told
			continue
		}
		r.at(key, p.Found, p.Want, "")
	}
}

func (c *Config) resolveClients(r *report) {
	orElse(&c.Subject, rp.SubjectID)
	c.checkSubject(r, "subject", c.Subject)
	seen := map[string]bool{}
	for i := range c.Clients {
		one := &c.Clients[i]
		key := fmt.Sprintf("clients[%d]", i)
		one.Secret = c.secret(r, key+".secret", one.Secret, one.SecretFile)
		if seen[one.ID] {
			r.at(key+".id", one.ID, "an id of its own for each client", "")
		}
		seen[one.ID] = true
		if n := len(one.Secret.Reveal()); n > 0 && n < minSecret {
			r.at(key+".secret", "", "32 bytes or more", "`openssl rand -hex 32` makes one; it is kept as a plain digest, which only a random secret allows")
		}
		client := one.client()
		if one.Secret.IsZero() && one.SecretFile != "" { // that the file cannot be read has been told, and is not a client without a secret
			client.Secrets, client.PlainSecret = []string{rp.DigestSecret("")}, strings.Repeat("-", minSecret)
		}
		for _, err := range client.Check() {
			name, said, _ := strings.Cut(err.Error(), ": ")
			own := map[string]string{
				"client_id": "id", "redirect_uris": "redirect_uris", "token_endpoint_auth_method": "auth_method", "token_endpoint_auth_signing_alg": "auth_alg", "client_uri": "url",
				"id_token_signed_response_alg": "id_token_alg", "policy_uri": "policy_url", "tos_uri": "terms_url", "logo_uri": "logo", "grant_types": "grants",
				"request_object_signing_alg": "request_object_alg", "userinfo_signed_response_alg": "userinfo_alg", "subject_field": "subject", "subject_type": "subject", "own_claims": "claims", "access_token_signed_response_alg": "access_token_alg",
			}[name]
			if own == "" {
				own = name
			}
			r.at(key+"."+own, "", "a value that fits", said)
		}
		c.checkSubject(r, key+".subject", one.Subject)
		c.checkClaims(r, key+".claims", one.Claims)
		if _, err := client.Sector(); err != nil && (one.Subject == rp.SubjectPairwise || one.Subject == "" && c.Subject == rp.SubjectPairwise) && !r.has(key+".sector_identifier_uri") {
			r.at(key+".sector_identifier_uri", "", "an address that stands for all hosts of redirect_uris", "pairwise names are for one host, or for those that a document there lists")
		}
	}
}

// OIDCClients are Clients, as package oidc wants them.
func (c *Config) OIDCClients() []rp.Client {
	clients := make([]rp.Client, len(c.Clients))
	for i := range c.Clients {
		clients[i] = c.Clients[i].client()
	}
	return clients
}

func (c *Client) client() rp.Client {
	o := rp.Client{
		ID: c.ID, Name: c.Name, Logo: c.Logo, URL: c.URL, Policy: c.PolicyURL, Terms: c.TermsURL, RedirectURIs: c.RedirectURIs,
		AuthMethod: c.AuthMethod, Scope: strings.Join(c.Scopes, " "), IDTokenAlg: c.IDTokenAlg, Trusted: c.Trusted,
		AlwaysRefresh: c.AlwaysRefresh, MayIntrospect: c.MayIntrospect, RequirePKCE: c.RequirePKCE, ClaimsInIDToken: c.ClaimsInIDToken, Grants: rp.GrantNames(c.Grants),
		ResponseTypes: c.ResponseTypes, RequestObjectAlg: c.RequestObjectAlg, RequestURIs: c.RequestURIs, RequirePushed: c.RequirePushed, AuthAlg: c.AuthAlg, JWKSURI: c.JWKSURI,
	}
	o.Logout = rp.Logout{
		PostLogoutRedirectURIs: c.PostLogoutRedirectURIs, BackChannelLogoutURI: c.BackchannelLogoutURI, FrontChannelLogoutURI: c.FrontchannelLogoutURI,
	}
	o.AccessTokens = rp.AccessTokens{AccessTokenFormat: c.AccessTokenFormat, AccessTokenAlg: c.AccessTokenAlg}
	if len(c.Claims) > 0 {
		o.Claims = make(map[string]rp.Claim, len(c.Claims))
		for name, one := range c.Claims {
			o.Claims[name] = one.claim()
		}
	}
	o.UserinfoAlg, o.SectorURI = c.UserinfoAlg, c.SectorIdentifierURI
	if c.Subject == rp.SubjectPairwise {
		o.SubjectType = rp.SubjectPairwise
	} else {
		o.SubjectField = c.Subject
	}
	if c.JWKS != "" {
		o.JWKS = json.RawMessage(c.JWKS)
	}
	switch {
	case c.Secret.IsZero():
	case c.AuthMethod == "client_secret_jwt":
		o.PlainSecret = c.Secret.Reveal()
	default:
		o.Secrets = []string{rp.DigestSecret(c.Secret.Reveal())}
	}
	return o
}
