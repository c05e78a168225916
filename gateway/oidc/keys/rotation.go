package keys

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
)

const (
	// keyLead is how long a new key is published before it signs: applications keep the key set for minutes, and replicas read it once a minute.
	keyLead = time.Hour
	// keyTail is how long a key is published after the last token that it signed has expired, for applications whose clocks are behind.
	keyTail = time.Hour
)

// Plan says when keys change. The zero value leaves them as they are.
type Plan struct {
	Every time.Duration // a new key signs this long after the one before; 0: never by itself
	Token time.Duration // how long what a key signs is good
	Hint  time.Duration // how long after that a token may come back as id_token_hint; 0: for ever
}

// ends tells when the key stopped signing, or will: when the next of its algorithm began. Zero: not in sight, or not known, as with a key that was brought
// along, of which no record tells since when. keys are sorted.
func (k *signingKey) ends(keys []*signingKey) time.Time {
	var end time.Time
	for _, next := range keys {
		if !next.fixed && next.alg == k.alg && next.number > k.number && (end.IsZero() || next.signsFrom.Before(end)) {
			end = next.signsFrom
		}
	}
	return end
}

// published tells whether applications need the key still: it will sign, does, or has signed what may be good yet.
func (p Plan) published(k *signingKey, keys []*signingKey, now time.Time) bool {
	end := k.ends(keys)
	return end.IsZero() || now.Before(end.Add(p.Token+keyTail))
}

// spent tells whether nobody has a reason to show what the key has signed any more.
func (p Plan) spent(k *signingKey, keys []*signingKey, now time.Time) bool {
	end := k.ends(keys)
	return p.Hint > 0 && !end.IsZero() && now.After(end.Add(p.Token+keyTail+p.Hint))
}

// due tells whether the key, the newest of its algorithm, is old enough for the next to be published.
func (p Plan) due(k *signingKey, now time.Time) bool {
	return p.Every > 0 && !now.Before(k.signsFrom.Add(p.Every-keyLead))
}

// newest is the key of each algorithm with the highest number.
func newest(keys []*signingKey) []*signingKey {
	var tops []*signingKey
	for _, k := range sorted(keys) {
		if len(tops) == 0 || tops[len(tops)-1].alg != k.alg {
			tops = append(tops, k)
		}
	}
	return tops
}

// addNext publishes the key after k, which signs from then on. Of replicas that do so at once, one creates it. made is false if somebody else did.
func addNext(ctx context.Context, store state.Store, ring Keyring, k *signingKey, now, from time.Time) (next *signingKey, made bool, err error) {
	if next, err = newKey(k.alg, k.number+1, now); err != nil {
		return nil, false, err
	}
	next.signsFrom = from
	r, err := next.record(ring)
	if err != nil {
		return nil, false, err
	}
	switch err := store.Create(ctx, r); {
	case errors.Is(err, state.ErrExists):
		return nil, false, nil
	case err != nil:
		return nil, false, fmt.Errorf("storing the next signing key: %w", err)
	}
	return next, true, nil
}

// tend does what is due: it publishes next keys and deletes spent ones. It returns the keys as they are then.
func (p Plan) tend(ctx context.Context, store state.Store, ring Keyring, keys, fixed []*signingKey, now time.Time, created func(*signingKey)) ([]*signingKey, error) {
	changed := false
	for _, k := range newest(keys) {
		if brought(fixed, k.alg) || !p.due(k, now) {
			continue
		}
		next, made, err := addNext(ctx, store, ring, k, now, now.Add(keyLead))
		if err != nil {
			return nil, err
		}
		if changed = true; made {
			created(next)
		}
	}
	for _, k := range keys {
		if !p.spent(k, keys, now) {
			continue
		}
		if err := store.Delete(ctx, k.path()); err != nil && !errors.Is(err, state.ErrNotFound) {
			return nil, fmt.Errorf("deleting a spent signing key: %w", err)
		}
		changed = true
	}
	if !changed {
		return keys, nil
	}
	return listKeys(ctx, store, ring)
}

// Key is what is told of a signing key: never the key itself.
type Key struct {
	ID        string    `json:"kid"`
	Alg       string    `json:"alg"`
	Created   time.Time `json:"created"`
	SignsFrom time.Time `json:"signs_from"`
	SignsTill time.Time `json:"signs_till,omitzero"` // zero: no later key is in sight
}

// State says in one word what the key does at a time: next, signing or retired.
func (k Key) State(now time.Time) string {
	switch {
	case now.Before(k.SignsFrom):
		return "next"
	case !k.SignsTill.IsZero() && !now.Before(k.SignsTill):
		return "retired"
	default:
		return "signing"
	}
}

// ListKeys reads the signing keys of a state tree, the newest of each algorithm first. It makes none.
func List(ctx context.Context, store state.Store, ring Keyring) ([]Key, error) {
	keys, err := listKeys(ctx, store, ring)
	if err != nil {
		return nil, err
	}
	return told(keys), nil
}

// RotateKeys publishes a next key for each algorithm; replicas sign with it an hour later, so that applications know it by then. An algorithm whose next key waits
// already is left as it is. It returns the keys that were made. Errors: what the store says, and keys that cannot be opened.
func Rotate(ctx context.Context, store state.Store, ring Keyring, now time.Time) ([]Key, error) {
	keys, err := listKeys(ctx, store, ring)
	if err != nil {
		return nil, err
	}
	var added []*signingKey
	for _, k := range newest(keys) {
		if k.signsFrom.After(now) {
			continue
		}
		next, made, err := addNext(ctx, store, ring, k, now, now.Add(keyLead))
		if err != nil {
			return told(added), err
		}
		if made {
			added = append(added, next)
		}
	}
	return told(added), nil
}

// Replace is Rotate for keys that somebody else may have, or that nobody can open any more: new keys sign at once, and those that there were are withdrawn. What they have signed is
// refused from then on, by every replica within a minute, and by applications as soon as they read the key set anew. It returns the new keys, and the records that were withdrawn,
// as far as it came: the old ones go only once the new ones stand.
func Replace(ctx context.Context, store state.Store, ring Keyring, now time.Time) (made []Key, withdrawn []string, err error) {
	var old []state.Path
	last := map[string]int{} // the highest number of each algorithm, by its lower-case name
	err = store.List(ctx, state.Keys, func(r state.Record) bool {
		alg, text, _ := strings.Cut(r.ID, "-")
		if number, err := strconv.Atoi(text); err == nil && r.ID != saltID {
			old, last[alg] = append(old, r.Path), max(last[alg], number)
		}
		return true
	})
	if err != nil {
		return nil, nil, fmt.Errorf("reading the signing keys: %w", err)
	}
	var added []*signingKey
	for _, alg := range Algorithms() {
		k := &signingKey{alg: alg, number: last[strings.ToLower(string(alg))]}
		next, here, err := addNext(ctx, store, ring, k, now, now)
		if err != nil {
			return told(added), nil, err
		}
		if here {
			added = append(added, next)
		}
	}
	for _, path := range old {
		if err := store.Delete(ctx, path); err != nil && !errors.Is(err, state.ErrNotFound) {
			return told(added), withdrawn, fmt.Errorf("withdrawing the signing key %s: %w", path, err)
		}
		withdrawn = append(withdrawn, path.String())
	}
	return told(added), withdrawn, nil
}

func told(keys []*signingKey) []Key {
	var list []Key
	for _, k := range keys {
		list = append(list, Key{ID: k.jwk.KeyID, Alg: string(k.alg), Created: k.created, SignsFrom: k.signsFrom, SignsTill: k.ends(keys)})
	}
	return list
}
