package oidc

import (
	"errors"
	"net/http"

	"github.com/ory/fosite"
)

// inactive is all that is ever said of a token that is not good (RFC 7662 2.2).
func inactive() map[string]any { return map[string]any{"active": false} }

// introspect answers /oauth/introspect (RFC 7662): whether a token is good, and what it stands for. Only clients with a secret that were given the permission
// may ask; fosite would let every client ask about every token. Two reads. Whatever is not sealed by us is not active, and is said to be so before
// the client's secret was looked at, because everybody can know it.
func (p *Provider) introspect(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(w, r)
	if err == nil {
		_, err = p.readCredentials(r, form)
	}
	if err != nil {
		p.jsonError(w, r, err)
		return
	}
	kind, access, refresh := p.openEither(form.Get("token"))
	if kind == "" {
		writeJSON(w, http.StatusOK, inactive())
		return
	}
	ctx := r.Context()
	asking, err := p.authenticate(ctx, r, form)
	if err == nil && !asking.(boundClient).MayIntrospect {
		err = fosite.ErrUnauthorizedClient.WithHint("This client may not ask about tokens.")
	}
	if err != nil {
		p.jsonError(w, r, err)
		return
	}
	said := map[string]any{"active": true, "iss": p.Issuer}
	var who signOn
	grant := ""
	if kind == purposeAccess {
		who, grant = access.signOn, access.Grant
		said["token_type"], said["iat"], said["exp"] = "Bearer", access.Issued, access.Expires
		if p.Clock().Unix() >= access.Expires {
			err = errInactive
		}
	} else {
		who, grant = refresh.signOn, refresh.Grant
		said["iat"], said["exp"] = refresh.Issued, refresh.Until.Unix()
	}
	if err == nil && who.Person == "" {
		err = p.aliveOwn(ctx, access)
	} else if err == nil {
		u, aliveErr := p.alive(ctx, &who, grant)
		if err = aliveErr; err == nil {
			said["username"] = u.Get("username")
		}
	}
	switch {
	case errors.Is(err, errInactive):
		said = inactive()
	case err != nil:
		p.jsonError(w, r, err)
		return
	default:
		said["sub"], said["client_id"], said["scope"] = who.subject(), who.Client, who.scope()
		if who.Person == "" {
			said["sub"] = who.Client // RFC 9068 2.2
		} else {
			said["auth_time"] = who.AuthTime
		}
		if who.ACR != "" {
			said["acr"] = who.ACR
		}
	}
	writeJSON(w, http.StatusOK, said)
}

// openEither opens an access or refresh token, whichever it is; the kind is empty if it is neither.
func (p *Provider) openEither(sealed string) (kind string, access *accessToken, refresh *refreshToken) {
	access, refresh = new(accessToken), new(refreshToken)
	if p.open(purposeAccess, sealed, maxToken, access) == nil {
		return purposeAccess, access, nil
	}
	if p.open(purposeRefresh, sealed, maxToken, refresh) == nil {
		return purposeRefresh, nil, refresh
	}
	return "", nil, nil
}
