package registration

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// maxBody bounds what an application may say of itself, in bytes.
const maxBody = 64 << 10

// metadata is what an application says of itself (RFC 7591 2, OpenID Connect Dynamic Client Registration 2), before anything was decided.
type metadata struct {
	rp.Client
	id, secret string          // of an update
	statement  json.RawMessage // software_statement
	given      map[string]json.RawMessage
	problems   []error
}

// readBody reads the posted JSON. Errors: a refusal.
func readBody(w http.ResponseWriter, r *http.Request) (*metadata, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, refuse(invalidMetadata, "Send a JSON object, with the Content-Type application/json.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, &refusal{status: http.StatusRequestEntityTooLarge, code: invalidMetadata, says: "The body cannot be read, or has more than 64 KB.", err: err}
	}
	return readMetadata(body)
}

// readMetadata reads what an application says of itself. Names that mean nothing here are passed over, as RFC 7591 2 asks; null is the same as nothing. Errors: a refusal
// if it is no JSON object; what is wrong with single members is in problems.
func readMetadata(body []byte) (*metadata, error) {
	m := new(metadata)
	if !utf8.Valid(body) || json.Unmarshal(body, &m.given) != nil || m.given == nil {
		return nil, refuse(invalidMetadata, "The body is no JSON object.")
	}
	for name, value := range m.given {
		if string(value) == "null" {
			delete(m.given, name)
		}
	}
	for name, to := range m.texts() {
		take(m, name, to, "This is no text.")
	}
	for name, to := range m.lists() {
		take(m, name, to, "This is no list of texts.")
	}
	for name, to := range m.flags() {
		take(m, name, to, "This is neither true nor false.")
	}
	take(m, "default_max_age", &m.DefaultMaxAge, "This is no whole number of seconds.")
	m.JWKS, m.statement = m.given["jwks"], m.given["software_statement"]
	m.refuseAbsent()
	slices.SortFunc(m.problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) }) // the members came in no order
	return m, nil
}

func (m *metadata) texts() map[string]*string {
	return map[string]*string{
		"client_name": &m.Name, "client_uri": &m.URL, "logo_uri": &m.Logo, "policy_uri": &m.Policy, "tos_uri": &m.Terms, "application_type": &m.Type, "scope": &m.Scope,
		"token_endpoint_auth_method": &m.AuthMethod, "token_endpoint_auth_signing_alg": &m.AuthAlg, "jwks_uri": &m.JWKSURI,
		"id_token_signed_response_alg": &m.IDTokenAlg, "userinfo_signed_response_alg": &m.UserinfoAlg, "request_object_signing_alg": &m.RequestObjectAlg, "initiate_login_uri": &m.InitiateLoginURI,
		"software_id": &m.SoftwareID, "software_version": &m.SoftwareVersion, "subject_type": &m.SubjectType, "sector_identifier_uri": &m.SectorURI,
		"backchannel_logout_uri": &m.BackChannelLogoutURI, "frontchannel_logout_uri": &m.FrontChannelLogoutURI,
		"client_id": &m.id, "client_secret": &m.secret,
	}
}

func (m *metadata) lists() map[string]*[]string {
	return map[string]*[]string{
		"redirect_uris": &m.RedirectURIs, "contacts": &m.Contacts, "grant_types": &m.Grants, "response_types": &m.ResponseTypes, "request_uris": &m.RequestURIs,
		"post_logout_redirect_uris": &m.PostLogoutRedirectURIs,
	}
}

func (m *metadata) flags() map[string]*bool {
	return map[string]*bool{
		"require_pushed_authorization_requests": &m.RequirePushed,
		"backchannel_logout_session_required":   &m.BackChannelSessionRequired, "frontchannel_logout_session_required": &m.FrontChannelSessionRequired,
	}
}

// take reads one member.
func take[T any](m *metadata, name string, to *T, otherwise string) {
	value, ok := m.given[name]
	if !ok {
		return
	}
	var read T
	if json.Unmarshal(value, &read) != nil {
		m.bad(name, otherwise)
		return
	}
	*to = read
}

// bad notes a mistake that only the developer of an application can make, so it is told in English alone.
func (m *metadata) bad(field, said string) {
	m.problems = append(m.problems, &rp.Problem{Field: field, Words: strings.ReplaceAll(said, "%", "%%")})
}

// refuseAbsent refuses what would be a promise that is not kept: whoever asks for encryption must not get clear text.
func (m *metadata) refuseAbsent() {
	for _, name := range []string{
		"id_token_encrypted_response_alg", "id_token_encrypted_response_enc", "userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc", "request_object_encryption_alg",
		"request_object_encryption_enc", "authorization_encrypted_response_alg", "authorization_encrypted_response_enc", "introspection_encrypted_response_alg",
	} {
		if _, asked := m.given[name]; asked {
			m.bad(name, "Nothing is encrypted here beyond TLS.")
		}
	}
	for _, name := range []string{"authorization_signed_response_alg", "introspection_signed_response_alg"} {
		if value, asked := m.given[name]; asked && string(value) != `"none"` {
			m.bad(name, "This is not signed here.")
		}
	}
	for _, name := range []string{"tls_client_certificate_bound_access_tokens", "dpop_bound_access_tokens", "require_signed_request_object"} {
		if string(m.given[name]) == "true" {
			m.bad(name, "This is not supported here.")
		}
	}
}
