package registration

import (
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// purposeToken is the keyring purpose of registration access tokens (RFC 7592 1.2); issuer and client are the associated data. They are sealed so that a made-up one
// costs nothing, and compared with a digest in the record so that they end with it.
const purposeToken = "oidc/registration-access-token"

// maxToken bounds what is taken for a token, in bytes.
const maxToken = 2 << 10

func (o *Office) newToken(id string) (string, error) {
	return o.Keyring.Seal(purposeToken, []byte(o.Issuer+" "+id), nil)
}

// bearer is the token of a request (RFC 6750 2.1); empty: there is none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// own finds the client that a request about itself comes from. One read, and none for a token that was made up. Whatever is wrong is told in the same words, so that
// nobody learns which applications there are.
func (o *Office) own(r *http.Request) (client *rp.Client, token string, err error) {
	id, token := r.PathValue("id"), bearer(r)
	if token == "" {
		return nil, "", unauthorized("invalid_request", "The registration access token is needed.")
	}
	no := unauthorized(invalidToken, "The registration access token is not that of this application.")
	if len(token) > maxToken {
		return nil, "", no
	}
	if _, err := o.Keyring.Open(purposeToken, []byte(o.Issuer+" "+id), token); err != nil {
		return nil, "", no
	}
	e, err := o.Registry.Get(r.Context(), id)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, "", no
	case err != nil:
		return nil, "", err
	case e.Client.Self == nil || !same(e.Client.Self.Token, rp.DigestSecret(token)): // an administrator has taken it over
		return nil, "", no
	}
	return e.Client, token, nil
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// read answers GET (RFC 7592 2.1).
func (o *Office) read(w http.ResponseWriter, r *http.Request) error {
	client, token, err := o.own(r)
	if err != nil {
		return err
	}
	return o.tell(w, client, token, "")
}

func (o *Office) tell(w http.ResponseWriter, c *rp.Client, token, secret string) error {
	said, err := o.answer(c, token, secret)
	if err == nil {
		write(w, http.StatusOK, said)
	}
	return err
}

// update answers PUT (RFC 7592 2.2): what the application says now is all that it says. The token stays: an application that lost the answer with a new one could never
// come back.
func (o *Office) update(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	client, token, err := o.own(r)
	if err != nil {
		return err
	}
	m, err := readBody(w, r)
	if err != nil {
		return err
	}
	if err := m.checkUpdate(client); err != nil {
		return err
	}
	self := *client.Self
	self.LogoURI = ""
	next, secret, err := o.settle(m, client.ID, self, client)
	if err != nil {
		return err
	}
	if m.Logo != "" || next.SectorURI != "" {
		if err := o.paced(r, self.Open); err != nil {
			return err
		}
		if err := o.fetch(ctx, next, m.Logo); err != nil {
			return err
		}
	}
	next, err = o.Registry.Change(ctx, client.ID, func(c *rp.Client) error {
		if c.Revision != client.Revision {
			return fault.New(fault.Unavailable, "the application %q was changed in the same moment", c.ID)
		}
		*c = *next
		return nil
	})
	if err != nil {
		return err
	}
	o.note(ctx, r, audit.ClientChanged, client.ID, "")
	return o.tell(w, next, token, secret)
}

// checkUpdate holds an update to RFC 7592 2.2: it names its client, cannot choose its secret, and says nothing that only we know.
func (m *metadata) checkUpdate(client *rp.Client) error {
	for _, name := range []string{"registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"} {
		if _, said := m.given[name]; said {
			m.bad(name, "This cannot be in an update (RFC 7592 2.2).")
		}
	}
	if m.id != client.ID {
		m.bad("client_id", "This is not the application that is updated.")
	}
	if m.secret != "" && !client.SecretIs(m.secret) {
		m.bad("client_secret", "A secret is made here, and cannot be chosen.")
	}
	if len(m.problems) > 0 {
		return refuseProblems(m.problems)
	}
	return nil
}

// remove answers DELETE (RFC 7592 2.3). The application's tokens are dead with it.
func (o *Office) remove(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	client, _, err := o.own(r)
	if err != nil {
		return err
	}
	if err := o.Registry.Remove(ctx, client.ID); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	o.one(-1)
	o.note(ctx, r, audit.ClientDeleted, client.ID, "")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}
