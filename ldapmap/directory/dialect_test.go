package directory

import "testing"

func TestAServersDialectIsToldByWhatItSaysItCan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, configured string
		caps             Capabilities
		want             string
	}{
		{"OpenLDAP with ppolicy", "", Capabilities{Vendor: OpenLDAP, PasswordModify: true, PasswordPolicy: true}, DialectOpenLDAP},
		{"OpenLDAP without", "", Capabilities{Vendor: OpenLDAP, PasswordModify: true}, DialectStandard},
		{"another server with the draft's policy", "", Capabilities{Vendor: UnknownVendor, PasswordPolicy: true}, DialectOpenLDAP},
		{"389-DS", "", Capabilities{Vendor: DS389, PasswordModify: true, PasswordPolicy: true}, Dialect389DS},
		{"Active Directory", "", Capabilities{Vendor: ActiveDirectory}, DialectAD},
		{"Samba", "", Capabilities{Vendor: Samba}, DialectAD},
		{"LLDAP", "", Capabilities{Vendor: LLDAP, PasswordModify: true}, DialectStandard},
		{"a hidden root DSE, named in the configuration", DialectAD, Capabilities{Vendor: UnknownVendor}, DialectAD},
		{"the configuration wins", DialectStandard, Capabilities{Vendor: DS389}, DialectStandard},
	} {
		got := ""
		switch dialectOf(c.configured, c.caps).(type) {
		case activeDirectory:
			got = DialectAD
		case ds389:
			got = Dialect389DS
		case openLDAP:
			got = DialectOpenLDAP
		case standard:
			got = DialectStandard
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if _, err := Open(Config{URLs: []string{"ldap://127.0.0.1"}, Dialect: "esperanto"}); err == nil {
		t.Error("an unknown dialect was taken")
	}
}
