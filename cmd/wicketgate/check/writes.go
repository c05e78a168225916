package check

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/state/ldapstate"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
)

// answer is what a directory said about a right.
type answer string

const (
	allowed answer = "allowed"
	refused answer = "refused"
	unknown answer = "unknown" // or not tried
)

// records tries, on a scratch entry below state.base, everything that the records of the gateway need: add, add a value, the all-or-nothing change that
// decides races, delete.
func (c *checker) records(ctx context.Context) {
	c.section("Records of Wicketgate, below " + c.cfg.State.Base)
	c.found.recordsTried = true
	cfg := ldapstate.Config{Base: c.cfg.State.Base, Spelling: ldapstate.Spelling(c.cfg.State.Spelling)}
	dir := c.dir.Writer()
	if err := c.scratch(ctx, dir, cfg); err != nil {
		c.found.records = err
		c.bad("%v", err)
		switch code, _ := directory.ResultCode(err); code {
		case directory.CodeNoSuchObject:
			c.line("", "An administrator of the directory can add it:\n\n%s", ldapstate.New(dir, cfg).LDIF())
		case directory.CodeInsufficientAccessRights:
			c.line("", "The service account needs to read, add, change and delete entries below it.")
		case directory.CodeObjectClassViolation, directory.CodeUnwillingToPerform, directory.CodeNamingViolation:
			c.line("", "On Active Directory and Samba AD set state.spelling to serviceConnectionPoint, and state.base to an organizationalUnit.")
		}
		return
	}
	c.ok("a scratch record was added, changed as one, and removed")
	c.clients(ctx, ldapstate.New(dir, cfg))
}

func (c *checker) scratch(ctx context.Context, dir *directory.Directory, cfg ldapstate.Config) (err error) {
	if _, err := dir.Read(ctx, cfg.Base, "objectClass"); err != nil {
		return fmt.Errorf("looking for the entry: %w", err)
	}
	class := cfg.Spelling
	if class == "" {
		class = ldapstate.SpellingFor(c.caps)
	}
	attr := class.Attribute()
	name := "wicketgate-check-" + strings.ToLower(rand.Text()[:10])
	dn := "cn=" + name + "," + cfg.Base
	if err := dir.Add(ctx, dn, []ldapmap.Attribute{
		{Name: "objectClass", Values: []string{string(class)}}, {Name: "cn", Values: []string{name}}, {Name: attr, Values: []string{"one"}},
	}); err != nil {
		return fmt.Errorf("adding a scratch record: %w", err)
	}
	defer func() {
		// The scratch record goes even if ctx has ended: it is ours alone.
		if gone := dir.Delete(context.WithoutCancel(ctx), dn); gone != nil {
			err = errors.Join(err, fmt.Errorf("removing the scratch record %s: %w", dn, gone))
		}
	}()
	remove := ldapmap.Mod{Op: ldapmap.ModDelete, Name: attr, Values: []string{"one"}}
	add := ldapmap.Mod{Op: ldapmap.ModAdd, Name: attr, Values: []string{"two"}}
	if err := dir.Modify(ctx, dn, []ldapmap.Mod{remove, add}); err != nil {
		return fmt.Errorf("changing the scratch record: %w", err)
	}
	// "one" is gone, so this must fail and must not add "three": that is how two replicas never both win.
	add.Values = []string{"three"}
	err = dir.Modify(ctx, dn, []ldapmap.Mod{add, remove})
	if code, ok := directory.ResultCode(err); !ok || code != directory.CodeNoSuchAttribute {
		return fmt.Errorf("a change that removes a missing value should be refused with noSuchAttribute (16), the directory answers: %w", orDone(err))
	}
	e, err := dir.Read(ctx, dn, attr)
	if err != nil {
		return fmt.Errorf("reading the scratch record: %w", err)
	}
	if v := e.Values(attr); !slices.Equal(v, []string{"two"}) {
		return fmt.Errorf("a change that was refused was done in part: the record holds %q", v)
	}
	return nil
}

func orDone(err error) error {
	if err == nil {
		return errors.New("done")
	}
	return err
}

// writes asks which fields of people the service account may change, without changing any: it asks to delete a value that is not there. A
// server looks at its access rules first, and answers insufficientAccessRights (50) to who may not write, noSuchAttribute (16) to who may. Either
// way nothing is changed, by RFC 4511 4.6.
func (c *checker) writes(ctx context.Context) {
	if !c.found.people {
		return
	}
	c.section("What the service account may change of people")
	c.found.password = unknown
	who := c.found.sample.all[0]
	if c.cfg.Mapping.Attributes() == nil || c.schema == nil {
		c.warn("not tried: the schema cannot be read")
		return
	}
	var unclear []string
	tried := map[string]answer{}
	for _, attr := range c.cfg.Mapping.Attributes() {
		field := c.cfg.Mapping.FieldOf(attr)
		f, ok := c.cfg.Mapping.Field(field)
		if !ok || f.ReadOnly || tried[field] == refused {
			continue
		}
		got := c.probe(ctx, who, attr)
		if old, seen := tried[field]; !seen || old != allowed || got == refused {
			tried[field] = got
		}
	}
	for _, f := range c.cfg.Mapping.Fields() {
		switch tried[f.Name] {
		case allowed:
			c.found.writable = append(c.found.writable, f.Name)
		case refused:
			c.found.refused = append(c.found.refused, f.Name)
		case unknown:
			unclear = append(unclear, f.Name)
		}
	}
	if len(c.found.writable) > 0 {
		c.ok("may change %s", strings.Join(c.found.writable, ", "))
	}
	if len(c.found.refused) > 0 {
		c.warn("may not change %s", strings.Join(c.found.refused, ", "))
	}
	if len(unclear) > 0 {
		c.line("", "cannot be told without trying: %s", strings.Join(unclear, ", "))
	}
	switch c.caps.Vendor {
	case directory.ActiveDirectory, directory.Samba:
		// There, to delete a password value is to change the password, and a wrong one counts as a failure of the person.
	default:
		c.found.password = c.ask(ctx, who, "userPassword", "wicketgate-check-"+rand.Text())
	}
	switch c.found.password {
	case allowed:
		c.ok("may set passwords")
	case refused:
		c.warn("may not set passwords: nobody can reset a forgotten one")
	default:
		c.line("", "whether it may set passwords cannot be told without trying")
	}
}

// Syntaxes of RFC 4517 for which a value that nobody has can be made up.
const (
	syntaxText  = "1.3.6.1.4.1.1466.115.121.1.15"
	syntaxIA5   = "1.3.6.1.4.1.1466.115.121.1.26"
	syntaxPhone = "1.3.6.1.4.1.1466.115.121.1.50"
)

func (c *checker) probe(ctx context.Context, who *ldapmap.User, attr string) answer {
	t, ok := c.schema.Attribute(attr)
	if !ok || t.NoUserModification || t.Equality == "" {
		return unknown
	}
	switch t.Syntax {
	case syntaxText, syntaxIA5:
		return c.ask(ctx, who, attr, "wicketgate-check-"+strings.ToLower(rand.Text()))
	case syntaxPhone:
		return c.ask(ctx, who, attr, "+000 000 000 000 000")
	}
	return unknown
}

// ask asks to delete a value that is not there.
func (c *checker) ask(ctx context.Context, who *ldapmap.User, attr, value string) answer {
	err := c.dir.Writer().Modify(ctx, who.DN, []ldapmap.Mod{{Op: ldapmap.ModDelete, Name: attr, Values: []string{value}}})
	switch code, _ := directory.ResultCode(err); code {
	case directory.CodeNoSuchAttribute:
		return allowed
	case directory.CodeInsufficientAccessRights, directory.CodeUnwillingToPerform:
		return refused
	}
	return unknown
}
