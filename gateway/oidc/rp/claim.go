package rp

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Bounds of the claims of one client.
const (
	maxOwnClaims  = 20
	maxOwnValue   = 1000 // characters of a fixed value or a template
	maxOwnValues  = 50
	maxOwnPattern = 200 // characters
	maxOwnGroups  = 100
)

// The places where a claim can be told.
const (
	InUserinfo = "userinfo"
	InIDToken  = "id_token"
)

// Claim is a claim that one client gets beside those of its scopes, or in place of one of them. Exactly one of Values, Field, Template and Groups says what it is.
type Claim struct {
	Values   []string     `json:"values,omitempty"` // the same for everybody; one is told as it is, several as a list
	Type     string       `json:"type,omitempty"`   // of Values: number or bool; empty: text
	Field    string       `json:"field,omitempty"`  // a field of the person
	Template string       `json:"template,omitempty"`
	Groups   *ClaimGroups `json:"groups,omitempty"`
	// In are the places where it is told: userinfo, id_token. Empty: wherever the client is told claims.
	In []string `json:"in,omitempty"`
	// Label is what the consent page calls it, by language, "" for every other.
	Label map[string]string `json:"label,omitempty"`
}

// ClaimGroups makes a claim of the groups of a person.
type ClaimGroups struct {
	// Match takes the groups whose name it finds, by its first group in parentheses if it has one.
	Match string `json:"match,omitempty"`
	// Names takes these groups, in this order, by other names.
	Names []GroupName `json:"names,omitempty"`
	// Prefix stands before each name.
	Prefix string `json:"prefix,omitempty"`
	// First tells the first one alone, as a text.
	First bool `json:"first,omitempty"`
	// Otherwise is told if there is none.
	Otherwise string `json:"otherwise,omitempty"`

	match *regexp.Regexp
}

// GroupName is a group and what a claim calls it.
type GroupName struct {
	Group string `json:"group"`
	As    string `json:"as"`
}

// Told tells what the claim is for somebody in these groups; nil: nothing.
func (g *ClaimGroups) Told(groups []string) any {
	told := []string{}
	add := func(name string) {
		if name = g.Prefix + name; !slices.Contains(told, name) {
			told = append(told, name)
		}
	}
	if len(g.Names) > 0 {
		for _, n := range g.Names {
			if slices.ContainsFunc(groups, func(have string) bool { return strings.EqualFold(have, n.Group) }) {
				add(n.As)
			}
		}
	} else {
		for _, name := range groups {
			if part, ok := g.part(name); ok {
				add(part)
			}
		}
	}
	if len(told) == 0 && g.Otherwise != "" {
		told = append(told, g.Otherwise)
	}
	switch {
	case !g.First:
		return told
	case len(told) == 0:
		return nil
	default:
		return told[0]
	}
}

func (g *ClaimGroups) part(name string) (string, bool) {
	if g.match == nil {
		return name, g.Match == ""
	}
	m := g.match.FindStringSubmatch(name)
	switch {
	case m == nil:
		return "", false
	case len(m) > 1:
		return m[1], m[1] != ""
	default:
		return m[0], m[0] != ""
	}
}

// Fields are those that the claim is made of.
func (c *Claim) Fields() []string {
	if c.Field != "" {
		return []string{c.Field}
	}
	var fields []string
	for _, m := range inBraces.FindAllStringSubmatch(c.Template, -1) {
		fields = append(fields, m[1])
	}
	return fields
}

// Fill puts values into the template. Spaces that stand around a missing value go; it is empty if every value is missing.
func (c *Claim) Fill(value func(field string) string) string {
	missing, present := false, false
	text := inBraces.ReplaceAllStringFunc(c.Template, func(m string) string {
		v := value(m[1 : len(m)-1])
		missing, present = missing || v == "", present || v != ""
		return v
	})
	switch {
	case missing && !present:
		return ""
	case missing:
		return strings.Join(strings.Fields(text), " ")
	default:
		return text
	}
}

var inBraces = regexp.MustCompile(`\{([a-z][a-z0-9_]{0,62})\}`)

var claimName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./:#-]{0,99}$`)

// reserved are the claims that mean something to the protocol, or that say what we vouch for.
func reserved() []string {
	return []string{
		"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash", "sid", "events", "cnf", "act", "client_id", "scope",
		"email_verified", "phone_number_verified", "_claim_names", "_claim_sources",
	}
}

// compile prepares the patterns, once, before the client is used.
func (c *Client) compile() {
	for _, one := range c.Claims {
		if one.Groups != nil && one.Groups.Match != "" {
			one.Groups.match, _ = regexp.Compile(one.Groups.Match) // Check has tried
		}
	}
}

func (c *Client) checkClaims(bad report) {
	const field = "own_claims"
	if len(c.Claims) > maxOwnClaims {
		bad(field, "These are %d; at most %d are kept.", len(c.Claims), maxOwnClaims)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Claims)) {
		one := c.Claims[name]
		top, _, _ := strings.Cut(name, ".")
		if !claimName.MatchString(name) || slices.Contains(reserved(), top) {
			bad(field, "%s cannot be the name of a claim of an application.", cutText(name, maxShown))
		}
		if err := one.check(); err != nil {
			bad(field, "The claim %s cannot be made: %s.", cutText(name, maxShown), err.Error())
		}
	}
}

// check tells what is wrong with the claim, for whoever writes the configuration.
func (c *Claim) check() error {
	ways := 0
	for _, is := range []bool{len(c.Values) > 0, c.Field != "", c.Template != "", c.Groups != nil} {
		if is {
			ways++
		}
	}
	switch {
	case ways != 1:
		return fmt.Errorf("exactly one of value, field, template and groups says what it is")
	case len(c.Values) > maxOwnValues:
		return fmt.Errorf("more than %d values", maxOwnValues)
	case c.Field != "" && !fieldName.MatchString(c.Field):
		return fmt.Errorf("%q is no name of a field", cutText(c.Field, maxShown))
	case c.Template != "" && (len(c.Fields()) == 0 || strings.ContainsAny(inBraces.ReplaceAllString(c.Template, ""), "{}")):
		return fmt.Errorf("the template has no field in braces, as {given_name}, or a brace too many")
	case c.Type != "" && (len(c.Values) == 0 || c.Type != "number" && c.Type != "bool"):
		return fmt.Errorf("type is number or bool, for a value")
	}
	for _, text := range append(c.Values, c.Template) {
		if len(text) > maxOwnValue {
			return fmt.Errorf("a text of more than %d characters", maxOwnValue)
		}
	}
	for _, place := range c.In {
		if place != InUserinfo && place != InIDToken {
			return fmt.Errorf("in names %s and %s, and not %q", InUserinfo, InIDToken, cutText(place, maxShown))
		}
	}
	if c.Groups != nil {
		return c.Groups.check()
	}
	return nil
}

func (g *ClaimGroups) check() error {
	switch {
	case g.Match != "" && len(g.Names) > 0:
		return fmt.Errorf("either match or names says which groups")
	case len(g.Match) > maxOwnPattern:
		return fmt.Errorf("match has more than %d characters", maxOwnPattern)
	case len(g.Names) > maxOwnGroups:
		return fmt.Errorf("names has more than %d groups", maxOwnGroups)
	case max(len(g.Prefix), len(g.Otherwise)) > maxOwnPattern:
		return fmt.Errorf("prefix or otherwise has more than %d characters", maxOwnPattern)
	}
	for _, n := range g.Names {
		if n.Group == "" || n.As == "" || max(len(n.Group), len(n.As)) > maxOwnValue {
			return fmt.Errorf("names has a group without a name, or a very long one")
		}
	}
	if re, err := regexp.Compile(g.Match); err != nil {
		return fmt.Errorf("match is no regular expression")
	} else if re.NumSubexp() > 1 {
		return fmt.Errorf("match has more than one group in parentheses; (?:...) makes one that does not count")
	}
	return nil
}
