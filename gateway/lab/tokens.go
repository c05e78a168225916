package lab

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// Tokens are what the token endpoint gives (RFC 6749 5.1, OpenID Connect Core 3.1.3.3).
type Tokens struct {
	// AccessToken is for userinfo and APIs.
	AccessToken string `json:"access_token"`
	// TokenType is Bearer.
	TokenType string `json:"token_type"`
	// ExpiresIn is how long the access token is good for, in seconds.
	ExpiresIn int `json:"expires_in"`
	// RefreshToken gets new ones; only with the scope offline_access or for clients that always get one.
	RefreshToken string `json:"refresh_token,omitempty"`
	// IDToken tells who signed in; only with the scope openid.
	IDToken string `json:"id_token,omitempty"`
	// Scope is what was granted, separated by spaces.
	Scope string `json:"scope,omitempty"`
}

// Tokens signs somebody in to an application, agrees, and redeems the code: for those who want a token and not the way to it. No scopes: openid. Errors: an application that was
// not added by AddClient or proves itself in another way than by a secret, and those of Authorize.
func (l *Lab) Tokens(ctx context.Context, v Visit, client string, scopes []string) (Tokens, error) {
	w := l.current()
	known, ok := w.clients.Load(client)
	if !ok {
		return Tokens{}, fmt.Errorf("client_id: no application %q was added", client)
	}
	c := known.(Client)
	if c.AuthMethod == rp.AuthKeyJWT || c.AuthMethod == rp.AuthSecretJWT || len(c.RedirectURIs) == 0 {
		return Tokens{}, fmt.Errorf("client_id: %q signs to prove itself, or has no redirect URI: only it can get its tokens", client)
	}
	b, err := l.Browser(v)
	if err != nil {
		return Tokens{}, err
	}
	if len(scopes) == 0 {
		scopes = []string{oidc.ScopeOpenID}
	}
	verifier := rand.Text() + rand.Text()
	digest := sha256.Sum256([]byte(verifier))
	back, err := l.Authorize(ctx, b, l.URL+oidc.PathAuthorize+"?"+url.Values{
		"response_type": {"code"}, "client_id": {c.ID}, "redirect_uri": {c.RedirectURIs[0]}, "scope": {strings.Join(scopes, " ")},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(digest[:])}, "code_challenge_method": {"S256"},
	}.Encode())
	if err != nil {
		return Tokens{}, err
	}
	if code := back.Parameters.Get("error"); code != "" {
		return Tokens{}, fmt.Errorf("the authorization endpoint says %s: %s", code, back.Parameters.Get("error_description"))
	}
	return l.redeem(ctx, c, url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Parameters.Get("code")}, "redirect_uri": {c.RedirectURIs[0]}, "code_verifier": {verifier},
	})
}

// redeem asks the token endpoint.
func (l *Lab) redeem(ctx context.Context, c Client, form url.Values) (Tokens, error) {
	basic := c.Secret != "" && c.AuthMethod != rp.AuthPost
	if !basic {
		form.Set("client_id", c.ID)
	}
	if c.AuthMethod == rp.AuthPost {
		form.Set("client_secret", c.Secret)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.URL+oidc.PathToken, strings.NewReader(form.Encode()))
	if err != nil {
		return Tokens{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if basic {
		r.SetBasicAuth(url.QueryEscape(c.ID), url.QueryEscape(c.Secret))
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return Tokens{}, err
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	var got struct {
		Tokens
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	err = json.NewDecoder(io.LimitReader(resp.Body, maxPage)).Decode(&got)
	switch {
	case err != nil:
		return Tokens{}, fmt.Errorf("reading the answer of the token endpoint: %w", err)
	case got.Error != "":
		return Tokens{}, fmt.Errorf("the token endpoint says %s: %s", got.Error, got.Description)
	case got.AccessToken == "":
		return Tokens{}, errors.New("the token endpoint gives no token")
	}
	return got.Tokens, nil
}
