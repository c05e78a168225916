package oidc

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// maxSubject bounds a subject, in ASCII characters (OpenID Connect Core 2).
const maxSubject = 255

// subject is the name, sub, under which a client knows a person (OpenID Connect Core 8): the stable id, a pairwise name, or a field. It is decided once, when
// somebody signs on, and sealed in code and tokens as signOn.Subject, so that it stays the same as long as they last (OpenID Connect Core 12.2), whatever
// is renamed meanwhile. Whoever makes a signOn asks here; everybody else asks signOn.subject. No I/O, but for the salt of pairwise names, once.
// Errors: an *fosite.RFC6749Error if the person has no such name, and what the store says.
func (p *Provider) subject(ctx context.Context, client *rp.Client, u *ldapmap.User) (string, error) {
	field := p.subjectField(client)
	switch field {
	case rp.SubjectID:
		return u.ID, nil
	case rp.SubjectPairwise:
		return p.pairwise(ctx, client, u.ID)
	}
	name := u.Get(field)
	if name == "" || len(name) > maxSubject || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) {
		return "", fosite.ErrAccessDenied.WithHintf("This application knows people by their '%s', and this person has none that can serve.", field)
	}
	return name, nil
}

// subjectField is where the client's names come from: a field, rp.SubjectID or rp.SubjectPairwise.
func (p *Provider) subjectField(client *rp.Client) string {
	switch {
	case client.SubjectField != "":
		return client.SubjectField
	case client.SubjectType == rp.SubjectPairwise:
		return rp.SubjectPairwise
	case client.SubjectType == rp.SubjectPublic && p.Subject == rp.SubjectPairwise:
		return rp.SubjectID
	default:
		return p.Subject
	}
}

// pairwise is the name of a person for one sector (OpenID Connect Core 8.1). It is made of what never changes: the stable id and the salt.
func (p *Provider) pairwise(ctx context.Context, client *rp.Client, id string) (string, error) {
	sector, err := client.Sector()
	if err != nil {
		return "", fosite.ErrUnauthorizedClient.WithHint("This client has to have names of its own for people, and " + err.Error() + ".")
	}
	salt, err := p.salt.Key(ctx)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, salt)
	for _, part := range []string{sector, id} {
		_ = binary.Write(mac, binary.BigEndian, uint64(len(part))) // a hash never fails
		mac.Write([]byte(part))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

// isSubject tells whether sub, in an ID token of ours that was made for one of these clients, means the person. The stable id always does: the client's names may have
// been another kind when the token was made. At most one read, for a client that this replica has not met lately.
func (p *Provider) isSubject(ctx context.Context, sub string, clients []string, u *ldapmap.User) bool {
	if sub == u.ID {
		return true
	}
	for _, id := range clients {
		client, err := p.clients.Find(ctx, id)
		if err != nil {
			continue
		}
		if name, err := p.subject(ctx, client, u); err == nil && name == sub {
			return true
		}
	}
	return false
}

// checkSubjects tells what is wrong with where subjects come from.
func (p *Provider) checkSubjects(clients []rp.Client) error {
	check := func(field string) error {
		if field == rp.SubjectID || field == rp.SubjectPairwise {
			return nil
		}
		for _, f := range p.Fields {
			if f.Name == field {
				return SubjectFrom(f)
			}
		}
		return fmt.Errorf("no field %q is mapped", field)
	}
	if err := check(p.Subject); err != nil {
		return fmt.Errorf("subjects: %w", err)
	}
	for i := range clients {
		c := &clients[i]
		field := p.subjectField(c)
		err := check(field)
		if field == rp.SubjectPairwise && err == nil {
			_, err = c.Sector()
		}
		if err := p.checkOwnClaims(c); err != nil {
			return err
		}
		if err != nil {
			return fmt.Errorf("the subjects of the client %q: %w", c.ID, err)
		}
	}
	return nil
}

// SubjectFrom tells why subjects cannot come from a field: a person must have one value of it, which is a name.
func SubjectFrom(f ldapmap.Field) error {
	switch {
	case f.Many:
		return fmt.Errorf("the field %q has several values, in no order", f.Name)
	case f.Type == ldapmap.TypeText, f.Type == ldapmap.TypeNumber, f.Type == ldapmap.TypeMail:
		return nil
	default:
		return fmt.Errorf("the field %q is of type %s, which is no name", f.Name, f.Type)
	}
}
