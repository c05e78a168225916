package config

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
)

// resolve checks what no single key can tell, fills in defaults, reads secrets and compiles mapping and policy. It goes on after a problem.
func (c *Config) resolve(r *report) {
	c.resolveServer(r)
	c.resolveSecrets(r)
	c.resolveDirectory(r)
	c.resolveState(r)
	c.resolveMail(r)
	c.resolveLimits(r)
	c.resolveClients(r)
	c.resolveKeys(r)
	c.resolveResources(r)
	c.resolveRegistration(r)
	c.resolveLooks(r)
}

func (c *Config) resolveServer(r *report) {
	u, err := url.Parse(c.PublicURL)
	switch {
	case c.PublicURL == "":
		r.at("public_url", "", "the address at which people reach Wicketgate, such as https://id.example.org", "")
	case err != nil || u.Host == "" || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil:
		r.at("public_url", c.PublicURL, "an address such as https://id.example.org", "")
	case strings.TrimSuffix(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		r.at("public_url", c.PublicURL, "an address without a path", "")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		r.at("public_url", c.PublicURL, "an address that begins with https://", "passwords and cookies must not travel unprotected")
	default:
		u.Path = ""
		c.Public, c.PublicURL = u, u.String()
	}
	orElse(&c.Listen, "127.0.0.1:8080")
	host := c.address(r, "listen", c.Listen)
	if c.MetricsListen != "" {
		c.address(r, "metrics_listen", c.MetricsListen)
		if c.MetricsListen == c.Listen {
			r.at("metrics_listen", c.MetricsListen, "an address other than listen", "")
		}
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		r.at("tls", "", "both cert and key, or neither", "")
	}
	c.readable(r, "tls.cert", &c.TLS.Cert, false)
	c.readable(r, "tls.key", &c.TLS.Key, false)

	for i, p := range c.TrustedProxies {
		prefix, err := netip.ParsePrefix(p)
		if addr, err2 := netip.ParseAddr(p); err2 == nil {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			r.at(indexed("trusted_proxies", i, len(c.TrustedProxies)), p, "an address or network such as 10.0.0.0/8", "")
			continue
		}
		c.Proxies = append(c.Proxies, prefix)
	}
	if len(c.TrustedProxies) == 0 && loopback(host) {
		c.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128")}
	}
	if c.TLS.Cert == "" && !loopback(host) && len(c.TrustedProxies) == 0 {
		r.warn("listen", c.Listen, "trusted_proxies beside it, or tls", "everybody will seem to come from the reverse proxy's address")
	}
}

func (c *Config) address(r *report, key, value string) string {
	host, port, err := net.SplitHostPort(value)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		r.at(key, value, "an address and a port, such as 127.0.0.1:8080 or :8080", "")
	}
	return host
}

// minSecret is the least length of a master secret in bytes: that of the AES-256 keys made from it.
const minSecret = 32

func (c *Config) resolveSecrets(r *report) {
	missing := c.Secret.IsZero() && c.SecretFile == ""
	before := len(r.problems)
	c.Secret = c.secret(r, "secret", c.Secret, c.SecretFile)
	if missing {
		r.at("secret", "", "a secret of 32 bytes or more, here or in secret_file", "`openssl rand -base64 48` makes one")
	}
	if missing || c.Secret.IsZero() && len(r.problems) > before {
		return
	}
	for i, line := range bytes.Split([]byte(c.Secret.Reveal()), []byte("\n")) {
		line = bytes.TrimSpace(line)
		switch {
		case len(line) == 0:
		case len(line) < minSecret:
			r.at("secret", "", "32 bytes or more", fmt.Sprintf("line %d of it has %d; `openssl rand -base64 48` makes a good one", i+1, len(line)))
		case bytes.Count(line, line[:1]) == len(line):
			r.at("secret", "", "random bytes", "it is one character over and over")
		default:
			c.secrets = append(c.secrets, line)
		}
	}
}

func (c *Config) resolveLimits(r *report) {
	c.readable(r, "brand.theme", &c.Brand.Theme, true)
	remembered, known := 30*24*time.Hour, 90*24*time.Hour
	if c.Sessions.Remembered == nil {
		c.Sessions.Remembered = &remembered
	}
	if c.Sessions.Known == nil {
		c.Sessions.Known = &known
	}
	orElse(&c.Sessions.Lifetime, 12*time.Hour)
	orElse(&c.Sessions.Idle, min(2*time.Hour, c.Sessions.Lifetime))
	orElse(&c.Links.Reset, time.Hour)
	orElse(&c.Links.Mail, 24*time.Hour)
	orElse(&c.Links.Invitation, 7*24*time.Hour)
	orElse(&c.Tokens.Access, time.Hour)
	orElse(&c.Tokens.IDToken, time.Hour)
	orElse(&c.Tokens.Refresh, 90*24*time.Hour)
	orElse(&c.Passwords.MinLength, 8)
	orElse(&c.Passwords.MinScore, 2)
	between(r, "passwords.min_length", c.Passwords.MinLength, 4, 128)
	between(r, "passwords.min_score", c.Passwords.MinScore, 1, 4)
	for _, d := range []struct {
		key      string
		value    time.Duration
		min, max time.Duration
	}{
		{"sessions.lifetime", c.Sessions.Lifetime, time.Minute, 365 * 24 * time.Hour},
		{"sessions.idle", c.Sessions.Idle, time.Minute, c.Sessions.Lifetime},
		{"sessions.remembered", *c.Sessions.Remembered, 0, 400 * 24 * time.Hour}, // browsers keep no cookie longer
		{"sessions.known", *c.Sessions.Known, 0, 400 * 24 * time.Hour},
		{"links.reset", c.Links.Reset, 5 * time.Minute, 24 * time.Hour},
		{"links.mail", c.Links.Mail, 5 * time.Minute, 30 * 24 * time.Hour},
		{"links.invitation", c.Links.Invitation, 5 * time.Minute, 90 * 24 * time.Hour},
		{"tokens.access", c.Tokens.Access, time.Minute, 24 * time.Hour},
		{"tokens.id_token", c.Tokens.IDToken, time.Minute, 24 * time.Hour},
		{"tokens.refresh", c.Tokens.Refresh, time.Minute, 400 * 24 * time.Hour},
	} {
		if d.value < d.min || d.value > d.max {
			r.at(d.key, d.value.String(), fmt.Sprintf("a time from %v to %v", d.min, d.max), "")
		}
	}
}

func (c *Config) resolveLooks(r *report) {
	orElse(&c.Brand.Name, "Wicketgate")
	if u, err := url.Parse(c.Brand.HelpURL); c.Brand.HelpURL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		r.at("brand.help_url", c.Brand.HelpURL, "the address of a page", "")
	}
	if _, err := mail.ParseAddress(c.Brand.HelpMail); c.Brand.HelpMail != "" && err != nil {
		r.at("brand.help_mail", c.Brand.HelpMail, "a mail address", "")
	}
	orElse(&c.Log.Level, "info")
	orElse(&c.Log.Format, "json")
	if err := new(slog.Level).UnmarshalText([]byte(c.Log.Level)); err != nil {
		r.at("log.level", c.Log.Level, "debug, info, warn or error", "")
	}
	oneOf(r, "log.format", c.Log.Format, "json", "text")
	c.Log.Audit = c.absolute(c.Log.Audit)
}

// resolvePolicy compiles the rules and compares them with the mapping.
func (c *Config) resolvePolicy(r *report) {
	specs, own := c.Policy, len(c.Policy) > 0
	defaults := policy.Default(c.AdminGroup)
	switch {
	case own && c.AdminGroup != "":
		specs = append(specs[:len(specs):len(specs)], defaults[len(defaults)-1])
	case c.AdminGroup != "":
		specs = defaults
	}
	rules, problems := policy.Compile(specs)
	if rules != nil && c.Mapping != nil {
		problems = append(problems, rules.Check(c.Mapping)...)
	}
	for _, p := range problems {
		var index int
		_, err := fmt.Sscanf(p.Path, "policy[%d]", &index)
		switch {
		case err == nil && index >= len(c.Policy) && strings.HasSuffix(p.Path, ".group"):
			r.at("admin_group", c.AdminGroup, "directory.groups with a base, or nobody would be an administrator", "")
		case err == nil && index >= len(c.Policy): // the default rules name fields that a mapping need not have
		default:
			r.foreign("", p)
		}
	}
	c.Rules = rules
}

// foreign reports a problem of ldapmap below a prefix.
func (r *report) foreign(prefix string, p ldapmap.Problem) {
	key := join(prefix, p.Path)
	r.add(Problem{Line: r.line(key), Key: key, Found: p.Found, Want: p.Want, Hint: p.Hint, Warning: p.Warning})
}

func between(r *report, key string, value, low, high int) {
	if value < low || value > high {
		r.at(key, fmt.Sprint(value), fmt.Sprintf("a number from %d to %d", low, high), "")
	}
}

func oneOf(r *report, key, value string, words ...string) {
	for _, w := range words {
		if value == w {
			return
		}
	}
	hint := ""
	if near := ldapmap.Nearest(value, words); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	r.at(key, value, strings.Join(words, " or "), hint)
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// indexed names one of several values, as ldapmap does: a single one has no index, since it need not stand in a list.
func indexed(path string, i, n int) string {
	if n < 2 {
		return path
	}
	return fmt.Sprintf("%s[%d]", path, i)
}

func orElse[T comparable](v *T, otherwise T) {
	var zero T
	if *v == zero {
		*v = otherwise
	}
}
