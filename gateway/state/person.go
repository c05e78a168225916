package state

import (
	"slices"
	"time"
)

// Person is everything Wicketgate remembers about one person, as read at one moment. It is empty if there is no record yet. The methods of
// Records that change it keep it up to date; it is not for several goroutines at once.
type Person struct {
	Path      Path
	Epoch     int64 // of its NotBefore
	Consents  []Consent
	Grants    []Grant
	Rotations []Rotation
	Sessions  []Session
	Factors   []Factor
	Used      []Used
	// Unknown holds values that this version cannot read: another version's, or somebody's slip. They stay where they are.
	Unknown []string

	exists bool
	epochs []string // the n values as they stand; exactly one, unless somebody else edits records
	values []string
}

func newPerson(path Path, values []string, exists bool) *Person {
	p := &Person{Path: path}
	p.load(values, exists)
	return p
}

func (p *Person) load(values []string, exists bool) {
	*p = Person{Path: p.Path, exists: exists, values: values}
	for _, v := range values {
		if !p.take(v) {
			p.Unknown = append(p.Unknown, v)
		}
	}
	byTime := func(a, b time.Time) int { return a.Compare(b) }
	slices.SortFunc(p.Consents, func(a, b Consent) int { return byTime(a.Given, b.Given) })
	slices.SortFunc(p.Grants, func(a, b Grant) int { return byTime(a.Made, b.Made) })
	slices.SortFunc(p.Sessions, func(a, b Session) int { return byTime(a.Made, b.Made) })
}

func (p *Person) take(v string) bool {
	if v == "" {
		return false
	}
	switch v[0] {
	case 'c':
		return keep(&p.Consents, v, ParseConsent)
	case 'g':
		return keep(&p.Grants, v, ParseGrant)
	case 'r':
		return keep(&p.Rotations, v, ParseRotation)
	case 's':
		return keep(&p.Sessions, v, ParseSession)
	case 'k':
		return keep(&p.Factors, v, ParseFactor)
	case 'u':
		return keep(&p.Used, v, ParseUsed)
	case 'n':
		n, err := ParseNotBefore(v)
		if err != nil {
			return false
		}
		p.Epoch = max(p.Epoch, n.Epoch)
		p.epochs = append(p.epochs, v)
		return true
	}
	return false
}

func keep[T any](list *[]T, v string, parse func(string) (T, error)) bool {
	t, err := parse(v)
	if err == nil {
		*list = append(*list, t)
	}
	return err == nil
}

func (p *Person) apply(remove, add []string) {
	values := slices.DeleteFunc(slices.Clone(p.values), func(v string) bool { return slices.Contains(remove, v) })
	p.load(append(values, add...), true)
}

// Exists tells whether there is a record.
func (p *Person) Exists() bool { return p.exists }

// Consent returns what the person lets an application have. If two browsers gave consent for the first time in the same moment, there are two
// values: this is the one with more in it, and the next PutConsent makes one of them.
func (p *Person) Consent(client string) (Consent, bool) {
	var best Consent
	ok := false
	for _, c := range p.Consents {
		if c.Client == client && (!ok || len(c.Scopes)+len(c.Claims) > len(best.Scopes)+len(best.Claims)) {
			best, ok = c, true
		}
	}
	return best, ok
}

func (p *Person) consentByID(client, id string) (Consent, bool) {
	for _, c := range p.Consents {
		if c.Client == client && c.ID == id {
			return c, true
		}
	}
	return Consent{}, false
}

// Session returns a session that is alive: there, not expired, and not older than the last "sign out everywhere".
func (p *Person) Session(id string, now time.Time) (Session, bool) {
	for _, s := range p.Sessions {
		if s.ID == id && s.Epoch == p.Epoch && now.Before(s.Expires) {
			return s, true
		}
	}
	return Session{}, false
}

// Grant returns a grant that is alive: there, not expired, not older than the last "sign out everywhere", and its consent stands.
func (p *Person) Grant(id string, now time.Time) (Grant, bool) {
	for _, g := range p.Grants {
		if g.ID == id && p.grantStands(g) && now.Before(g.Expires) {
			return g, true
		}
	}
	return Grant{}, false
}

func (p *Person) grantStands(g Grant) bool {
	_, ok := p.consentByID(g.Client, g.Consent)
	return ok && g.Epoch == p.Epoch
}

func (p *Person) rotation(grant string) (Rotation, bool) {
	for _, r := range p.Rotations {
		if r.Grant == grant {
			return r, true
		}
	}
	return Rotation{}, false
}

// Standing is what a code or a refresh token carries, sealed, to assert that it still may: the person's consent and epoch as
// they stood when it was made, to the letter.
type Standing struct {
	Consent   string `json:"c"`
	NotBefore string `json:"n"`
}

// Standing returns what a code for the application has to carry; ok is false without consent.
func (p *Person) Standing(client string) (s Standing, ok bool) {
	c, ok := p.Consent(client)
	if !ok || len(p.epochs) != 1 {
		return Standing{}, false
	}
	return Standing{Consent: c.raw, NotBefore: p.epochs[0]}, true
}
