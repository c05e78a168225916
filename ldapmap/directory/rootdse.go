package directory

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// RootDSE is what a server says about itself (RFC 4512 5.1).
type RootDSE struct {
	NamingContexts []string
	// DefaultNamingContext is Active Directory's word for the one context with the people.
	DefaultNamingContext string
	SubschemaSubentry    string
	VendorName           string
	VendorVersion        string
	Controls             []string // OIDs
	Extensions           []string
	Features             []string
	Entry                *ldapmap.Entry
}

// rootAttributes are asked for by name: on OpenLDAP they are operational.
func rootAttributes() []string {
	return []string{
		"objectClass", "namingContexts", "defaultNamingContext", "subschemaSubentry", "vendorName", "vendorVersion",
		"supportedControl", "supportedExtension", "supportedFeatures", "supportedCapabilities", "supportedLDAPVersion",
		"domainFunctionality", "dsServiceName",
	}
}

// RootDSE reads the root DSE of the server that serves now. Errors: NotFound if its access rules hide it, Unavailable.
func (d *Directory) RootDSE(ctx context.Context) (*RootDSE, error) {
	e, err := d.Read(ctx, "", rootAttributes()...)
	if err != nil {
		return nil, err
	}
	return readRoot(e), nil
}

func readRoot(e *ldapmap.Entry) *RootDSE {
	return &RootDSE{
		NamingContexts:       e.Values("namingContexts"),
		DefaultNamingContext: e.Value("defaultNamingContext"),
		SubschemaSubentry:    e.Value("subschemaSubentry"),
		VendorName:           e.Value("vendorName"),
		VendorVersion:        e.Value("vendorVersion"),
		Controls:             e.Values("supportedControl"),
		Extensions:           e.Values("supportedExtension"),
		Features:             e.Values("supportedFeatures"),
		Entry:                e,
	}
}

// Schema reads the definitions from the subschema entry that the root DSE names (RFC 4512 4.2). Errors: NotFound if there is none or it is
// hidden, Unavailable, Internal if it is not to be understood.
func (d *Directory) Schema(ctx context.Context) (*Schema, error) {
	root, err := d.RootDSE(ctx)
	if err != nil {
		return nil, err
	}
	if root.SubschemaSubentry == "" {
		return nil, fault.New(fault.NotFound, "the server does not say where its schema is")
	}
	e, err := d.Read(ctx, root.SubschemaSubentry, "attributeTypes", "objectClasses")
	if err != nil {
		return nil, err
	}
	s, problems := ParseSchema(e.Values("attributeTypes"), e.Values("objectClasses"))
	if len(s.attributes) == 0 && len(problems) > 0 {
		return nil, fault.Wrap(fault.Internal, errors.Join(problems[:min(3, len(problems))]...))
	}
	for _, p := range problems[:min(10, len(problems))] {
		d.log.Warn("a definition in the directory's schema cannot be read and is left out", "error", p)
	}
	return s, nil
}

// Vendor is the kind of server.
type Vendor string

// The kinds that are told apart.
const (
	OpenLDAP        Vendor = "openldap"
	DS389           Vendor = "389ds"
	ActiveDirectory Vendor = "ad"
	Samba           Vendor = "samba"
	LLDAP           Vendor = "lldap"
	Memdir          Vendor = "memdir"
	UnknownVendor   Vendor = "unknown"
)

// Capabilities are what a server can do beyond the core of LDAP.
type Capabilities struct {
	Vendor         Vendor
	Version        string
	PasswordModify bool // RFC 3062
	Paging         bool // RFC 2696
	PasswordPolicy bool // draft-behera
	Assertion      bool // RFC 4528
	WhoAmI         bool // RFC 4532
	// PolicyHints is the OID by which Active Directory lets a reset obey the password history (MS-ADTS 3.1.1.3.4.1.27); empty for none.
	PolicyHints string
}

// Capabilities tells what the server that serves now can do. It is read once for each server, and anew after the server was down. A
// server that hides its root DSE has none that we know of.
func (d *Directory) Capabilities(ctx context.Context) (Capabilities, error) {
	var caps Capabilities
	err := d.attempt(ctx, &task{op: OpSearch, what: "the root DSE", do: func(c *conn) error {
		c.srv.mu.Lock()
		known := c.srv.caps
		c.srv.mu.Unlock()
		if known == nil {
			page, err := c.page(ctx, d.request(Search{Base: "", Scope: Base, Attributes: rootAttributes()}, 0, nil))
			if r, ok := errors.AsType[*ResultError](err); err != nil && (!ok || faultCode(r.Code) == fault.Unavailable) {
				return err
			}
			known = &Capabilities{Vendor: UnknownVendor}
			if len(page.entries) > 0 {
				*known = capabilitiesOf(readRoot(page.entries[0]))
			}
			c.srv.mu.Lock()
			c.srv.caps = known
			c.srv.mu.Unlock()
		}
		caps = *known
		return nil
	}})
	return caps, err
}

// capabilitiesOf reads them from a root DSE.
func capabilitiesOf(r *RootDSE) Capabilities {
	has := func(oids []string, oid string) bool { return slices.Contains(oids, oid) }
	hints := ""
	for _, oid := range []string{oidPolicyHints, oidPolicyHintsOld} {
		if hints == "" && has(r.Controls, oid) {
			hints = oid
		}
	}
	return Capabilities{
		PolicyHints:    hints,
		Vendor:         vendorOf(r),
		Version:        clean(r.VendorVersion),
		PasswordModify: has(r.Extensions, oidPasswordModify),
		Paging:         has(r.Controls, "1.2.840.113556.1.4.319"),
		PasswordPolicy: has(r.Controls, "1.3.6.1.4.1.42.2.27.8.5.1"),
		Assertion:      has(r.Controls, "1.3.6.1.1.12"),
		WhoAmI:         has(r.Extensions, "1.3.6.1.4.1.4203.1.11.3"),
	}
}

func vendorOf(r *RootDSE) Vendor {
	name := strings.ToLower(r.VendorName)
	_, notAD := strconv.Atoi(r.Entry.Value("domainFunctionality"))
	switch {
	case strings.Contains(name, "389 project"):
		return DS389
	case strings.Contains(name, "lldap"):
		return LLDAP
	case strings.Contains(name, "memdir"):
		return Memdir
	case strings.Contains(name, "samba"):
		return Samba
	case slices.ContainsFunc(r.Entry.Values("objectClass"), func(c string) bool { return strings.EqualFold(c, "OpenLDAProotDSE") }):
		return OpenLDAP
	case notAD == nil && r.DefaultNamingContext != "":
		return ActiveDirectory
	default:
		return UnknownVendor
	}
}
