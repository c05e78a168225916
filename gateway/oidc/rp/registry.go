package rp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Registry looks after the registered clients in the state tree: for commands, for the administrators' pages and for dynamic registration. A
// change takes effect on every replica within ten seconds, and on the one that makes it at once.
type Registry struct {
	store      state.Store
	ring       keys.Keyring
	clock      func() time.Time
	configured map[string]*Client
	forget     func(id string)
}

// NewRegistry returns the registry of a state tree. ring seals the secrets that have to be known in clear; nil for one that is only read. configured are the
// clients of the configuration file, which it shows and never changes. clock may be nil: time.Now.
func NewRegistry(store state.Store, ring keys.Keyring, configured []Client, clock func() time.Time) *Registry {
	if clock == nil {
		clock = time.Now
	}
	r := &Registry{store: store, ring: ring, clock: clock, configured: map[string]*Client{}, forget: func(string) {}}
	for i := range configured {
		one := configured[i]
		r.configured[one.ID] = &one
	}
	return r
}

// Entry is a client as the registry shows it.
type Entry struct {
	ID     string
	Client *Client // nil if Broken is not
	// Configured clients stand in the configuration file and are changed there.
	Configured bool
	// Broken tells why the record cannot be read.
	Broken error
}

// List returns all clients by id.
func (g *Registry) List(ctx context.Context) ([]Entry, error) {
	var all []Entry
	for id, c := range g.configured {
		all = append(all, Entry{ID: id, Client: c, Configured: true})
	}
	err := g.store.List(ctx, state.Clients, func(r state.Record) bool {
		if g.configured[r.ID] != nil {
			return true // the configuration wins
		}
		client, err := parseClient(r)
		all = append(all, Entry{ID: r.ID, Client: client, Broken: err})
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("reading the registered clients: %w", err)
	}
	slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) })
	return all, nil
}

// Get returns one client. Errors: NotFound.
func (g *Registry) Get(ctx context.Context, id string) (Entry, error) {
	if c := g.configured[id]; c != nil {
		return Entry{ID: id, Client: c, Configured: true}, nil
	}
	client, _, err := g.read(ctx, id)
	return Entry{ID: id, Client: client}, err
}

// read returns a registered client, and the value that describes it.
func (g *Registry) read(ctx context.Context, id string) (*Client, string, error) {
	if state.CheckID(id) != nil {
		return nil, "", fault.New(fault.NotFound, "there cannot be a client of that name")
	}
	r, err := g.store.Get(ctx, state.Path{Kind: state.Clients, ID: id})
	if errors.Is(err, state.ErrNotFound) {
		return nil, "", fault.New(fault.NotFound, "no client %q", id)
	}
	if err != nil {
		return nil, "", fmt.Errorf("reading the client %q: %w", id, err)
	}
	client, err := parseClient(r)
	if err != nil {
		return nil, "", err
	}
	i := slices.IndexFunc(r.Values, func(v string) bool { return strings.HasPrefix(v, clientValue) })
	return client, r.Values[i], nil
}

// Add registers a new client. Errors: Invalid with all that is wrong with it, Conflict if there is one of that id already.
func (g *Registry) Add(ctx context.Context, client *Client) error {
	text, err := describeClient(client)
	if err != nil {
		return err
	}
	if g.configured[client.ID] != nil {
		return fault.New(fault.Conflict, "the client %q stands in the configuration", client.ID)
	}
	path := state.Path{Kind: state.Clients, ID: client.ID}
	err = g.store.Create(ctx, state.Record{Path: path, Values: []string{text}})
	g.forget(client.ID)
	if errors.Is(err, state.ErrExists) {
		return fault.Wrap(fault.Conflict, fmt.Errorf("registering the client %q: %w", client.ID, err))
	}
	if err != nil {
		return fmt.Errorf("registering the client %q: %w", client.ID, err)
	}
	return nil
}

// describeClient is the value that describes a client in its record.
func describeClient(client *Client) (string, error) {
	if wrong := client.Check(); len(wrong) > 0 {
		return "", fault.Wrap(fault.Invalid, errors.Join(wrong...))
	}
	text, err := json.Marshal(client)
	if err != nil {
		return "", fmt.Errorf("writing the client %q: %w", client.ID, err)
	}
	if len(text)+len(clientValue) > state.MaxValue {
		return "", &Problem{Field: "client_id", Words: "The application says %d KB of itself, and %d KB can be kept.", Args: []any{len(text) >> 10, state.MaxValue >> 10}}
	}
	return clientValue + string(text), nil
}

// Change reads a registered client, lets edit change it, and writes it if it is as it was read; if somebody else was faster, edit is called
// again. The id cannot change. Errors: NotFound, Invalid, Denied for a client of the configuration, Unavailable, and edit's own.
func (g *Registry) Change(ctx context.Context, id string, edit func(c *Client) error) (*Client, error) {
	if g.configured[id] != nil {
		return nil, fault.New(fault.Denied, "the client %q stands in the configuration", id)
	}
	for range 8 {
		client, before, err := g.read(ctx, id)
		if err != nil {
			return nil, err
		}
		if err := edit(client); err != nil {
			return nil, err
		}
		client.ID = id
		client.drop(g.clock())
		client.Revision++ // a directory takes two values for one that differ in case alone
		after, err := describeClient(client)
		if err != nil {
			return nil, err
		}
		err = g.store.Change(ctx, state.Path{Kind: state.Clients, ID: id}, []string{before}, []string{after})
		g.forget(id)
		switch {
		case err == nil:
			return client, nil
		case errors.Is(err, state.ErrConflict), errors.Is(err, state.ErrNotFound):
		default:
			return nil, fmt.Errorf("changing the client %q: %w", id, err)
		}
	}
	return nil, fault.Wrap(fault.Unavailable, fmt.Errorf("changing the client %q: %w", id, state.ErrBusy))
}

// Remove deletes a registered client. Its grants end with it: a client that is not there can redeem and refresh nothing. Errors: NotFound, Denied
// for a client of the configuration.
func (g *Registry) Remove(ctx context.Context, id string) error {
	if g.configured[id] != nil {
		return fault.New(fault.Denied, "the client %q stands in the configuration", id)
	}
	if state.CheckID(id) != nil {
		return fault.New(fault.NotFound, "there cannot be a client of that name")
	}
	err := g.store.Delete(ctx, state.Path{Kind: state.Clients, ID: id})
	g.forget(id)
	if errors.Is(err, state.ErrNotFound) {
		return fault.Wrap(fault.NotFound, err)
	}
	return err
}
