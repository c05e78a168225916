package directory

import (
	"errors"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// ForMapping shows a schema as ldapmap.Mapping.Check asks for it.
func (s *Schema) ForMapping() ldapmap.Schema { return mappingSchema{s} }

type mappingSchema struct{ s *Schema }

func (m mappingSchema) Attribute(name string) (ldapmap.AttributeType, bool) {
	a, ok := m.s.Attribute(name)
	if !ok {
		return ldapmap.AttributeType{}, false
	}
	return ldapmap.AttributeType{
		Names: a.Names, Syntax: a.Syntax, Equality: a.Equality, Single: a.SingleValue, ReadOnly: a.NoUserModification,
	}, true
}

func (m mappingSchema) Class(name string) (ldapmap.ObjectClass, bool) {
	c, ok := m.s.Class(name)
	if !ok {
		return ldapmap.ObjectClass{}, false
	}
	must, may := m.s.Allowed(name)
	return ldapmap.ObjectClass{Names: c.Names, Kind: strings.ToUpper(string(c.Kind)), Must: must, May: may}, true
}

// resultIn finds the server's answer in an error.
func resultIn(err error) (*ResultError, bool) { return errors.AsType[*ResultError](err) }
