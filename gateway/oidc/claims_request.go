package oidc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/ory/fosite"
)

// The bounds of the parameter claims.
const (
	maxClaims    = 3000 // bytes
	maxClaimName = 100  // bytes
	maxAsked     = 50   // claims in each of its two lists
	maxACRs      = 20   // values that a claim is asked for with
)

// claimsRequest is what a request asks for by name (OpenID Connect Core 5.5): claims at userinfo and in the ID token.
type claimsRequest struct {
	userinfo, idToken map[string]claimRequest
}

// claimRequest is how one claim is asked for. Whether it is essential makes a difference for acr alone, and values for acr and sub: a claim that cannot be
// had is left out either way (OpenID Connect Core 5.5.1).
type claimRequest struct {
	essential bool
	values    []string // as JSON texts; nil: any
}

// parseClaims reads the parameter claims. It is strict about what it understands, and passes over members that it does not, as OpenID Connect Core 5.5 asks.
// Errors are *fosite.RFC6749Error.
func parseClaims(text string) (claimsRequest, error) {
	var c claimsRequest
	if text == "" {
		return c, nil
	}
	bad := func(err error) (claimsRequest, error) {
		return claimsRequest{}, fosite.ErrInvalidRequest.WithHintf("The parameter claims cannot be read: %s.", err)
	}
	if len(text) > maxClaims {
		return bad(fmt.Errorf("it has %d bytes, and the limit is %d", len(text), maxClaims))
	}
	top, err := members([]byte(text))
	if err != nil {
		return bad(err)
	}
	for name, into := range map[string]*map[string]claimRequest{"userinfo": &c.userinfo, "id_token": &c.idToken} {
		raw, there := top[name]
		if !there || isNull(raw) {
			continue
		}
		if *into, err = askedFor(raw); err != nil {
			return bad(fmt.Errorf("%s: %w", name, err))
		}
	}
	return c, nil
}

// askedFor reads one of the two lists.
func askedFor(raw json.RawMessage) (map[string]claimRequest, error) {
	list, err := members(raw)
	if err != nil {
		return nil, err
	}
	if len(list) > maxAsked {
		return nil, fmt.Errorf("%d claims, and the limit is %d", len(list), maxAsked)
	}
	all := make(map[string]claimRequest, len(list))
	for name, how := range list {
		if len(name) > maxClaimName {
			return nil, errors.New("a name is too long")
		}
		one, err := oneClaim(how)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", bounded(name, 40), err)
		}
		all[name] = one
	}
	return all, nil
}

// oneClaim reads how a claim is asked for: null, or an object (OpenID Connect Core 5.5.1).
func oneClaim(raw json.RawMessage) (claimRequest, error) {
	var c claimRequest
	if isNull(raw) {
		return c, nil
	}
	how, err := members(raw)
	if err != nil {
		return c, err
	}
	if v, there := how["essential"]; there {
		if string(v) != "true" && string(v) != "false" {
			return c, errors.New("essential is neither true nor false")
		}
		c.essential = string(v) == "true"
	}
	if v, there := how["value"]; there && !isNull(v) {
		c.values = append(c.values, compact(v))
	}
	if v, there := how["values"]; there {
		var list []json.RawMessage
		if err := json.Unmarshal(v, &list); err != nil || len(list) == 0 || len(list) > maxACRs {
			return c, fmt.Errorf("values is no list of 1 to %d values", maxACRs)
		}
		for _, one := range list {
			c.values = append(c.values, compact(one))
		}
	}
	return c, nil
}

// takes tells whether a text is one of the values that are asked for; every one is if there are none.
func (c claimRequest) takes(text string) bool {
	quoted, err := json.Marshal(text)
	return c.values == nil || err == nil && slices.Contains(c.values, string(quoted))
}

// members takes a JSON object apart. A name that stands twice is refused: two programs would read two different things.
func members(raw []byte) (map[string]json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("it is no JSON object")
	}
	all := map[string]json.RawMessage{}
	for dec.More() {
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, errors.New("it is no JSON object")
		}
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return nil, errors.New("it is no JSON object")
		}
		if _, twice := all[name]; twice {
			return nil, fmt.Errorf("%s stands twice", bounded(name, 40))
		}
		all[name] = v
	}
	if _, err := dec.Token(); err != nil {
		return nil, errors.New("it is no JSON object")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind its end")
	}
	return all, nil
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }

// compact is a JSON value in one spelling, so that it can be compared.
func compact(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		quoted, _ := json.Marshal(text) // a text can always be written
		return string(quoted)
	}
	return string(raw)
}
