package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/registration"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// Registration says whether applications can register by themselves (RFC 7591, OpenID Connect Dynamic Client Registration 1.0).
type Registration struct {
	// Mode is off; token, for whoever has a token that `wicketgate client invite` made; or open, for anybody. Whichever it is, such an application asks everybody for
	// consent and is never trusted. Default: off.
	Mode string `yaml:"mode"`
	// Scopes are all that such an application can ask for. Default: openid, profile, email, offline_access.
	Scopes ldapmap.Strings `yaml:"scopes"`
	// Most is how many such applications there can be. Default 500.
	Most int `yaml:"most"`
	// Unused is how long such an application is kept while nobody lets it in. Default 90d; 0s keeps it for ever.
	Unused *time.Duration `yaml:"unused"`
}

const (
	maxSelf        = 10_000
	standardUnused = 90 * 24 * time.Hour
)

func (c *Config) resolveRegistration(r *report) {
	g := &c.Registration
	orElse(&g.Mode, string(registration.Off))
	var modes []string
	for _, m := range registration.Modes() {
		modes = append(modes, string(m))
	}
	oneOf(r, "registration.mode", g.Mode, modes...)
	if g.Mode == string(registration.Open) {
		r.warn("registration.mode", g.Mode, "token, unless anybody on the network may register an application", "people are warned on the page that asks for their consent")
	}
	orElse(&g.Most, registration.DefaultMost)
	between(r, "registration.most", g.Most, 1, maxSelf)
	unused := standardUnused
	if g.Unused == nil {
		g.Unused = &unused
	}
	if d := *g.Unused; d < 0 || d > 0 && d < 24*time.Hour || d > 10*365*24*time.Hour {
		r.at("registration.unused", d.String(), "a time of a day or more, or 0s", "")
	}
	for i, s := range g.Scopes {
		if s == "" || strings.ContainsAny(s, " \t\"\\") {
			r.at(indexed("registration.scopes", i, len(g.Scopes)), s, "one scope, such as email", fmt.Sprintf("the standard is %s", strings.Join(registration.DefaultScopes(), ", ")))
		}
	}
}

// SelfRegistration is Registration, as package registration wants it.
func (c *Config) SelfRegistration() registration.Config {
	g := c.Registration
	return registration.Config{Mode: registration.Mode(g.Mode), Scopes: g.Scopes, Most: g.Most, Unused: *g.Unused}
}
