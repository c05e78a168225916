package ldaptest

import (
	"crypto/sha1" //nolint:gosec // {SSHA} is SHA-1
	"encoding/base64"
	"fmt"
	"os"
	"os/user"
	"strings"
	"testing"
	"time"
)

// ds389Conf writes dse.ldif: the package's template with places and names filled in, the database with our suffix, and what the options ask for.
func ds389Conf(t testing.TB, o Options, dir string) string {
	t.Helper()
	who, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer(
		"%schema_dir%", dir+"/schema", "%lock_dir%", dir+"/lock", "%tmp_dir%", dir+"/tmp", "%cert_dir%", dir+"/certs",
		"%ldif_dir%", dir+"/ldif", "%bak_dir%", dir+"/bak", "%run_dir%", dir+"/run", "%inst_dir%", dir, "%log_dir%", dir+"/log",
		"%config_dir%", dir, "%db_dir%", dir+"/db", "%db_home_dir%", dir+"/db", "%db_lib%", "bdb",
		"%fqdn%", "localhost", "%ds_port%", "0", "%ds_user%", who.Username, "%rootdn%", AdminDN, "%ds_passwd%", ssha(AdminPassword),
		"%ldapi_enabled%", "off", "%ldapi%", dir+"/run/ldapi", "%ldapi_autobind%", "off",
		"%ds_suffix%", BaseDN, "%ds_bename%", "userroot",
	)
	var records []string
	for _, name := range []string{"template-dse.ldif", "template-suffix-db.ldif"} {
		text, err := os.ReadFile("/usr/share/dirsrv/data/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for r := range strings.SplitSeq(fill.Replace(string(text)), "\n\n") {
			if r = uncommented(r); r != "" && !o.NoMemberOf && (strings.Contains(r, "\ncn: MemberOf Plugin") || strings.Contains(r, "\ncn: referential integrity")) {
				r = strings.Replace(r, "nsslapd-pluginenabled: off", "nsslapd-pluginenabled: on", 1)
			}
			if r != "" {
				records = append(records, r+strings.Join(ds389Additions(o, r), ""))
			}
		}
	}
	return strings.Join(records, "\n\n") + "\n"
}

// ds389Additions are more lines for a record of the configuration.
func ds389Additions(o Options, record string) []string {
	dn, _, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(record, "dn: ")), "\n")
	var lines []string
	line := func(format string, args ...any) { lines = append(lines, fmt.Sprintf("\n"+format, args...)) }
	switch dn {
	case "cn=config":
		line("nsslapd-listenhost: 127.0.0.1\nnsslapd-securelistenhost: 127.0.0.1\nnsslapd-securePort: 0\nnsslapd-security: %s", onOff(!o.NoTLS))
		// Hashes that cost nothing, and a log that has each operation before its answer is sent.
		line("nsslapd-rootpwstoragescheme: SSHA\npasswordStorageScheme: SSHA\nnsslapd-accesslog-logbuffering: off")
		line("nsslapd-require-secure-binds: %s", onOff(o.RequireTLS))
		if o.IdleTimeout > 0 {
			line("nsslapd-idletimeout: %d", o.IdleTimeout)
		}
	case "cn=config,cn=ldbm database,cn=plugins,cn=config":
		line("nsslapd-db-durable-transaction: off\nnsslapd-dbcachesize: 2000000\nnsslapd-cache-autosize: 0")
	case "cn=memberof plugin,cn=plugins,cn=config":
		line("memberofautoaddoc: nsMemberOf")
	}
	return lines
}

// ds389Policy is a password policy in the words of cn=config.
func ds389Policy(p Policy) []string {
	var lines []string
	set := func(name string, value any) { lines = append(lines, fmt.Sprintf("%s: %v", name, value)) }
	seconds := func(d time.Duration) int { return int(d / time.Second) }
	if p.MinLength > 0 {
		// Of the other checks none, or nobody's "<uid>-password" would do.
		set("passwordCheckSyntax", "on")
		set("passwordMinLength", p.MinLength)
		set("passwordMinCategories", 1)
		set("passwordMinTokenLength", 64)
	}
	if p.History > 0 {
		set("passwordHistory", "on")
		set("passwordInHistory", p.History)
	}
	if p.MaxFailure > 0 {
		set("passwordLockout", "on")
		set("passwordMaxFailure", p.MaxFailure)
		set("passwordLockoutDuration", seconds(p.LockoutDuration))
		set("passwordUnlock", onOff(p.LockoutDuration > 0))
	}
	if p.MaxAge > 0 {
		set("passwordExp", "on")
		set("passwordMaxAge", seconds(p.MaxAge))
		set("passwordWarning", seconds(p.ExpireWarning))
		set("passwordGraceLimit", p.Grace)
	}
	if p.MinAge > 0 {
		set("passwordMinAge", seconds(p.MinAge))
	}
	set("passwordMustChange", onOff(p.MustChange))
	set("passwordTrackUpdateTime", "on") // or nothing in an entry tells that a password changed
	return lines
}

// ds389Access are the rights of the service account as an administrator should give them: the same as slapdAccess. Without any ACI
// nobody but the administrator sees anything. Operational attributes come with != and not with *. Limits are the account's own: without these a list
// of more than 5,000 people, page by page or not, is answered 11.
func ds389Access() string {
	return strings.NewReplacer("SERVICE", ServiceDN, "STATE", StateBase, "PEOPLE", PeopleDN, "GROUPS", GroupsDN, "BASE", BaseDN).Replace(`dn: BASE
changetype: modify
add: aci
aci: (targetattr = "objectClass || dc || o || ou")(targetfilter = "(|(objectClass=organization)(objectClass=organizationalUnit))")(version 3.0; acl "the tree is seen"; allow (read, search, compare) userdn = "ldap:///all";)

dn: PEOPLE
changetype: modify
add: aci
aci: (targetattr != "userPassword || passwordHistory || aci")(version 3.0; acl "people are read"; allow (read, search, compare) userdn = "ldap:///all";)
aci: (targetattr != "userPassword || passwordHistory || aci")(version 3.0; acl "people are kept by wicketgate"; allow (write) userdn = "ldap:///SERVICE";)
aci: (targetattr = "userPassword")(version 3.0; acl "passwords are set by wicketgate"; allow (write) userdn = "ldap:///SERVICE";)
aci: (target = "ldap:///PEOPLE")(version 3.0; acl "people come and go by wicketgate"; allow (add, delete) userdn = "ldap:///SERVICE";)
aci: (target_to = "ldap:///PEOPLE")(target_from = "ldap:///PEOPLE")(version 3.0; acl "people are moved by wicketgate"; allow (moddn) userdn = "ldap:///SERVICE";)
aci: (targetattr = "userPassword")(version 3.0; acl "everybody's own password"; allow (write) userdn = "ldap:///self";)

dn: GROUPS
changetype: modify
add: aci
aci: (targetattr != "aci")(version 3.0; acl "groups are read"; allow (read, search, compare) userdn = "ldap:///all";)
aci: (targetattr != "aci")(version 3.0; acl "groups are kept by wicketgate"; allow (write, add, delete) userdn = "ldap:///SERVICE";)

dn: STATE
changetype: modify
add: aci
aci: (targetattr != "aci")(version 3.0; acl "what wicketgate remembers"; allow (read, search, compare, write, add, delete) userdn = "ldap:///SERVICE";)

dn: SERVICE
changetype: modify
add: nsPagedLookThroughLimit
nsPagedLookThroughLimit: -1
-
add: nsLookThroughLimit
nsLookThroughLimit: -1
-
add: nsPagedSizeLimit
nsPagedSizeLimit: -1`)
}

// uncommented drops comments and empty lines around a record.
func uncommented(record string) string {
	var lines []string
	for line := range strings.SplitSeq(record, "\n") {
		if !strings.HasPrefix(line, "#") && strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// ssha is a salted SHA-1, which is quick to check.
func ssha(password string) string {
	const salt = "salt"
	sum := sha1.Sum([]byte(password + salt)) //nolint:gosec // as above
	return "{SSHA}" + base64.StdEncoding.EncodeToString(append(sum[:], salt...))
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}
