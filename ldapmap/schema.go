package ldapmap

// Schema is what Check asks a server's schema. Names are compared without case, and OIDs name as well.
type Schema interface {
	Attribute(name string) (AttributeType, bool)
	Class(name string) (ObjectClass, bool)
}

// AttributeType is what a server says of an attribute (RFC 4512 4.1.2).
type AttributeType struct {
	Names    []string
	Syntax   string // OID, without a length; inherited
	Equality string // name or OID of the matching rule, inherited; empty: values cannot be compared
	Single   bool   // SINGLE-VALUE
	ReadOnly bool   // NO-USER-MODIFICATION
}

// ObjectClass is what a server says of an object class (RFC 4512 4.1.1), with what it inherits.
type ObjectClass struct {
	Names []string
	Kind  string // STRUCTURAL, AUXILIARY or ABSTRACT
	Must  []string
	May   []string
}
