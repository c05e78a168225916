package rp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

const (
	// clientFresh is how long a replica uses a registered client it has read: a changed secret or a deleted client takes effect
	// everywhere within this time. It keeps the client's record out of nearly every request's count of reads.
	clientFresh = 10 * time.Second
	// clientsKept bounds the clients kept; more than that are read anew.
	clientsKept = 10_000
)

// Clients finds clients: those of the configuration, which cannot be changed by any page, and those registered in the state tree.
type Clients struct {
	static map[string]*Client
	store  state.Store
	ring   keys.Keyring
	clock  func() time.Time

	// SelfScopes are those that clients which registered themselves may have at most. It is set before the first use.
	SelfScopes []string

	mu   sync.Mutex
	kept map[string]keptClient
}

type keptClient struct {
	client *Client
	read   time.Time
}

// NewClients checks the clients of the configuration. ring opens the secrets of those that sign with one.
func NewClients(static []Client, store state.Store, ring keys.Keyring, clock func() time.Time) (*Clients, error) {
	c := &Clients{static: map[string]*Client{}, store: store, ring: ring, clock: clock, kept: map[string]keptClient{}}
	var wrong []error
	for i := range static {
		one := static[i]
		for _, err := range one.Check() {
			wrong = append(wrong, fmt.Errorf("client %q: %w", one.ID, err))
		}
		if c.static[one.ID] != nil {
			wrong = append(wrong, fmt.Errorf("client %q: there are two of that id", one.ID))
		}
		one.compile()
		c.static[one.ID] = &one
	}
	return c, errors.Join(wrong...)
}

// Find returns the client. At most one read. Errors: NotFound, and what the store says.
func (c *Clients) Find(ctx context.Context, id string) (*Client, error) {
	if one := c.static[id]; one != nil {
		return one, nil
	}
	if state.CheckID(id) != nil {
		return nil, fault.New(fault.NotFound, "there cannot be a client of that name")
	}
	now := c.clock()
	c.mu.Lock()
	kept, ok := c.kept[id]
	c.mu.Unlock()
	if ok && now.Sub(kept.read) < clientFresh {
		return kept.client, nil
	}
	r, err := c.store.Get(ctx, state.Path{Kind: state.Clients, ID: id})
	if errors.Is(err, state.ErrNotFound) {
		c.forget(id)
		return nil, fault.New(fault.NotFound, "no client %q", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the client %q: %w", id, err)
	}
	client, err := parseClient(r)
	if err != nil {
		return nil, err
	}
	client.drop(now)
	client.selfScopes = c.SelfScopes
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= clientsKept {
		clear(c.kept)
	}
	c.kept[id] = keptClient{client, now}
	return client, nil
}

func (c *Clients) forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.kept, id)
}

// clientValue is the first word of the value that describes a client; its record has other values beside it.
const clientValue = "a "

func parseClient(r state.Record) (*Client, error) {
	for _, v := range r.Values {
		text, ok := strings.CutPrefix(v, clientValue)
		if !ok {
			continue
		}
		client := &Client{ID: r.ID}
		if err := json.Unmarshal([]byte(text), client); err != nil {
			return nil, fault.Wrap(fault.Internal, fmt.Errorf("reading the record of the client %q: %w", r.ID, err))
		}
		if wrong := client.Check(); len(wrong) > 0 {
			return nil, fault.Wrap(fault.Internal, fmt.Errorf("the record of the client %q: %w", r.ID, errors.Join(wrong...)))
		}
		client.compile()
		return client, nil
	}
	return nil, fault.New(fault.Internal, "the record of the client %q does not describe it", r.ID)
}

// Registry returns the registry that shares what this replica knows of the clients, so that a change takes effect here at once.
func (c *Clients) Registry() *Registry {
	return &Registry{store: c.store, ring: c.ring, clock: c.clock, configured: c.static, forget: c.forget}
}
