// Package policy decides who may do what, and who may read and write which field of their account.
//
// The configuration lists rules. Each names people (everybody, a group, those with a value in a field, an entry, those below a DN, strangers) and
// what it grants them; nothing takes a right away, so the order does not matter and a person's Rights are the sum of the rules that
// apply to them. Pages, claims and SCIM ask Rights and decide nothing themselves.
//
//   - spec.go: the rules in YAML, and the default ones
//   - compile.go: all mistakes at once
//   - rights.go: the answer for one person
//
// The package imports ldapmap alone. The composition root makes one Policy; gateway/web asks it once for each request.
package policy
