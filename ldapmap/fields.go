package ldapmap

// The names of the standard fields that no code but the table below speaks of.
const (
	MiddleName     = "middle_name"
	DisplayName    = "display_name"
	Nickname       = "nickname"
	Website        = "website"
	Birthdate      = "birthdate"
	Gender         = "gender"
	Zone           = "zone"
	Mobile         = "mobile"
	Address        = "address"
	Street         = "street"
	Locality       = "locality"
	Region         = "region"
	PostalCode     = "postal_code"
	Country        = "country"
	EmployeeNumber = "employee_number"
	EmployeeType   = "employee_type"
	Department     = "department"
	JobTitle       = "title"
	Organisation   = "organisation"
	Manager        = "manager"
	SSHKeys        = "ssh_keys"
	Active         = "active"     // false bars the account: see Account.Disabled
	UpdatedAt      = "updated_at" // when the entry was last changed
)

const (
	enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:"
	profile    = "profile"
)

// standardFields is the one table of standard fields, in the order of a page. Claims are those of OpenID Connect Core 5.1, SCIM
// paths those of RFC 7643, autocomplete tokens those of HTML. What is missing is filled in by standard.
func standardFields() []Field {
	return []Field{
		{Name: Username, Type: TypeText, Section: SectionIdentity, Label: msg("User name"), Widget: WidgetUsername,
			Claim: "preferred_username", Scope: profile, SCIM: "userName", Autocomplete: "username", MaxLength: 64},
		{Name: GivenName, Type: TypeText, Section: SectionIdentity, Label: msg("First name"),
			Claim: "given_name", Scope: profile, SCIM: "name.givenName", Autocomplete: "given-name"},
		{Name: MiddleName, Type: TypeText, Section: SectionIdentity, Label: msg("Middle name"),
			Claim: "middle_name", Scope: profile, SCIM: "name.middleName", Autocomplete: "additional-name"},
		{Name: FamilyName, Type: TypeText, Section: SectionIdentity, Label: msg("Last name"),
			Claim: "family_name", Scope: profile, SCIM: "name.familyName", Autocomplete: "family-name"},
		{Name: Name, Type: TypeText, Section: SectionIdentity, Label: msg("Full name"),
			Claim: "name", Scope: profile, SCIM: "name.formatted", Autocomplete: "name"},
		{Name: DisplayName, Type: TypeText, Section: SectionIdentity, Label: msg("Name to show"),
			Hint: msg("How your name appears to others."), SCIM: "displayName"},
		{Name: Nickname, Type: TypeText, Section: SectionIdentity, Label: msg("Nickname"),
			Claim: "nickname", Scope: profile, SCIM: "nickName", Autocomplete: "nickname"},
		{Name: Photo, Type: TypePhoto, Section: SectionIdentity, Label: msg("Photo"),
			Claim: "picture", Scope: profile, SCIM: `photos[type eq "photo"].value`, Autocomplete: "photo"},

		{Name: Emails, Type: TypeMail, Many: true, Section: SectionContact, Label: msg("Mail addresses"),
			Claim: "email", Scope: "email", SCIM: "emails", Autocomplete: "email"},
		{Name: Phones, Type: TypePhone, Many: true, Section: SectionContact, Label: msg("Phone numbers"),
			Claim: "phone_number", Scope: "phone", SCIM: "phoneNumbers", Autocomplete: "tel"},
		{Name: Mobile, Type: TypePhone, Section: SectionContact, Label: msg("Mobile phone"),
			SCIM: `phoneNumbers[type eq "mobile"].value`, Autocomplete: "tel"},

		{Name: Address, Type: TypeLines, Section: SectionAddress, Of: "address", Label: msg("Postal address"),
			Claim: "address.formatted", Scope: "address", SCIM: `addresses[type eq "work"].formatted`},
		{Name: Street, Type: TypeText, Section: SectionAddress, Of: "address", Label: msg("Street and number"),
			Claim: "address.street_address", Scope: "address", SCIM: `addresses[type eq "work"].streetAddress`, Autocomplete: "street-address"},
		{Name: PostalCode, Type: TypeText, Section: SectionAddress, Of: "address", Label: msg("Postcode"),
			Claim: "address.postal_code", Scope: "address", SCIM: `addresses[type eq "work"].postalCode`, Autocomplete: "postal-code", MaxLength: 40},
		{Name: Locality, Type: TypeText, Section: SectionAddress, Of: "address", Label: msg("Town or city"),
			Claim: "address.locality", Scope: "address", SCIM: `addresses[type eq "work"].locality`, Autocomplete: "address-level2"},
		{Name: Region, Type: TypeText, Section: SectionAddress, Of: "address", Label: msg("Region"),
			Claim: "address.region", Scope: "address", SCIM: `addresses[type eq "work"].region`, Autocomplete: "address-level1"},
		{Name: Country, Type: TypeText, Section: SectionAddress, Of: "address", Label: msg("Country"),
			Claim: "address.country", Scope: "address", SCIM: `addresses[type eq "work"].country`, Autocomplete: "country-name"},

		{Name: Language, Type: TypeLanguage, Section: SectionAbout, Label: msg("Language"),
			Claim: "locale", Scope: profile, SCIM: "preferredLanguage", Autocomplete: "language"},
		{Name: Zone, Type: TypeZone, Section: SectionAbout, Label: msg("Time zone"),
			Claim: "zoneinfo", Scope: profile, SCIM: "timezone"},
		{Name: Birthdate, Type: TypeDate, Section: SectionAbout, Label: msg("Date of birth"),
			Claim: "birthdate", Scope: profile, Autocomplete: "bday"},
		{Name: Gender, Type: TypeText, Section: SectionAbout, Label: msg("Gender"),
			Claim: "gender", Scope: profile, Autocomplete: "sex", MaxLength: 64},
		{Name: Website, Type: TypeURL, Section: SectionAbout, Label: msg("Web page"),
			Claim: "website", Scope: profile, SCIM: "profileUrl", Autocomplete: "url"},

		{Name: JobTitle, Type: TypeText, Section: SectionWork, Label: msg("Job title"), SCIM: "title", Autocomplete: "organization-title"},
		{Name: Organisation, Type: TypeText, Section: SectionWork, Label: msg("Organisation"),
			SCIM: enterprise + "organization", Autocomplete: "organization"},
		{Name: Department, Type: TypeText, Section: SectionWork, Label: msg("Department"), SCIM: enterprise + "department"},
		{Name: EmployeeNumber, Type: TypeText, Section: SectionWork, Label: msg("Staff number"), SCIM: enterprise + "employeeNumber", MaxLength: 64},
		{Name: EmployeeType, Type: TypeText, Section: SectionWork, Label: msg("Kind of work contract"), SCIM: "userType"},
		{Name: Manager, Type: TypePerson, Section: SectionWork, Label: msg("Manager"), SCIM: enterprise + "manager"},
		{Name: GroupsField, Type: TypeText, Many: true, ReadOnly: true, Section: SectionWork, Label: msg("Groups"),
			Claim: "groups", Scope: "groups", SCIM: "groups"},

		{Name: SSHKeys, Type: TypeSSHKey, Many: true, Section: SectionSecurity, Label: msg("SSH keys"),
			Hint: msg("The public half only, one key in each box.")},

		{Name: Active, Type: TypeBool, Section: SectionMore, Label: msg("May sign in"), SCIM: "active"},
		{Name: UpdatedAt, Type: TypeTime, ReadOnly: true, Section: SectionMore, Label: msg("Last changed"),
			Claim: "updated_at", Scope: profile, SCIM: "meta.lastModified"},
	}
}

// msg makes a text of an English message id; the parameter's name is how the catalogues find it.
func msg(words string) Text { return Text{Message: words} }

// StandardField returns the standard field of that name.
func StandardField(name string) (Field, bool) {
	for _, f := range standardFields() {
		if f.Name == name {
			return f.filled(), true
		}
	}
	return Field{}, false
}

// StandardFields returns all standard fields, in the order of a page.
func StandardFields() []Field {
	fields := standardFields()
	for i := range fields {
		fields[i] = fields[i].filled()
	}
	return fields
}

// filled gives f the defaults of its type.
func (f Field) filled() Field {
	if f.Widget == "" {
		f.Widget = defaultWidget(f.Type, f.Many, len(f.Choices))
	}
	if f.MaxLength == 0 {
		f.MaxLength = defaultMaxLength(f.Type)
	}
	return f
}
