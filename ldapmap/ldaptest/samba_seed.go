package ldaptest

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// sambaEntries are in every domain that this package makes: the branches, an administrator and the service account.
func sambaEntries() string {
	var b strings.Builder
	for _, ou := range []string{"people", "groups", "services", "wicketgate"} {
		fmt.Fprintf(&b, "dn: ou=%s,%s\nchangetype: add\nobjectClass: organizationalUnit\n\n", ou, BaseDN)
	}
	for _, account := range []struct{ dn, name, password string }{
		{AdminDN, "admin", AdminPassword}, {ServiceDN, "wicketgate", ServicePassword},
	} {
		fmt.Fprintf(&b, "dn: %s\nchangetype: add\nobjectClass: user\nsAMAccountName: %s\nuserAccountControl: 66048\nunicodePwd:: %s\n\n",
			account.dn, account.name, unicodePwd(account.password))
	}
	fmt.Fprintf(&b, "dn: cn=Domain Admins,cn=Users,%s\nchangetype: modify\nadd: member\nmember: %s\n\n", BaseDN, AdminDN)
	return b.String()
}

// sambaSeed gives the entries that are asked for, named as Active Directory does: a person by cn.
func sambaSeed(t testing.TB, o Options) []*seedEntry {
	t.Helper()
	var entries []*seedEntry
	names := map[string]string{}
	for _, r := range o.ldif(policyMarks()) {
		e := parseSeed(t, r)
		if e.is("inetOrgPerson") {
			was := e.dn
			e.dn = adPersonDN(e.dn, e.first("cn"))
			names[strings.ToLower(was)] = e.dn
		}
		entries = append(entries, e)
	}
	for _, e := range entries {
		for i, m := range e.values["member"] {
			if ad, ok := names[strings.ToLower(m)]; ok {
				e.values["member"][i] = ad
			}
		}
	}
	return entries
}

// sambaLDIF spells them as Active Directory does: a person is a user with one mail address and one telephone number, the uid is sAMAccountName, and
// a group of names is a group.
func sambaLDIF(entries []*seedEntry) string {
	var b strings.Builder
	for _, e := range entries {
		e.writeAD(&b)
	}
	return b.String()
}

// backdate gives passwords the age that pwdChangedTime says. No door of the server lets anybody write pwdLastSet, but its database does.
func (s *samba) backdate(t testing.TB, entries []*seedEntry) {
	t.Helper()
	script := ""
	for _, e := range entries {
		at := e.first("pwdchangedtime")
		if at == "" {
			continue
		}
		when, err := time.Parse("20060102150405Z", at)
		if err != nil {
			t.Fatal(err)
		}
		const since1601 = 11644473600
		script += fmt.Sprintf("set(%q, %q)\n", e.dn, fmt.Sprint((when.Unix()+since1601)*1e7))
	}
	if script == "" {
		return
	}
	s.run(t, `import ldb, sys
db = ldb.Ldb(sys.argv[1])
def set(dn, value):
    m = ldb.Message(ldb.Dn(db, dn))
    m["pwdLastSet"] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, "pwdLastSet")
    db.modify(m)
`+script, "/usr/bin/python3", "-", s.path("private/sam.ldb.d/"+strings.ToUpper(BaseDN)+".ldb"))
}

// adPersonDN names an entry by its cn: the class says so in Active Directory, and an RDN has one attribute there.
func adPersonDN(dn, cn string) string {
	parent := dn
	for i := 0; i < len(dn); i++ {
		if dn[i] == '\\' {
			i++
		} else if dn[i] == ',' {
			parent = dn[i+1:]
			break
		}
	}
	return "cn=" + strings.NewReplacer(`,`, `\,`, `+`, `\+`).Replace(cn) + "," + parent
}

// seedEntry is one record of the seed.
type seedEntry struct {
	dn     string
	values map[string][]string // by lower-case name
}

// parseSeed reads a record as the seed writes them: no continued lines.
func parseSeed(t testing.TB, record string) *seedEntry {
	t.Helper()
	e := &seedEntry{values: map[string][]string{}}
	for line := range strings.SplitSeq(record, "\n") {
		name, value, ok := strings.Cut(line, ":")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		if encoded, is := strings.CutPrefix(value, ":"); is {
			raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			value = string(raw)
		}
		name, value = strings.ToLower(name), strings.TrimPrefix(value, " ")
		if name == "dn" {
			e.dn = value
			continue
		}
		e.values[name] = append(e.values[name], value)
	}
	return e
}

func (e *seedEntry) is(class string) bool {
	for _, c := range e.values["objectclass"] {
		if strings.EqualFold(c, class) {
			return true
		}
	}
	return false
}

func (e *seedEntry) first(name string) string {
	if len(e.values[name]) == 0 {
		return ""
	}
	return e.values[name][0]
}

// writeAD adds the entry as LDIF. What is there from the start, or has no place in a domain, is left out.
func (e *seedEntry) writeAD(b *strings.Builder) {
	line := func(name, value string) {
		fmt.Fprintf(b, "%s:: %s\n", name, base64.StdEncoding.EncodeToString([]byte(value)))
	}
	entry := func(class string) {
		line("dn", e.dn)
		fmt.Fprintf(b, "changetype: add\nobjectClass: %s\n", class)
	}
	switch dn := strings.ToLower(e.dn); {
	case e.is("inetOrgPerson"):
		entry("user")
		for _, name := range []string{"sn", "givenname", "mail", "telephonenumber", "mobile", "preferredlanguage", "description", "title"} {
			if v := e.first(name); v != "" {
				line(name, v)
			}
		}
		display := e.first("displayname")
		if display == "" {
			display = e.first("cn")
		}
		line("displayName", display)
		line("sAMAccountName", e.first("uid"))
		line("userPrincipalName", e.first("uid")+"@"+sambaDomain)
		e.writeAccount(b)
	case e.is("groupOfNames"):
		entry("group")
		line("sAMAccountName", e.first("cn"))
		if d := e.first("description"); d != "" {
			line("description", d)
		}
		for _, m := range e.values["member"] {
			line("member", m)
		}
	case e.is("organizationalUnit") && dn != PeopleDN && dn != GroupsDN && dn != StateBase && dn != "ou=services,"+BaseDN:
		entry("organizationalUnit")
	default:
		return
	}
	b.WriteString("\n")
}

// writeAccount adds password and state. A lock by an administrator is one that switches the account off: lockoutTime only ever follows from
// wrong passwords.
func (e *seedEntry) writeAccount(b *strings.Builder) {
	const ordinary, switchedOff, needsNone = 512, 2, 32
	flags := ordinary
	password := e.first("userpassword")
	if e.first("pwdaccountlockedtime") != "" {
		flags |= switchedOff
	}
	if password == "" {
		flags |= needsNone // or the account cannot be switched on
	} else {
		fmt.Fprintf(b, "unicodePwd:: %s\n", unicodePwd(password))
	}
	fmt.Fprintf(b, "userAccountControl: %d\n", flags)
	if e.first("pwdreset") != "" {
		b.WriteString("pwdLastSet: 0\n")
	}
}

// unicodePwd is the base64 of the value that sets a password (MS-ADTS 3.1.1.3.1.5).
func unicodePwd(password string) string {
	var raw []byte
	for _, u := range utf16.Encode([]rune(`"` + password + `"`)) {
		raw = append(raw, byte(u), byte(u>>8))
	}
	return base64.StdEncoding.EncodeToString(raw)
}
