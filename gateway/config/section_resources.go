package config

import (
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// Resource is an API that applications get access tokens for.
type Resource struct {
	// URI is what applications call it in the parameter resource (RFC 8707), and what stands in aud of its tokens, such as https://api.example.org. Nothing needs to
	// answer there. Required.
	URI string `yaml:"uri"`
	// Name is what people read when they are asked whether an application may use it. Default: the URI.
	Name string `yaml:"name"`
	// Scopes are what an application may be allowed to do there. An application that asks for one of them, and for no resource, gets a token for this one.
	Scopes []ResourceScope `yaml:"scopes"`
	// Clients are the ids of the applications that may ask for its tokens; "*" is all of them, but not for tokens that an application has for itself. Required.
	Clients ldapmap.Strings `yaml:"clients"`
	// IntrospectedBy are the ids of clients that may ask about its tokens, and about no others (RFC 7662): mostly the API itself.
	IntrospectedBy ldapmap.Strings `yaml:"introspected_by"`
	// AccessTokenFormat is the form of its access tokens: opaque, or jwt (RFC 9068), which the API can check by itself, and then takes until it expires. Default: as the
	// application that asks has it.
	AccessTokenFormat string `yaml:"access_token_format"`
	// AccessTokenAlg is how those of the form jwt are signed: RS256 (the default), ES256 or EdDSA.
	AccessTokenAlg string `yaml:"access_token_alg"`
	// AccessTokenLifetime is how long its access tokens last, from 1m to 24h. Default: tokens.access.
	AccessTokenLifetime time.Duration `yaml:"access_token_lifetime"`
}

// ResourceScope is one thing that can be done at an API.
type ResourceScope struct {
	// Name is the scope. One that tells of people, such as groups or email, may stand here too: then JWTs have its claims. Required.
	Name string `yaml:"name"`
	// Label says to people what it means: one text, or one per language. Default: the name.
	Label ldapmap.LocalText `yaml:"label"`
}
