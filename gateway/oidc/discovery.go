package oidc

import (
	"net/http"

	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/oidc/registration"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// metadata is the discovery document (OpenID Connect Discovery 1.0 3, RFC 8414 2). It says only what works; a test walks it and tries each.
type metadata struct {
	Issuer                string `json:"issuer"`
	AuthorizationEndpoint string `json:"authorization_endpoint"`
	TokenEndpoint         string `json:"token_endpoint"`
	UserinfoEndpoint      string `json:"userinfo_endpoint"`
	RevocationEndpoint    string `json:"revocation_endpoint"`
	IntrospectionEndpoint string `json:"introspection_endpoint"`
	JWKSURI               string `json:"jwks_uri"`
	logoutMetadata
	PushedEndpoint       string `json:"pushed_authorization_request_endpoint"`
	RegistrationEndpoint string `json:"registration_endpoint,omitempty"`
	DeviceEndpoint       string `json:"device_authorization_endpoint"` // RFC 8628 4

	ScopesSupported        []string `json:"scopes_supported"`
	ClaimsSupported        []string `json:"claims_supported"`
	ResponseTypesSupported []string `json:"response_types_supported"`
	ResponseModesSupported []string `json:"response_modes_supported"`
	GrantTypesSupported    []string `json:"grant_types_supported"`
	PromptValuesSupported  []string `json:"prompt_values_supported"`
	SubjectTypesSupported  []string `json:"subject_types_supported"`
	ACRValuesSupported     []string `json:"acr_values_supported,omitempty"`
	UILocalesSupported     []string `json:"ui_locales_supported,omitempty"`

	IDTokenSigningAlgs []string `json:"id_token_signing_alg_values_supported"`
	UserinfoAlgs       []string `json:"userinfo_signing_alg_values_supported"`
	ClaimTypes         []string `json:"claim_types_supported"`
	DisplayValues      []string `json:"display_values_supported"`
	ChallengeMethods   []string `json:"code_challenge_methods_supported"`
	TokenAuthMethods   []string `json:"token_endpoint_auth_methods_supported"`
	RevokeAuthMethods  []string `json:"revocation_endpoint_auth_methods_supported"`
	IntrospectMethods  []string `json:"introspection_endpoint_auth_methods_supported"`
	AssertionAlgs      []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	RevokeAlgs         []string `json:"revocation_endpoint_auth_signing_alg_values_supported"`
	IntrospectAlgs     []string `json:"introspection_endpoint_auth_signing_alg_values_supported"`

	RequestObjectAlgs []string `json:"request_object_signing_alg_values_supported"`

	IssInResponse     bool `json:"authorization_response_iss_parameter_supported"` // RFC 9207 3
	ClaimsParameter   bool `json:"claims_parameter_supported"`
	RequestParameter  bool `json:"request_parameter_supported"`
	RequestURI        bool `json:"request_uri_parameter_supported"`
	RequireRequestURI bool `json:"require_request_uri_registration"`
}

func (p *Provider) metadata() metadata {
	m := metadata{
		Issuer:                p.Issuer,
		AuthorizationEndpoint: p.Issuer + PathAuthorize,
		TokenEndpoint:         p.Issuer + PathToken,
		UserinfoEndpoint:      p.Issuer + PathUserinfo,
		RevocationEndpoint:    p.Issuer + PathRevoke,
		IntrospectionEndpoint: p.Issuer + PathIntrospect,
		JWKSURI:               p.Issuer + PathJWKS,
		logoutMetadata:        p.logoutMetadata(),
		PushedEndpoint:        p.Issuer + PathPushed,
		DeviceEndpoint:        p.Issuer + PathStartDevice,

		ScopesSupported:        p.catalogue.scopes,
		ClaimsSupported:        p.catalogue.claimNames(),
		ResponseTypesSupported: rp.ResponseTypes(),
		ResponseModesSupported: responseModes(),
		GrantTypesSupported:    rp.GrantTypes(),
		PromptValuesSupported:  p.promptValues(),
		SubjectTypesSupported:  rp.SubjectTypes(),
		ACRValuesSupported:     p.ACRValues,
		UILocalesSupported:     p.Locales,

		ChallengeMethods:  []string{"S256"},
		TokenAuthMethods:  []string{rp.AuthBasic, rp.AuthPost, rp.AuthSecretJWT, rp.AuthKeyJWT, rp.AuthNone},
		RevokeAuthMethods: []string{rp.AuthBasic, rp.AuthPost, rp.AuthSecretJWT, rp.AuthKeyJWT, rp.AuthNone},
		IntrospectMethods: []string{rp.AuthBasic, rp.AuthPost, rp.AuthSecretJWT, rp.AuthKeyJWT},
		IssInResponse:     true, ClaimsParameter: true, ClaimTypes: []string{"normal"}, DisplayValues: []string{"page", "popup", "touch"},

		RequestParameter: true, RequestURI: true, RequireRequestURI: true, RequestObjectAlgs: []string{rp.AlgNone},
	}
	if p.office.On() {
		m.RegistrationEndpoint = p.Issuer + registration.PathRegister
	}
	for _, alg := range assertionAlgorithms() {
		m.AssertionAlgs = append(m.AssertionAlgs, string(alg))
	}
	m.RevokeAlgs, m.IntrospectAlgs = m.AssertionAlgs, m.AssertionAlgs
	for _, alg := range keys.Algorithms() {
		m.IDTokenSigningAlgs = append(m.IDTokenSigningAlgs, string(alg))
		m.UserinfoAlgs = append(m.UserinfoAlgs, string(alg))
		m.RequestObjectAlgs = append(m.RequestObjectAlgs, string(alg))
	}
	return m
}

// discovery answers /.well-known/openid-configuration and /.well-known/oauth-authorization-server.
func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=3600")
	writeJSONCached(w, http.StatusOK, p.metadata())
}

// jwks answers /oauth/jwks (RFC 7517 5). Applications may keep it for a while, and fetch it anew when they meet a kid they do not know.
func (p *Provider) jwks(w http.ResponseWriter, r *http.Request) {
	set, err := p.keys.Public(r.Context())
	if err != nil {
		p.jsonError(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=600")
	writeJSONCached(w, http.StatusOK, set)
}
