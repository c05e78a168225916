package rp

import (
	"errors"
	"net/url"
	"slices"
)

// maxLogoutURIs bounds the addresses of a client that people may be sent to after they signed out.
const maxLogoutURIs = 50

// ClientLogout is what a client says about signing out. The JSON names are those of the three specifications, each of which adds to RFC 7591.
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

func (c *Client) checkLogout(bad func(format string, args ...any)) {
	if len(c.PostLogoutRedirectURIs) > maxLogoutURIs {
		bad("post_logout_redirect_uris: %d of them, at most %d are taken", len(c.PostLogoutRedirectURIs), maxLogoutURIs)
	}
	for _, u := range c.PostLogoutRedirectURIs {
		if err := checkRedirectURI(u); err != nil {
			bad("post_logout_redirect_uris: %q: %w", u, err)
		}
	}
	if err := checkLogoutURI(c.BackChannelLogoutURI); err != nil {
		bad("backchannel_logout_uri: %q: %w", c.BackChannelLogoutURI, err)
	}
	err := checkLogoutURI(c.FrontChannelLogoutURI)
	if err == nil && c.FrontChannelLogoutURI != "" && !c.redirectsTo(c.FrontChannelLogoutURI) {
		err = errors.New("scheme, host and port are those of no redirect URI (Front-Channel Logout 1.0, 2)")
	}
	if err != nil {
		bad("frontchannel_logout_uri: %q: %w", c.FrontChannelLogoutURI, err)
	}
}

// checkLogoutURI is checkRedirectURI without the schemes of native apps: nothing can be posted to one, and no frame loads one.
func checkLogoutURI(raw string) error {
	if raw == "" {
		return nil
	}
	if err := checkRedirectURI(raw); err != nil {
		return err
	}
	if u, err := url.Parse(raw); err != nil || u.Host == "" {
		return errors.New("this is no web address")
	}
	return nil
}

func (c *Client) redirectsTo(address string) bool {
	want, err := url.Parse(address)
	return err == nil && slices.ContainsFunc(c.RedirectURIs, func(r string) bool {
		u, err := url.Parse(r)
		return err == nil && u.Scheme == want.Scheme && u.Host == want.Host
	})
}
