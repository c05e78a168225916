package oidc

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// checkPKCE checks the challenge of an authorization request (RFC 7636 4.3). S256 is the only method: "plain" protects against nothing that TLS
// does not (RFC 9700 2.1.1). Clients without a secret must send one.
func checkPKCE(client *rp.Client, form url.Values) error {
	challenge, method := form.Get("code_challenge"), form.Get("code_challenge_method")
	switch {
	case challenge == "" && method == "" && !client.Public() && !client.RequirePKCE:
		return nil
	case challenge == "":
		return fosite.ErrInvalidRequest.WithHint("This client has to use PKCE: the parameter code_challenge is missing.")
	case method != "S256":
		return fosite.ErrInvalidRequest.WithHint("The only code_challenge_method is S256.")
	case len(challenge) != 43 || !isURLSafe(challenge):
		return fosite.ErrInvalidRequest.WithHint("The code_challenge is not the base64url form of a SHA-256 digest.")
	}
	return nil
}

// verifyPKCE compares the verifier of a token request with the challenge that the code carries (RFC 7636 4.6). A verifier for a code that was
// asked for without a challenge is refused too: somebody put a code into a request it does not belong to (RFC 9700 4.8.2).
func verifyPKCE(challenge, verifier string) error {
	switch {
	case challenge == "" && verifier == "":
		return nil
	case challenge == "":
		return fosite.ErrInvalidGrant.WithHint("There is a code_verifier, but the code was asked for without a code_challenge.")
	case len(verifier) < 43 || len(verifier) > 128 || !isURLSafe(strings.NewReplacer(".", "", "~", "").Replace(verifier)):
		return fosite.ErrInvalidGrant.WithHint("The code_verifier is missing or not 43 to 128 letters, digits, '-', '.', '_' or '~'.")
	}
	sum := sha256.Sum256([]byte(verifier))
	if subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) != 1 {
		return fosite.ErrInvalidGrant.WithHint("The code_verifier does not belong to the code_challenge.")
	}
	return nil
}

// isURLSafe tells whether s has only the characters of base64url.
func isURLSafe(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_'
	})
}
