package rp

import (
	"net/url"
	"slices"
)

// Logout is what a client says about signing out. The JSON names are those of the three specifications, each of which adds to RFC 7591.
type Logout struct {
	// PostLogoutRedirectURIs are where people may be sent after they signed out, compared to the letter (RP-Initiated Logout 1.0, 3.1).
	PostLogoutRedirectURIs []string `json:"post_logout_redirect_uris,omitempty"`
	// BackChannelLogoutURI is where the gateway posts a logout token when a session ends (Back-Channel Logout 1.0, 2.2).
	BackChannelLogoutURI string `json:"backchannel_logout_uri,omitempty"`
	// BackChannelSessionRequired asks for sid in that token. It is always there.
	BackChannelSessionRequired bool `json:"backchannel_logout_session_required,omitempty"`
	// FrontChannelLogoutURI is loaded in a frame of the signed-out page (Front-Channel Logout 1.0, 2).
	FrontChannelLogoutURI string `json:"frontchannel_logout_uri,omitempty"`
	// FrontChannelSessionRequired asks for iss and sid in that address. They are always there.
	FrontChannelSessionRequired bool `json:"frontchannel_logout_session_required,omitempty"`
}

// Told tells whether the client wants to hear that a session ended.
func (c *Logout) Told() bool {
	return c.BackChannelLogoutURI != "" || c.FrontChannelLogoutURI != ""
}

func (c *Client) checkLogout(bad report) {
	const back, front = "backchannel_logout_uri", "frontchannel_logout_uri"
	checkCount("post_logout_redirect_uris", c.PostLogoutRedirectURIs, maxClientURIs, bad)
	for _, u := range c.PostLogoutRedirectURIs {
		checkRedirectURI("post_logout_redirect_uris", u, bad)
	}
	checkLogoutURI(back, c.BackChannelLogoutURI, bad)
	checkLogoutURI(front, c.FrontChannelLogoutURI, bad)
	if u := c.FrontChannelLogoutURI; u != "" && !c.redirectsTo(u) { // Front-Channel Logout 1.0, 2
		bad(front, "%s: scheme, host and port are those of no address that people come back to.", cutText(u, maxShown))
	}
}

// checkLogoutURI is checkRedirectURI without the schemes of native apps: nothing can be posted to one, and no frame loads one.
func checkLogoutURI(field, raw string, bad report) {
	if raw == "" {
		return
	}
	if u, err := url.Parse(raw); err == nil && u.Host == "" {
		bad(field, "%s is no web address.", cutText(raw, maxShown))
		return
	}
	checkRedirectURI(field, raw, bad)
}

func (c *Client) redirectsTo(address string) bool {
	want, err := url.Parse(address)
	return err == nil && slices.ContainsFunc(c.RedirectURIs, func(r string) bool {
		u, err := url.Parse(r)
		return err == nil && u.Scheme == want.Scheme && u.Host == want.Host
	})
}
