package oidc

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// maxObject bounds a request object, in bytes.
const maxObject = 16 << 10

// unwrap replaces a request by what its request object says (RFC 9101, OpenID Connect Core 6). What the object has wins. In an OpenID Connect request, other parameters
// count too (OpenID Connect Core 6.1); else the object alone does (RFC 9101 6.3). Errors: *fosite.RFC6749Error.
func (p *Provider) unwrap(ctx context.Context, client *rp.Client, form url.Values) (url.Values, error) {
	text, uri := form.Get("request"), form.Get("request_uri")
	switch {
	case text != "" && uri != "":
		return nil, fosite.ErrInvalidRequest.WithHint("There is a request and a request_uri; only one can be (RFC 9101 5).")
	case text == "" && uri == "":
		return form, nil
	case uri != "":
		address, digest, _ := strings.Cut(uri, "#")
		if !slices.Contains(client.RequestURIs, uri) && !slices.Contains(client.RequestURIs, address) {
			return nil, fosite.ErrInvalidRequestURI.WithHint("This request_uri is not registered for the client.")
		}
		doc, err := p.remote.Get(ctx, address)
		if sum := sha256.Sum256(doc); err == nil && digest != "" && digest != base64.RawURLEncoding.EncodeToString(sum[:]) {
			doc, err = p.remote.Renew(ctx, address) // the digest has changed, so the document has (OpenID Connect Core 6.2)
		}
		if err != nil {
			return nil, fosite.ErrInvalidRequestURI.WithHint("The document at the request_uri cannot be fetched.").WithWrap(err).WithDebug(err.Error())
		}
		text = strings.TrimSpace(string(doc))
	}
	payload, err := p.verifyObject(ctx, client, text)
	if err != nil {
		return nil, err
	}
	said, err := p.readObject(client, payload)
	if err != nil {
		return nil, fosite.ErrInvalidRequestObject.WithHintf("The request object is not good: %s.", err)
	}
	if has(strings.Fields(form.Get("scope")), ScopeOpenID) {
		for name, values := range form {
			if _, ok := said[name]; !ok && name != "request" && name != "request_uri" {
				said[name] = values
			}
		}
	}
	said.Set("client_id", client.ID)
	return said, nil
}

// verifyObject checks who made a request object, and returns what it says. An unsigned one is taken only from a client that registered for it:
// anybody could have made it.
func (p *Provider) verifyObject(ctx context.Context, client *rp.Client, text string) ([]byte, error) {
	bad := func(why string) error {
		return fosite.ErrInvalidRequestObject.WithHint("The request object is not good: " + why + ".")
	}
	part := strings.Split(text, ".")
	if len(text) > maxObject || len(part) != 3 {
		return nil, bad("it is not a JWT, or too long")
	}
	raw, err := base64.RawURLEncoding.DecodeString(part[0])
	var header struct{ Alg, Typ string }
	if err != nil || json.Unmarshal(raw, &header) != nil {
		return nil, bad("its header cannot be read")
	}
	// A JWT for another purpose, such as a client_assertion, is no request (RFC 8725 3.11).
	if typ := strings.ToLower(strings.TrimPrefix(header.Typ, "application/")); typ != "" && typ != "jwt" && typ != "oauth-authz-req+jwt" {
		return nil, bad("its typ says that it is something else")
	}
	payload, err := base64.RawURLEncoding.DecodeString(part[1])
	switch {
	case err != nil:
		return nil, bad("its claims cannot be read")
	case header.Alg == rp.AlgNone && client.RequestObjectAlg != rp.AlgNone:
		return nil, bad("it is not signed, and the client is not registered for such ones")
	case header.Alg == rp.AlgNone && part[2] != "":
		return nil, bad("it says that it is not signed, and has a signature")
	case header.Alg == rp.AlgNone:
		return payload, nil
	case !slices.Contains(keys.Algorithms(), jose.SignatureAlgorithm(header.Alg)):
		return nil, bad("it is not signed with RS256, ES256 or EdDSA")
	case client.RequestObjectAlg != "" && client.RequestObjectAlg != rp.AlgNone && client.RequestObjectAlg != header.Alg:
		return nil, bad("the client is registered for " + client.RequestObjectAlg)
	}
	if err := p.verifyByKeys(ctx, client.Keys(), &assertion{text: text}); err != nil {
		return nil, bad("no key of the client made its signature")
	}
	return payload, nil
}

// readObject checks what a request object says of itself and returns its parameters.
func (p *Provider) readObject(client *rp.Client, payload []byte) (url.Values, error) {
	dec := json.NewDecoder(bytes.NewReader(payload))
	dec.UseNumber()
	var claims map[string]any
	if err := dec.Decode(&claims); err != nil || claims == nil {
		return nil, errors.New("its claims are no JSON object")
	}
	now := p.Clock()
	for _, name := range []string{"iss", "client_id"} {
		if v, ok := claims[name]; ok && v != client.ID {
			return nil, fmt.Errorf("its %s is not the client_id", name)
		}
	}
	if aud, ok := claims["aud"]; ok && !means(aud, p.Issuer) {
		return nil, errors.New("its aud is not this issuer")
	}
	if at, ok, err := instant(claims, "exp"); err != nil || ok && !now.Before(at.Add(clockSkew)) {
		return nil, errors.New("it has expired")
	}
	for _, name := range []string{"nbf", "iat"} {
		if at, ok, err := instant(claims, name); err != nil || ok && at.After(now.Add(clockSkew)) {
			return nil, errors.New("it is from the future")
		}
	}
	if claims["sub"] == client.ID { // so a client_assertion looks (RFC 9101 10.8)
		return nil, errors.New("its sub is the client_id, as in a client_assertion")
	}
	said := url.Values{}
	for name, v := range claims {
		switch name {
		case "iss", "aud", "exp", "nbf", "iat", "jti", "sub", "client_id", ResumeParam:
			continue
		case "request", "request_uri": // RFC 9101 4
			return nil, fmt.Errorf("there is a %s in it", name)
		}
		if several, ok := v.([]any); ok && name == "resource" { // the one parameter that may stand there several times (RFC 8707 2)
			for _, one := range several {
				text, ok := one.(string)
				if !ok {
					return nil, errors.New("its resource is neither text nor several")
				}
				said.Add(name, text)
			}
			continue
		}
		text, err := parameter(v)
		if err != nil {
			return nil, fmt.Errorf("its %s %w", bounded(name, 40), err)
		}
		said.Set(name, text)
	}
	return said, nil
}

// parameter is a claim as it would stand in a query: text as it is, whole numbers in digits, objects as JSON (OpenID Connect Core 6.1).
func parameter(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return "", errors.New("is not a whole number")
		}
		return v.String(), nil
	case map[string]any:
		text, err := json.Marshal(v)
		return string(text), err
	default:
		return "", errors.New("is neither text nor a number nor an object")
	}
}

// means tells whether an aud, one text or several, has the issuer in it.
func means(aud any, issuer string) bool {
	list, ok := aud.([]any)
	return aud == issuer || ok && slices.Contains(list, any(issuer))
}

// instant reads a NumericDate (RFC 7519 2).
func instant(claims map[string]any, name string) (at time.Time, ok bool, err error) {
	v, ok := claims[name]
	if !ok {
		return at, false, nil
	}
	n, isNumber := v.(json.Number)
	if !isNumber {
		return at, true, fmt.Errorf("%s is no number", name)
	}
	seconds, err := n.Float64()
	if err != nil || seconds < 0 || seconds > 1e11 {
		return at, true, fmt.Errorf("%s is no time", name)
	}
	return time.Unix(int64(seconds), 0), true, nil
}
