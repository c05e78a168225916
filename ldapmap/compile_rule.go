package ldapmap

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// rule compiles one field.
func (c *compiler) rule(f Field, s Rule) {
	path := "users.attributes." + f.Name
	r := &rule{values: s.Values, bit: s.Bit, unset: s.BitUnset, def: s.Default, oneEach: s.OneEach, verified: s.Verified, verifiedBy: s.VerifiedBy}
	c.spelling(path, s, r)
	c.looks(path, &f, s)
	r.field = f
	c.syntax(path, s, r)
	c.vouching(path, s, r)
	if r.template != nil || r.pattern != nil || s.ReadOnly || slices.ContainsFunc(r.attributes, operational) {
		r.field.ReadOnly = true
	}
	if !r.field.ReadOnly && len(r.values) == 0 && r.bit == 0 {
		for _, a := range r.attributes {
			if other, taken := c.writers[strings.ToLower(a)]; taken && other != f.Name {
				c.add(path, a, fmt.Sprintf("an attribute that %s does not write too", other), "make one of them read_only, or unmap it with \"no\"")
			}
			c.writers[strings.ToLower(a)] = f.Name
		}
	}
	c.m.fields = append(c.m.fields, r.field)
	c.m.rules = append(c.m.rules, r)
	c.m.byName[f.Name] = r
}

// spelling compiles where the values of a field are.
func (c *compiler) spelling(path string, s Rule, r *rule) {
	ways := 0
	if len(s.Attributes) > 0 {
		ways++
		r.attributes = s.Attributes
	}
	if len(s.First) > 0 {
		ways++
		r.attributes, r.first = s.First, true
	}
	if s.Template != "" {
		ways++
		t, err := parseTemplate(s.Template)
		if err != nil {
			c.add(path+".template", s.Template, "a template such as {givenName} {sn}", err.Error())
		} else if len(t.attributes()) == 0 {
			c.add(path+".template", s.Template, "a template with an attribute in braces, such as {givenName} {sn}")
		}
		r.template = t
	}
	if ways != 1 {
		c.add(path, "", "exactly one of attribute, first or template says where the values are")
	}
	for i, a := range r.attributes {
		c.attribute(indexed(path, i, len(r.attributes)), a)
		if slices.ContainsFunc(r.attributes[:i], func(o string) bool { return strings.EqualFold(a, o) }) {
			c.add(indexed(path, i, len(r.attributes)), a, "each attribute once")
		}
	}
	if s.Pattern != "" {
		re, err := regexp.Compile(s.Pattern)
		switch {
		case err != nil:
			c.add(path+".pattern", s.Pattern, "a regular expression", err.Error())
		case re.NumSubexp() > 1:
			c.add(path+".pattern", s.Pattern, "a regular expression with at most one group", "write (?:...) for groups that are not the value")
		default:
			r.pattern = &patternPart{re}
		}
	}
	if s.OneEach && len(s.Attributes) < 2 {
		c.add(path+".one_each", "", "a list of several attributes is wanted with one_each")
	}
	seen := map[string]bool{}
	for _, t := range s.Values {
		if t.Directory == "" || t.Field == "" {
			c.add(path+".values", t.Directory+": "+t.Field, "a value on both sides")
		}
		if seen[strings.ToLower(t.Directory)] {
			c.add(path+".values", t.Directory, "each value of the directory once")
		}
		seen[strings.ToLower(t.Directory)] = true
	}
}

// looks lets the configuration override how a field looks to people.
func (c *compiler) looks(path string, f *Field, s Rule) {
	if s.Type != "" {
		if !slices.Contains(types(), s.Type) {
			c.add(path+".type", string(s.Type), list(texts(types())), didYouMean(string(s.Type), texts(types())))
		}
		if s.Type != f.Type {
			f.Type, f.Widget, f.MaxLength = s.Type, "", 0
		}
	}
	if s.Many != nil {
		f.Many = *s.Many
	}
	if len(s.Label) > 0 {
		f.Label.Own = s.Label
	}
	if len(s.Hint) > 0 {
		f.Hint.Own = s.Hint
	}
	for _, choice := range s.Choices {
		label := choice.Label
		if len(label) == 0 {
			label = LocalText{"": choice.Value}
		}
		if slices.ContainsFunc(f.Choices, func(o Choice) bool { return o.Value == choice.Value }) || choice.Value == "" {
			c.add(path+".choices", choice.Value, "each choice once, and none empty")
		}
		f.Choices = append(f.Choices, Choice{choice.Value, Text{Own: label}})
	}
	if len(f.Choices) > 0 {
		f.Widget = ""
	}
	if s.Widget != "" {
		if !slices.Contains(widgets(), s.Widget) {
			c.add(path+".widget", string(s.Widget), list(texts(widgets())), didYouMean(string(s.Widget), texts(widgets())))
		}
		f.Widget = s.Widget
		chosen := s.Widget == WidgetSelect || s.Widget == WidgetRadio || s.Widget == WidgetChoices
		if chosen && len(f.Choices) == 0 {
			c.add(path+".choices", "", "choices are wanted for the widget "+string(s.Widget))
		}
	}
	if s.Section != "" {
		if !slices.Contains(Sections(), s.Section) {
			c.add(path+".section", string(s.Section), list(texts(Sections())), didYouMean(string(s.Section), texts(Sections())))
		}
		f.Section = s.Section
	}
	if s.MaxLength < 0 {
		c.add(path+".max_length", fmt.Sprint(s.MaxLength), "a positive number")
	}
	if s.MaxLength > 0 {
		f.MaxLength = s.MaxLength
	}
	if s.Claim != nil {
		f.Claim = *s.Claim
	}
	if f.Scope == "" && f.Claim != "" {
		f.Scope = profile
	}
	if s.Scope != "" {
		f.Scope = s.Scope
	}
	if s.SCIM != nil {
		f.SCIM = *s.SCIM
	}
	if s.Required != nil {
		f.Required = *s.Required
	}
	orElse(&s.Autocomplete, f.Autocomplete)
	f.Autocomplete = s.Autocomplete
	*f = f.filled()
}

// syntax finds the codec.
func (c *compiler) syntax(path string, s Rule, r *rule) {
	name := s.Syntax
	attribute := ""
	if len(r.attributes) > 0 {
		attribute = r.attributes[0]
	}
	if name == "" {
		name = codecOfAttribute(attribute, r.field.Type)
	}
	var ok bool
	if r.codec, ok = codecs()[name]; !ok {
		c.add(path+".syntax", name, list(Codecs()), didYouMean(name, Codecs()))
		return
	}
	translated := r.template != nil || r.pattern != nil || len(r.values) > 0
	if translated {
		r.codec = codecs()["text"]
	} else if r.bit == 0 && slices.Contains(types(), r.field.Type) && !slices.Contains(r.codec.types, r.field.Type) {
		c.add(path, attribute, fmt.Sprintf("a syntax for a field of type %s; %s gives %s", r.field.Type, name, r.codec.types[0]), "choose with type: or syntax:")
	}
	if r.bit != 0 {
		if r.bit&(r.bit-1) != 0 || r.field.Type != TypeBool || len(r.attributes) != 1 || translated {
			c.add(path+".bit", fmt.Sprint(r.bit), "one bit (1, 2, 4 ...) of one attribute, for a field of type bool")
		}
	}
	if r.def != "" {
		if _, err := r.field.Clean(r.def); err != nil {
			c.add(path+".default", r.def, "a value of type "+string(r.field.Type))
		}
	}
	for _, t := range r.values {
		if _, err := r.field.Clean(t.Field); err != nil {
			c.add(path+".values", t.Field, "a value of type "+string(r.field.Type))
		}
	}
}

func (c *compiler) dn(path, text string) (DN, bool) {
	dn, err := ParseDN(text)
	if err != nil {
		c.add(path, text, "a DN such as ou=people,dc=example,dc=org", err.Error())
		return nil, false
	}
	if len(dn) == 0 {
		c.add(path, "", "a DN such as ou=people,dc=example,dc=org is wanted")
		return nil, false
	}
	return dn, true
}

func (c *compiler) filter(path, text string) Filter {
	f, err := ParseFilter(text)
	if err != nil {
		c.add(path, text, "a search filter such as (objectClass=inetOrgPerson)", err.Error())
	}
	return f
}

func (c *compiler) attribute(path, name string) {
	if !isAttribute(name) {
		c.add(path, name, "an attribute such as mail")
	}
}

func indexed(path string, i, n int) string {
	if n < 2 {
		return path
	}
	return fmt.Sprintf("%s[%d]", path, i)
}

func texts[S ~string](words []S) []string {
	t := make([]string, len(words))
	for i, w := range words {
		t[i] = string(w)
	}
	return t
}

func types() []Type {
	return []Type{TypeText, TypeLines, TypeMail, TypePhone, TypeURL, TypeDate, TypeTime, TypeBool, TypeNumber, TypeLanguage, TypeZone, TypePhoto,
		TypeSSHKey, TypePerson}
}

// operational tells whether the directory itself writes the attribute.
func operational(attribute string) bool {
	switch strings.ToLower(attribute) {
	case "entryuuid", "entrydn", "nsuniqueid", "ipauniqueid", "objectguid", "objectsid", "memberof", "createtimestamp", "modifytimestamp", "creatorsname",
		"modifiersname", "whencreated", "whenchanged", "pwdchangedtime", "structuralobjectclass", "lastlogontimestamp", "lastlogon", "distinguishedname":
		return true
	}
	return false
}
