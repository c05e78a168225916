package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state/ldapstate"
	"github.com/wicketgate/wicketgate/ldapmap"
	store "github.com/wicketgate/wicketgate/ldapmap/directory"
)

// User is somebody to be. Only Username is needed.
type User struct {
	Username   string   `json:"username"`
	Password   string   `json:"password"` // empty: the username with "-password" behind it
	GivenName  string   `json:"given_name"`
	FamilyName string   `json:"family_name"` // empty: the username
	Mail       string   `json:"mail"`        // empty: the username @example.org
	Groups     []string `json:"groups"`      // made if they are not there; members of "admins" are administrators
}

// Client is an application. Only ID and RedirectURIs are needed.
type Client struct {
	ID           string   `json:"client_id"`
	Name         string   `json:"client_name"`
	Secret       string   `json:"client_secret"` // empty: a public client
	RedirectURIs []string `json:"redirect_uris"`
	Scope        string   `json:"scope"`          // separated by spaces; empty: all
	Trusted      bool     `json:"trusted"`        // nobody is asked for consent
	Refresh      bool     `json:"always_refresh"` // a refresh token without offline_access
	Introspect   bool     `json:"may_introspect"`
	IDTokenAlg   string   `json:"id_token_signed_response_alg"`
}

// Hands make people, groups and clients around a gateway, and sign people in to it. They are safe for concurrent use.
type Hands struct {
	cfg       *config.Config
	url       string
	admin     *store.Directory // as somebody who may write people and groups
	directory *store.Directory // as the gateway
	clients   *rp.Registry
}

// NewHands returns the hands for the gateway of a configuration, which is at url. admin is a DN that may write below the people and the groups. Close
// ends their connections.
func NewHands(cfg *config.Config, url, admin, password string, clock func() time.Time) (*Hands, error) {
	d, err := store.Open(cfg.Transport(), store.WithClock(clock))
	if err != nil {
		return nil, fmt.Errorf("reaching the directory: %w", err)
	}
	as := cfg.Transport()
	as.BindDN, as.BindPassword = admin, password
	above, err := store.Open(as, store.WithClock(clock))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("reaching the directory as %s: %w", admin, err), d.Close())
	}
	records := ldapstate.New(d.Writer(), ldapstate.Config{Base: cfg.State.Base, Spelling: ldapstate.Spelling(cfg.State.Spelling)})
	return &Hands{cfg: cfg, url: url, admin: above, directory: d, clients: rp.NewRegistry(records, nil, cfg.OIDCClients(), clock)}, nil
}

// Close hangs up.
func (h *Hands) Close() error { return errors.Join(h.admin.Close(), h.directory.Close()) }

// AddUser makes somebody. Errors: a username that is empty or taken, a group that cannot be.
func (h *Hands) AddUser(ctx context.Context, u User) error {
	if u.Username == "" {
		return errors.New("a user needs a username")
	}
	dn := "uid=" + ldapmap.EscapeDN(u.Username) + "," + h.cfg.Directory.Users.Base[0]
	or := func(v, standard string) string {
		if v == "" {
			return standard
		}
		return v
	}
	family := or(u.FamilyName, u.Username)
	full := family
	entry := []ldapmap.Attribute{{Name: "objectClass", Values: []string{"inetOrgPerson"}}}
	add := func(name, value string) {
		entry = append(entry, ldapmap.Attribute{Name: name, Values: []string{value}})
	}
	if u.GivenName != "" {
		full = u.GivenName + " " + family
		add("givenName", u.GivenName)
	}
	add("uid", u.Username)
	add("sn", family)
	add("cn", full)
	add("displayName", full)
	add("mail", or(u.Mail, u.Username+"@example.org"))
	add("userPassword", or(u.Password, standardPassword(u.Username)))
	if err := h.admin.Add(ctx, dn, entry); err != nil {
		return fmt.Errorf("adding %s: %w", u.Username, err)
	}
	for _, g := range u.Groups {
		if err := h.join(ctx, g, dn); err != nil {
			return fmt.Errorf("making %s a member of %s: %w", u.Username, g, err)
		}
	}
	return nil
}

// join makes the group with its first member, or adds one.
func (h *Hands) join(ctx context.Context, group, member string) error {
	dn := "cn=" + ldapmap.EscapeDN(group) + "," + h.cfg.Directory.Groups.Base[0]
	err := h.admin.Add(ctx, dn, []ldapmap.Attribute{
		{Name: "objectClass", Values: []string{"groupOfNames"}}, {Name: "cn", Values: []string{group}}, {Name: "member", Values: []string{member}},
	})
	if code, _ := store.ResultCode(err); code == store.CodeEntryAlreadyExists {
		err = h.admin.Modify(ctx, dn, []ldapmap.Mod{{Op: ldapmap.ModAdd, Name: "member", Values: []string{member}}})
	}
	return err
}

// AddClient registers an application. Errors: whatever is wrong with it; an id that is taken.
func (h *Hands) AddClient(ctx context.Context, c Client) error {
	client := &rp.Client{
		ID: c.ID, Name: c.Name, RedirectURIs: slices.Clone(c.RedirectURIs), Scope: c.Scope, Trusted: c.Trusted, AlwaysRefresh: c.Refresh,
		MayIntrospect: c.Introspect, IDTokenAlg: c.IDTokenAlg,
	}
	if c.Secret != "" {
		client.Secrets = []string{rp.DigestSecret(c.Secret)}
	}
	return h.clients.Add(ctx, client)
}

func standardPassword(username string) string { return username + "-password" }
