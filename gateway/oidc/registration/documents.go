package registration

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/oidc/logo"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// fetch goes for what the application keeps elsewhere: its logo, from address, and the list of its sector. At most two fetches.
func (o *Office) fetch(ctx context.Context, c *rp.Client, address string) error {
	if err := o.checkSector(ctx, c); err != nil {
		return err
	}
	o.takeLogo(ctx, c, address)
	return nil
}

// checkSector holds the redirect URIs to the list at the sector_identifier_uri: each must be in it, or anybody could have the names that people have at somebody else's
// application (OpenID Connect Dynamic Client Registration 5).
func (o *Office) checkSector(ctx context.Context, c *rp.Client) error {
	if c.SectorURI == "" {
		return nil
	}
	doc, err := o.Remote.Get(ctx, c.SectorURI)
	if err == nil && !lists(doc, c.RedirectURIs) {
		doc, err = o.Remote.Renew(ctx, c.SectorURI) // an address was added a moment ago
	}
	switch {
	case err != nil:
		o.Log.InfoContext(ctx, "the list of an application's sector cannot be fetched", "sector_identifier_uri", c.SectorURI, "error", err)
		return refuse(invalidMetadata, "sector_identifier_uri: There is no document that can be fetched.")
	case !lists(doc, c.RedirectURIs):
		return refuse(invalidMetadata, "sector_identifier_uri: The document there is not a JSON array with each of the redirect_uris in it.")
	}
	return nil
}

func lists(doc []byte, redirects []string) bool {
	var listed []string
	return json.Unmarshal(doc, &listed) == nil && !slices.ContainsFunc(redirects, func(u string) bool { return !slices.Contains(listed, u) })
}

// takeLogo draws the logo of an application anew, small, to show it on our pages. An application without one is still an application: what cannot be shown is left
// out, and so missing in the answer.
func (o *Office) takeLogo(ctx context.Context, c *rp.Client, address string) {
	if address == "" {
		return
	}
	shown, err := o.drawLogo(ctx, address)
	if err != nil {
		o.Log.InfoContext(ctx, "the logo of an application is not shown", "client", c.ID, "error", err)
		return
	}
	c.Logo = shown
	if !strings.HasPrefix(address, "data:") {
		c.Self.LogoURI = address
	}
}

func (o *Office) drawLogo(ctx context.Context, address string) (string, error) {
	var file []byte
	if !strings.HasPrefix(address, "data:") {
		var err error
		if file, err = o.Remote.Get(ctx, address); err != nil {
			return "", err
		}
	}
	select {
	case o.drawing <- struct{}{}:
		defer func() { <-o.drawing }()
	case <-ctx.Done():
		return "", fault.Wrap(fault.Unavailable, ctx.Err())
	}
	if file == nil {
		return logo.OfAddress(address)
	}
	return logo.Of(file)
}
