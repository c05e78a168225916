package memdir

import "slices"

const subschemaDN = "cn=Subschema"

// Extended operations and features of the root DSE.
const (
	oidStartTLS       = "1.3.6.1.4.1.1466.20037"
	oidPasswordModify = "1.3.6.1.4.1.4203.1.11.1"
	oidWhoAmI         = "1.3.6.1.4.1.4203.1.11.3"

	oidModifyIncrement   = "1.3.6.1.1.14"
	oidAllOperational    = "1.3.6.1.4.1.4203.1.5.1"
	oidClassSelection    = "1.3.6.1.4.1.4203.1.5.2"
	oidTrueFalseFilters  = "1.3.6.1.4.1.4203.1.5.3"
	oidLanguageTags      = "1.3.6.1.4.1.4203.1.5.4"
	oidMatchingRuleChain = "1.2.840.113556.1.4.1941"
	oidBitAnd            = "1.2.840.113556.1.4.803"
	oidBitOr             = "1.2.840.113556.1.4.804"
)

// buildRootDSE makes the entry of RFC 4512 5.1. Its attributes are operational, but for objectClass.
func (d *directory) buildRootDSE() {
	e := &entry{}
	put := func(name string, values ...string) {
		a := attribute{typ: d.schema.mustAttribute(name)}
		for _, v := range values {
			if norm, err := d.schema.normalForm(a.typ, v); err == nil {
				a.vals, a.norms = append(a.vals, v), append(a.norms, norm)
			}
		}
		e.set(a)
	}
	put("objectClass", "top")
	contexts := make([]string, 0, len(d.suffixes))
	for _, s := range d.suffixes {
		contexts = append(contexts, s.text)
	}
	put("namingContexts", contexts...)
	controls := []string{oidPaged, oidAssertion, oidPreRead, oidPostRead, oidManageDsaIT}
	if d.policy.Load() != nil {
		controls = append(controls, oidPasswordPolicy)
	}
	slices.Sort(controls)
	put("supportedControl", controls...)
	extensions := []string{oidPasswordModify, oidWhoAmI}
	if d.opts.TLS != nil {
		extensions = append(extensions, oidStartTLS)
	}
	put("supportedExtension", extensions...)
	put("supportedFeatures", oidModifyIncrement, oidAllOperational, oidClassSelection, oidTrueFalseFilters, oidLanguageTags)
	put("supportedLDAPVersion", "3")
	put("vendorName", d.opts.VendorName)
	d.dse = &node{e: e}
}

// buildSubschema publishes the schema (RFC 4512 4.2).
func (d *directory) buildSubschema() {
	name, err := d.schema.parseDN(subschemaDN)
	if err != nil {
		panic("memdir: " + err.Error())
	}
	e := &entry{dn: name}
	put := func(attr string, values []string) {
		t := d.schema.mustAttribute(attr)
		a := attribute{typ: t, vals: values}
		for _, v := range values {
			norm, err := d.schema.normalForm(t, v)
			if err != nil {
				norm = v
			}
			a.norms = append(a.norms, norm)
		}
		e.set(a)
	}
	put("objectClass", []string{"top", "subschema", "extensibleObject"})
	put("cn", []string{"Subschema"})
	for _, attr := range []string{"ldapSyntaxes", "matchingRules", "attributeTypes", "objectClasses"} {
		put(attr, d.schema.lines[attr])
	}
	d.subentry = &node{e: e}
}
