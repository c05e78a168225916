package ldapmap

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// account is the openldap preset with other words in users.account.
func account(words ...string) func(*Spec) { return func(s *Spec) { s.Users.Account = words } }

func TestAnAccountIsChangedInEachDirectorysSpelling(t *testing.T) {
	t.Parallel()
	const dn = "uid=ada,ou=people,dc=example,dc=org"
	now := time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)
	end, never := time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC), time.Time{}
	lock, unlock := AccountChange{Locked: new(true)}, AccountChange{Locked: new(false)}
	must, mustNot := AccountChange{MustChange: new(true)}, AccountChange{MustChange: new(false)}
	ends, endless, starts := AccountChange{Expires: &end}, AccountChange{Expires: &never}, AccountChange{NotBefore: &end}
	status := custom(map[string]Rule{"active": {Attributes: Strings{"accountStatus"}, Values: Translations{{"on", "true"}, {"off", "false"}}}})
	for _, c := range []struct {
		name    string
		mapping func(*Spec)
		entry   string // lines beside the DN
		change  AccountChange
		want    string // the modifications, as below; "denied"
	}{
		{"ppolicy lock", account("ppolicy"), "uid: ada", lock, "pwdAccountLockedTime=000001010000Z"},
		{"ppolicy lock over one for wrong passwords", account("ppolicy"), "pwdAccountLockedTime: 20260314150000Z", lock, "pwdAccountLockedTime=000001010000Z"},
		{"ppolicy locked already", account("ppolicy"), "pwdAccountLockedTime: 00000101000000Z", lock, ""},
		{"ppolicy unlock", account("ppolicy"), "pwdAccountLockedTime: 000001010000Z", unlock, "pwdAccountLockedTime="},
		{"ppolicy unlocked already", account("ppolicy"), "uid: ada", unlock, ""},
		{"ppolicy all in one", account("ppolicy"), "uid: ada", AccountChange{new(true), &now, &end, new(true)},
			"pwdAccountLockedTime=000001010000Z pwdStartTime=20260314150926Z pwdEndTime=20270102000000Z pwdReset=TRUE"},
		{"ppolicy no more limits", account("ppolicy"), "pwdStartTime: 20260101000000Z,pwdEndTime: 20260102000000Z,pwdReset: TRUE",
			AccountChange{nil, &never, &never, new(false)}, "pwdStartTime= pwdEndTime= pwdReset="},
		{"389-DS lock", account("389ds"), "uid: ada", lock, "nsAccountLock=TRUE"},
		{"389-DS unlock", account("389ds"), "nsAccountLock: TRUE", unlock, "nsAccountLock="},
		{"389-DS unlock after wrong passwords", account("389ds"), "accountUnlockTime: 20260314160000Z,passwordRetryCount: 5", unlock, "accountUnlockTime= passwordRetryCount="},
		{"389-DS must change", account("389ds"), "passwordExpirationTime: 20270102000000Z", must, "passwordExpirationTime=19700101000000Z"},
		{"389-DS need not change", account("389ds"), "passwordExpirationTime: 19700101000000Z", mustNot, "passwordExpirationTime="},
		{"389-DS leaves the age alone", account("389ds"), "passwordExpirationTime: 20270102000000Z", mustNot, ""},
		{"389-DS has no end", account("389ds"), "uid: ada", ends, "denied"},
		{"FreeIPA lock", account("freeipa"), "uid: ada", lock, "nsAccountLock=TRUE"},
		{"FreeIPA unlock", account("freeipa"), "nsAccountLock: TRUE,krbLoginFailedCount: 6", unlock, "nsAccountLock= krbLoginFailedCount=0"},
		{"FreeIPA end", account("freeipa"), "uid: ada", ends, "krbPrincipalExpiration=20270102000000Z"},
		{"FreeIPA must change", account("freeipa"), "krbPasswordExpiration: 20270102000000Z", must, "krbPasswordExpiration=19700101000000Z"},
		{"FreeIPA has no start", account("freeipa"), "uid: ada", starts, "denied"},
		{"shadow end", account("shadow"), "objectClass: shadowAccount", ends, "shadowExpire=20820"},
		{"shadow no end", account("shadow"), "objectClass: shadowAccount,shadowExpire: 20820", endless, "shadowExpire="},
		{"shadow must change", account("shadow"), "objectClass: shadowAccount,shadowLastChange: 20000", must, "shadowLastChange=0"},
		{"shadow need not change", account("shadow"), "objectClass: shadowAccount,shadowLastChange: 0", mustNot, "shadowLastChange=20526"},
		{"shadow leaves the age alone", account("shadow"), "objectClass: shadowAccount,shadowLastChange: 20000", mustNot, ""},
		{"shadow without the class", account("shadow"), "objectClass: inetOrgPerson", ends, "denied"},
		{"shadow has no lock", account("shadow"), "objectClass: shadowAccount", lock, "denied"},
		{"samba lock", account("samba"), "objectClass: sambaSamAccount,sambaAcctFlags: [UX         ]", lock, "sambaAcctFlags=[UXD        ]"},
		{"samba unlock", account("samba"), "objectClass: sambaSamAccount,sambaAcctFlags: [DLUX       ]", unlock, "sambaAcctFlags=[UX         ]"},
		{"samba need not change", account("samba"), "objectClass: sambaSamAccount,sambaPwdLastSet: 0", mustNot, "sambaPwdLastSet=1773500966"},
		{"two systems", account("ppolicy", "samba"), "objectClass: sambaSamAccount,sambaAcctFlags: [U          ]", lock, "pwdAccountLockedTime=000001010000Z sambaAcctFlags=[UD         ]"},
		{"a field of the configuration", func(s *Spec) { status(s); account()(s) }, "accountStatus: on", lock, "-accountStatus=on +accountStatus=off"},
		{"a field says so already", func(s *Spec) { status(s); account()(s) }, "accountStatus: off", lock, ""},
		{"a field that says nothing", func(s *Spec) { status(s); account()(s) }, "uid: ada", unlock, ""},
		{"nothing is kept", account(), "uid: ada", lock, "denied"},
	} {
		m := openldap(t, c.mapping)
		u, err := m.User(entry(append([]string{dn}, strings.Split(c.entry, ",")...)...))
		if err != nil {
			t.Fatal(err)
		}
		mods, err := m.AccountMods(u, c.change, true, now)
		got := spelling(mods)
		if fault.Is(err, fault.Denied) {
			got = "denied"
		} else if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// spelling is modifications in one line: name=value, with a sign for a value that comes or goes alone.
func spelling(mods []Mod) string {
	var all []string
	for _, m := range mods {
		sign := map[ModOp]string{ModAdd: "+", ModDelete: "-"}[m.Op]
		all = append(all, fmt.Sprintf("%s%s=%s", sign, m.Name, strings.Join(m.Values, "+")))
	}
	return strings.Join(all, " ")
}

func TestWhatCanBeDoneToAccountsIsKnownBefore(t *testing.T) {
	t.Parallel()
	m := openldap(t, nil)
	if got := m.AccountPowers(true); got != (AccountPowers{true, true, true, true}) {
		t.Errorf("with a password policy: %+v", got)
	}
	if got := m.AccountPowers(false); got != (AccountPowers{}) {
		t.Errorf("without: %+v", got)
	}
	if _, err := m.AccountMods(NewUser(Ref{}), AccountChange{}, true, time.Now()); !fault.Is(err, fault.Internal) {
		t.Errorf("somebody who was not read: %v", err)
	}
}
