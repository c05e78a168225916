package state

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// What a decision can say besides "yes". Everything else that the methods of Records return is a failure of the store, or Invalid input.
// They carry the code Denied, but for ErrFull and ErrBusy.
var (
	// ErrReplayed: the code was redeemed before. Its grant has been revoked (RFC 6749 4.1.2).
	ErrReplayed error = fault.New(fault.Denied, "the code was redeemed before")
	// ErrReused: an old refresh token was used again. Its grant has been revoked (RFC 9700 4.14.2).
	ErrReused error = fault.New(fault.Denied, "an old refresh token was used again")
	// ErrRevoked: the consent, the grant or the session behind it was taken back.
	ErrRevoked error = fault.New(fault.Denied, "what this stands on was revoked")
	// ErrExpired: too late. No store was asked.
	ErrExpired error = fault.New(fault.Denied, "this has expired")
	// ErrUsed: it works once, and did.
	ErrUsed error = fault.New(fault.Denied, "this was used before")
	// ErrFull: the record holds as much as it may.
	ErrFull error = fault.New(fault.Conflict, "the record is full")
	// ErrBusy: others kept changing the record. Trying again may help.
	ErrBusy error = fault.New(fault.Unavailable, "the record kept changing")
)

// Bounds of what a person's record holds. Past a maximum the oldest goes, but for consents, where ErrFull says so.
const (
	MaxSessions        = 50
	MaxGrantsPerClient = 25
	MaxGrants          = 250 // at all clients together
	MaxConsents        = 150
	MaxExtra           = 8 << 10 // bytes of Grant.Extra
	MaxDevice          = 200     // bytes of Session.Device
	MaxList            = 200     // words in a list of scopes, claims, audiences

	// Skew is how far the clocks of two replicas may be apart: a value is cleared away this long after its expiry.
	Skew = 2 * time.Minute
	// SeenStep is how coarsely a session's last sight is kept: at most one write in it, however busy the person is.
	SeenStep = time.Hour

	tries = 8 // of a change that others keep getting in the way of
)

// Records makes the decisions of sign-in, consent and tokens, each with the fewest operations that a store can do it in. Where a person's record was
// read already, it is handed in, and not read again. In the ordinary case, which is all but a race or a refusal:
//
//	Person                         1 Get
//	Redeem, Rotate, Use            1 Change (Use: a Create instead, if there was no record)
//	StartSession                   1 Change or Create
//	TouchSession                   0, once in SeenStep 1 Change
//	PutConsent                     0 if it covers what is asked, else 1 Change or Create
//	EndSession, RevokeGrant,
//	RevokeClient, RevokeAll        1 Change, or 0 if there is nothing to end (RevokeAll: always 1)
//	Tidy                           0, or 1 Change if the record is crowded
//
// A refusal costs one Get more, to tell why, and a revocation one Change more.
type Records struct {
	store  Store
	now    func() time.Time
	grace  time.Duration
	random io.Reader
	ended  func(ctx context.Context, person Path, grants []Grant)
}

// Option changes what NewRecords makes.
type Option func(*Records)

// WithGrace sets how long after a rotation the refresh token before it is still answered, for a client that lost the answer. The
// default is 30 seconds; 0 makes every second use a reuse.
func WithGrace(d time.Duration) Option { return func(r *Records) { r.grace = d } }

// WithRandom sets where ids come from, for tests.
func WithRandom(rd io.Reader) Option { return func(r *Records) { r.random = rd } }

// OnEnd sets who is told when sessions end, whoever ends them: with the path of the person's record, and every grant that was made in those sessions, also those
// that outlive them or have expired. It is called after the store has answered, and has to return at once. To be set before the first use.
func (r *Records) OnEnd(tell func(ctx context.Context, person Path, grants []Grant)) { r.ended = tell }

func (r *Records) tell(ctx context.Context, p *Person, grants []Grant) {
	if r.ended != nil && len(grants) > 0 {
		r.ended(ctx, p.Path, grants)
	}
}

// NewRecords returns the decisions over a store. now is the clock; nil means time.Now.
func NewRecords(store Store, now func() time.Time, opts ...Option) *Records {
	if now == nil {
		now = time.Now
	}
	r := &Records{store: store, now: now, grace: 30 * time.Second, random: rand.Reader}
	for _, o := range opts {
		o(r)
	}
	return r
}

// Store returns the store underneath, for branches whose values are not the business of this package (clients, keys).
func (r *Records) Store() Store { return r.store }

// PersonPath is where the record of the person with this stable id lies. An id that cannot name a record on every store is replaced by its digest.
func PersonPath(id string) Path {
	if CheckID(id) != nil {
		id = "sha256-" + Digest("person", id)[:56]
	}
	return Path{People, id}
}

// Person reads what is known about the person with this stable id: an empty Person if there is no record.
func (r *Records) Person(ctx context.Context, id string) (*Person, error) {
	if id == "" {
		return nil, fault.New(fault.Invalid, "reading the record of a person without an id")
	}
	p := newPerson(PersonPath(id), nil, false)
	return p, r.reload(ctx, p)
}

func (r *Records) reload(ctx context.Context, p *Person) error {
	rec, err := r.store.Get(ctx, p.Path)
	switch {
	case errors.Is(err, ErrNotFound):
		p.load(nil, false)
		return nil
	case err != nil:
		return fmt.Errorf("reading the record of a person: %w", err)
	}
	p.load(rec.Values, true)
	return nil
}

// plan says what to change in a person as read. It is called again when somebody else was faster, and may then find nothing left to do.
type plan func(p *Person) (remove, add []string, err error)

// edit carries out a plan: Create if there is no record, else Change, which also clears away when the record is crowded. If anything got in the way,
// the record is read again and the plan made anew, without clearing away: a housekeeping miss is no conflict.
func (r *Records) edit(ctx context.Context, p *Person, what string, plan plan) error {
	for try := range tries {
		if try > 0 {
			if err := r.reload(ctx, p); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
		}
		remove, add, err := plan(p)
		if err != nil || len(remove)+len(add) == 0 {
			return err
		}
		if p.exists {
			if try == 0 {
				remove = append(remove, r.spare(p, remove, add)...)
			}
			remove, add = r.mend(p, remove, add)
			if len(add) > len(remove) && len(p.values)+len(add)-len(remove) > MaxValues {
				return fmt.Errorf("%s: %w", what, ErrFull)
			}
			err = r.store.Change(ctx, p.Path, remove, add)
		} else {
			remove = nil
			add = withEpoch(add)
			err = r.store.Create(ctx, Record{Path: p.Path, Values: add})
		}
		switch {
		case err == nil:
			p.apply(remove, add)
			return nil
		case errors.Is(err, ErrConflict), errors.Is(err, ErrNotFound), errors.Is(err, ErrExists):
		default:
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return fmt.Errorf("%s: %w", what, ErrBusy)
}

// withEpoch gives a new record its first NotBefore, unless the plan brings one.
func withEpoch(add []string) []string {
	if hasEpoch(add) {
		return add
	}
	return append(add, NotBefore{}.Value())
}

func hasEpoch(values []string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return v[0] == 'n' })
}

// mend makes sure that there is one NotBefore, should somebody have edited the record by hand. Without one nothing older may be believed.
func (r *Records) mend(p *Person, remove, add []string) (rem, ad []string) {
	if len(p.epochs) == 1 || hasEpoch(add) {
		return remove, add
	}
	return append(remove, p.epochs...), append(add, r.nextEpoch(p).Value())
}

// nextEpoch is greater than the one that stands, also if two happen in one millisecond or on a replica whose clock is behind.
func (r *Records) nextEpoch(p *Person) NotBefore {
	return NotBefore{Epoch: max(r.now().UnixMilli(), p.Epoch+1)}
}

func (r *Records) randomID(size int) (string, error) {
	b := make([]byte, size)
	if _, err := io.ReadFull(r.random, b); err != nil {
		return "", fmt.Errorf("reading random bytes: %w", err)
	}
	return hex.EncodeToString(b), nil
}
