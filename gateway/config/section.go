package config

import (
	"net/netip"
	"net/url"
	"time"

	"github.com/wicketgate/wicketgate/gateway/authn/passwords"
	"github.com/wicketgate/wicketgate/gateway/mail"
	signing "github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
)

// Config is the whole file. The comments of the fields with a yaml tag are the reference documentation.
type Config struct {
	// PublicURL is the address at which people reach Wicketgate, such as https://id.example.org, without a path. Links in mails and the issuer of
	// tokens are made from it. http:// is taken for this machine only. Required.
	PublicURL string `yaml:"public_url"`
	// Listen is the address and port to serve on. Default 127.0.0.1:8080, for a reverse proxy on the same machine.
	Listen string `yaml:"listen"`
	// TLS makes Wicketgate speak HTTPS itself, without a reverse proxy.
	TLS TLS `yaml:"tls"`
	// TrustedProxies are the addresses or networks of reverse proxies, whose X-Forwarded-For is believed. Default: 127.0.0.1 and ::1
	// when listen is on this machine.
	TrustedProxies ldapmap.Strings `yaml:"trusted_proxies"`
	// MetricsListen is a second address, for /metrics and the detailed /readyz. Keep it out of reach of strangers. Default: none.
	MetricsListen string `yaml:"metrics_listen"`

	// Secret is the master secret that protects sessions, links and stored keys: 32 bytes or more, the same on every replica. Several lines:
	// the first is used, the others still open what they have sealed, so that a secret can be replaced without signing anybody out.
	// `openssl rand -base64 48` makes a good one. Either this or secret_file is required.
	Secret Secret `yaml:"secret"`
	// SecretFile is a file with the secret.
	SecretFile string `yaml:"secret_file"`

	// Directory is where people and groups are.
	Directory Directory `yaml:"directory"`
	// State is where Wicketgate keeps its own records: consents, sessions, signing keys.
	State State `yaml:"state"`
	// Mail is the server that mails go through. Without it nobody can reset a password or be invited by mail.
	Mail Mail `yaml:"mail"`

	// Sessions says how long people stay signed in.
	Sessions Sessions `yaml:"sessions"`
	// Links says how long the links in mails live.
	Links Links `yaml:"links"`
	// Passwords are rules for new passwords. The directory's own policy is asked as well, and has the last word.
	Passwords Passwords `yaml:"passwords"`

	// AdminGroup is the name (or DN) of the group whose members may do everything. It is short for a rule in policy.
	AdminGroup string `yaml:"admin_group"`
	// Policy says who may do what. Default: everybody manages their own account and signs in to applications.
	Policy []policy.RuleSpec `yaml:"policy"`
	// Clients are applications that people sign in to with OpenID Connect. More can be registered while it runs.
	Clients []Client `yaml:"clients"`
	// Resources are APIs that applications get access tokens for (RFC 8707). Without any, tokens are meant for Wicketgate itself.
	Resources []Resource `yaml:"resources"`
	// Registration says whether applications can register by themselves.
	Registration Registration `yaml:"registration"`
	// Documents says how documents of applications are fetched (jwks_uri).
	Documents Documents `yaml:"documents"`
	// Subject is the name, sub, under which applications know people: id, the stable id of the directory, which outlives every change; the name of a field such as username, whose
	// values have to be given to one person only, ever, and that people cannot change themselves; or pairwise, another name at each application, so that applications cannot compare
	// whom they know. To change it makes everybody a stranger to the applications. Default: id.
	Subject string `yaml:"subject"`
	// Tokens says how long what applications get is good for.
	Tokens Tokens `yaml:"tokens"`

	// Brand is how the pages and mails call themselves.
	Brand Brand `yaml:"brand"`
	// Log is what is written to standard error.
	Log Log `yaml:"log"`

	// What Load has made of all that.

	// Public is PublicURL, parsed.
	Public *url.URL `yaml:"-"`
	// Proxies is TrustedProxies, parsed.
	Proxies []netip.Prefix `yaml:"-"`
	// Mapping and Rules are compiled.
	Mapping *ldapmap.Mapping `yaml:"-"`
	Rules   *policy.Policy   `yaml:"-"`
	// Warnings are problems that do not keep the program from working.
	Warnings []Problem `yaml:"-"`

	secrets   [][]byte
	transport directory.Config
	mail      mail.Config
	database  sqlstate.Config
	folder    string
}

// TLS is a certificate and its key.
type TLS struct {
	// Cert is a PEM file with the certificate and those between it and its authority. Both or neither of cert and key.
	Cert string `yaml:"cert"`
	// Key is a PEM file with the private key.
	Key string `yaml:"key"`
}

// Sessions says how long people stay signed in.
type Sessions struct {
	// Lifetime is the longest a session lasts. Default 12h.
	Lifetime time.Duration `yaml:"lifetime"`
	// Idle ends a session that nobody uses. Default 2h.
	Idle time.Duration `yaml:"idle"`
	// Remembered is the longest for people who ask to stay signed in. Default 30d; 0s takes the choice away.
	Remembered *time.Duration `yaml:"remembered"`
	// Known is how long a browser shows the names of those who asked to stay signed in, once they are signed out, so that they have less to type. They can take
	// themselves off. Default 90d; 0s: not at all.
	Known *time.Duration `yaml:"known"`
}

// Links says how long links live.
type Links struct {
	// Reset is for a forgotten password. Default 1h.
	Reset time.Duration `yaml:"reset"`
	// Mail is for the confirmation of a new mail address. Default 24h.
	Mail time.Duration `yaml:"mail"`
	// Invitation is for an invitation. Default 7d.
	Invitation time.Duration `yaml:"invitation"`
}

// Passwords are rules for new passwords.
type Passwords struct {
	// MinLength is the least number of characters. Default 8.
	MinLength int `yaml:"min_length"`
	// MinScore is the least strength, from 1 to 4, as zxcvbn estimates it. Default 2.
	MinScore int `yaml:"min_score"`
	// NoMeter turns the strength meter and its rule off.
	NoMeter bool `yaml:"no_meter"`
}

// Rules gives the rules to package passwords.
func (p Passwords) Rules() *passwords.Rules {
	return passwords.New(passwords.Config{MinLength: p.MinLength, MinScore: p.MinScore, NoMeter: p.NoMeter})
}

// Tokens says how long what applications get is good for.
type Tokens struct {
	// Access is for access tokens. Default 1h. They end at once when they are revoked.
	Access time.Duration `yaml:"access"`
	// IDToken is for ID tokens. Default 1h.
	IDToken time.Duration `yaml:"id_token"`
	// Refresh is the longest an application may renew a sign-on, however often it does. Default 90d.
	Refresh time.Duration `yaml:"refresh"`
	// SigningKeys is how often the keys that sign tokens are replaced. Each is published an hour before it signs, and until what it signed has expired. Default
	// 90d; 0s never replaces them.
	SigningKeys *time.Duration `yaml:"signing_keys"`
	// SigningKeyFiles are private keys of your own, as PEM or JSON Web Keys. For each of RS256, ES256 and EdDSA the first one signs, none is made, and none is replaced by time; the
	// others are published, so that a new key can be announced before it signs: put it second, restart, and an hour later first.
	SigningKeyFiles ldapmap.Strings `yaml:"signing_key_files"`
	keys            []signing.Fixed
}

// Brand is the name and looks.
type Brand struct {
	// Name stands on every page and mail. Default Wicketgate.
	Name string `yaml:"name"`
	// HelpURL is a page where people find help.
	HelpURL string `yaml:"help_url"`
	// HelpMail is an address where people can ask.
	HelpMail string `yaml:"help_mail"`
	// Theme is a folder that replaces logo, colours, templates or texts.
	Theme string `yaml:"theme"`
}

// Log is what is written to standard error.
type Log struct {
	// Level is the least that is written: debug, info, warn or error. Default info.
	Level string `yaml:"level"`
	// Format is how lines look: json or text. Default json.
	Format string `yaml:"format"`
	// Audit is a file for the audit lines. Default: standard error, with everything else.
	Audit string `yaml:"audit"`
}
