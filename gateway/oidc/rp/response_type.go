package rp

import (
	"slices"
	"strings"
)

// ResponseTypes are those that can be registered. All but "code" bring tokens through the browser's address, so each client has to ask for them
// (RFC 9700 2.1.2).
func ResponseTypes() []string {
	return []string{"code", "id_token", "id_token token", "token", "code id_token", "code token", "code id_token token"}
}

// Wanted is what a response type asks for.
type Wanted struct{ Code, Token, IDToken bool }

// Front tells whether something comes back that the browser must not send on in a query.
func (t Wanted) Front() bool { return t.Token || t.IDToken }

// ReadResponseType reads a response type; its words may stand in any order (RFC 6749 3.1.1). Upper-case letters make another word.
func ReadResponseType(text string) (t Wanted, ok bool) {
	words := strings.Split(text, " ")
	for _, word := range words {
		var what *bool
		switch word {
		case "code":
			what = &t.Code
		case "token":
			what = &t.Token
		case "id_token":
			what = &t.IDToken
		default:
			return t, false
		}
		if *what {
			return t, false
		}
		*what = true
	}
	return t, true
}

// Registered tells whether the client may use the response type.
func (c *Client) Registered(t Wanted) bool {
	return slices.ContainsFunc(c.AllowedResponses(), func(text string) bool {
		one, ok := ReadResponseType(text)
		return ok && one == t
	})
}
