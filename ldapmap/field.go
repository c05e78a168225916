package ldapmap

import "slices"

// Field is one thing that is known of a person: what a form asks, a claim tells and SCIM exchanges. The standard ones stand in the table
// of fields.go; a configuration adds its own. Values are canonical, as User has them.
type Field struct {
	Name string
	Type Type
	Many bool // several values

	Claim string // OpenID Connect claim (OIDC Core 5.1; "address.locality" is a member of address); empty: offered to no application
	Scope string // the OAuth scope that asks for the claim
	SCIM  string // SCIM attribute path (RFC 7643); empty: none

	Section Section
	// Of is the name of the group of fields shown as one ("address"); empty for a field that stands alone.
	Of           string
	Label        Text
	Hint         Text
	Widget       Widget
	Autocomplete string // HTML autocomplete token (WCAG 2.2, 1.3.5); empty: off
	Choices      []Choice
	Required     bool
	// ReadOnly fields cannot be written by anybody: the directory computes them, or the rule cannot be turned round.
	ReadOnly bool
	// MaxLength bounds one value, in characters (bytes for photos); always positive.
	MaxLength int
	// Custom is true for a field that only the configuration knows.
	Custom bool
}

// Type is the syntax of a field's canonical values.
type Type string

// The types, with their canonical form.
const (
	TypeText     Type = "text"     // one line
	TypeLines    Type = "lines"    // several lines
	TypeMail     Type = "mail"     // an address without a name
	TypePhone    Type = "phone"    // as typed, or E.164
	TypeURL      Type = "url"      // https or http
	TypeDate     Type = "date"     // YYYY-MM-DD
	TypeTime     Type = "time"     // RFC 3339, in UTC
	TypeBool     Type = "bool"     // "true" or "false"
	TypeNumber   Type = "number"   // a decimal integer
	TypeLanguage Type = "language" // BCP 47
	TypeZone     Type = "zone"     // IANA time zone
	TypePhoto    Type = "photo"    // JPEG, raw
	TypeSSHKey   Type = "ssh_key"  // as in authorized_keys
	TypePerson   Type = "person"   // the DN of another entry
)

// Section is where on the profile page a field stands.
type Section string

// The sections, in the order of the page.
const (
	SectionIdentity Section = "identity"
	SectionContact  Section = "contact"
	SectionAddress  Section = "address"
	SectionAbout    Section = "about"
	SectionWork     Section = "work"
	SectionSecurity Section = "security"
	SectionMore     Section = "more" // fields of the configuration that name no other
)

// Sections returns all sections in the order of the page.
func Sections() []Section {
	return []Section{SectionIdentity, SectionContact, SectionAddress, SectionAbout, SectionWork, SectionSecurity, SectionMore}
}

// Label is the section's title, an English message id.
func (s Section) Label() string {
	switch s {
	case SectionIdentity:
		return said("Name and photo")
	case SectionContact:
		return said("Contact")
	case SectionAddress:
		return said("Address")
	case SectionAbout:
		return said("Personal")
	case SectionWork:
		return said("Work")
	case SectionSecurity:
		return said("Keys")
	default:
		return said("More")
	}
}

// said marks an English message id for the catalogues, which look for parameters of this name.
func said(words string) string { return words }

// Widget is how a form asks for a field. The names are those of templates.Widget.
type Widget string

// The widgets.
const (
	WidgetText     Widget = "text"
	WidgetTextArea Widget = "textarea"
	WidgetEmail    Widget = "email"
	WidgetTel      Widget = "tel"
	WidgetURL      Widget = "url"
	WidgetDate     Widget = "date"
	WidgetNumber   Widget = "number"
	WidgetColour   Widget = "colour"
	WidgetSelect   Widget = "select"
	WidgetRadio    Widget = "radio"
	WidgetCheckbox Widget = "checkbox"
	WidgetChoices  Widget = "choices"
	WidgetPhoto    Widget = "photo"
	WidgetLanguage Widget = "language"
	WidgetUsername Widget = "username"
)

func widgets() []Widget {
	return []Widget{WidgetText, WidgetTextArea, WidgetEmail, WidgetTel, WidgetURL, WidgetDate, WidgetNumber, WidgetColour, WidgetSelect,
		WidgetRadio, WidgetCheckbox, WidgetChoices, WidgetPhoto, WidgetLanguage, WidgetUsername}
}

// defaultWidget is the widget for a type when nobody chose one.
func defaultWidget(t Type, many bool, choices int) Widget {
	switch {
	case choices > 0 && many:
		return WidgetChoices
	case choices > 0 && choices <= 4:
		return WidgetRadio
	case choices > 0:
		return WidgetSelect
	}
	switch t {
	case TypeLines, TypeSSHKey:
		return WidgetTextArea
	case TypeMail:
		return WidgetEmail
	case TypePhone:
		return WidgetTel
	case TypeURL:
		return WidgetURL
	case TypeDate:
		return WidgetDate
	case TypeBool:
		return WidgetCheckbox
	case TypeNumber:
		return WidgetNumber
	case TypeLanguage:
		return WidgetLanguage
	case TypePhoto:
		return WidgetPhoto
	default:
		return WidgetText
	}
}

// defaultMaxLength is the bound for a type when nobody chose one.
func defaultMaxLength(t Type) int {
	switch t {
	case TypePhoto:
		return 2 << 20
	case TypeSSHKey:
		return 16 << 10
	case TypeLines:
		return 4000
	case TypeURL, TypePerson:
		return 1024
	case TypeMail:
		return 254 // RFC 5321 4.5.3.1.3, without the brackets
	case TypePhone, TypeLanguage, TypeZone, TypeDate, TypeTime, TypeBool, TypeNumber:
		return 64
	default:
		return 256
	}
}

// Choice is one value that a field may have.
type Choice struct {
	Value string
	Label Text
}

// Text is words for a person. Own holds the words of the configuration by language ("en", "fr"), and under "" those it gave for every
// language; where it gave none, Message is the English message id that templates/i18n translates.
type Text struct {
	Message string
	Own     map[string]string
}

// IsZero tells whether there are no words at all.
func (t Text) IsZero() bool { return t.Message == "" && len(t.Own) == 0 }

// In returns the words in the language (a BCP 47 tag), falling back to its base language ("fr-CA" to "fr"), then to the words for every
// language, then to English, then to whatever there is; translate is templates/i18n's T and is used for message ids.
func (t Text) In(language string, translate func(msgid string, args ...any) string) string {
	if len(t.Own) == 0 {
		if t.Message == "" {
			return ""
		}
		return translate(t.Message)
	}
	base := language
	for i := range len(language) {
		if language[i] == '-' || language[i] == '_' {
			base = language[:i]
			break
		}
	}
	for _, l := range []string{language, base, "", "en"} {
		if words, ok := t.Own[l]; ok {
			return words
		}
	}
	languages := make([]string, 0, len(t.Own))
	for l := range t.Own {
		languages = append(languages, l)
	}
	return t.Own[slices.Min(languages)]
}
