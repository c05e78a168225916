package directory

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// peopleOf opens the people of a server as the openldap preset spells them.
func peopleOf(t *testing.T, s *ldaptest.Server) *People {
	t.Helper()
	preset, err := ldapmap.Preset("openldap")
	if err != nil {
		t.Fatal(err)
	}
	own := ldapmap.Spec{Users: ldapmap.UsersSpec{Base: ldapmap.Strings{ldaptest.PeopleDN}}}
	m, problems := ldapmap.Compile(own.Over(preset))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	d, err := Open(Config{URLs: []string{s.URL}, StartTLS: true, CAFile: s.CAFile, BindDN: ldaptest.ServiceDN, BindPassword: ldaptest.ServicePassword})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return NewPeople(d, m)
}

func verdict(t *testing.T, p *People, u *ldapmap.User, password string) ldapmap.Outcome {
	t.Helper()
	v, err := p.Authenticate(t.Context(), u, password)
	if err != nil {
		t.Fatal(err)
	}
	return v.Outcome
}

func TestAServerWithoutThePasswordOperationTakesAModify(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		p := peopleOf(t, s)
		u, err := p.FindByLogin(t.Context(), "ada")
		if err != nil {
			t.Fatal(err)
		}
		if err := refusal(p.changeByModify(t.Context(), Credentials{u.DN, "not the old one"}, "a fine new password")); !fault.Is(err, fault.Invalid) {
			t.Errorf("with a wrong old password: %v", err)
		}
		if err := p.changeByModify(t.Context(), Credentials{u.DN, "ada-password"}, "a fine new password"); err != nil {
			t.Fatal(err)
		}
		if verdict(t, p, u, "a fine new password") != ldapmap.OK || verdict(t, p, u, "ada-password") != ldapmap.Wrong {
			t.Error("the password is not the new one, or not it alone")
		}
	})
}

func TestActiveDirectorysPasswordIsExchangedNotOverwritten(t *testing.T) {
	t.Parallel()
	old := base64.StdEncoding.EncodeToString([]byte(unicodePwd("eve-password")))
	o := ldaptest.Options{
		NoPolicy: true,
		Schema: "attributeTypes: ( 1.2.840.113556.1.4.90 NAME 'unicodePwd' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )\n" +
			"objectClasses: ( 1.2.840.113556.1.5.9.999 NAME 'userWithPwd' SUP top AUXILIARY MAY unicodePwd )",
		More: "dn: uid=eve," + ldaptest.PeopleDN + "\nobjectClass: inetOrgPerson\nobjectClass: userWithPwd\nuid: eve\ncn: Eve\nsn: E\nuserPassword: eve-password\nunicodePwd:: " + old + "\n",
	}
	s, srv := ldaptest.MemdirWith(t, o, func(mo *memdir.Options) { mo.VendorName = "Samba Team" })
	p := peopleOf(t, s)
	u, err := p.FindByLogin(t.Context(), "eve")
	if err != nil {
		t.Fatal(err)
	}
	// The server is none of Active Directory's: it keeps binding by userPassword, and shows what was written.
	kept := func() string {
		e, err := p.d.Read(t.Context(), u.DN, "unicodePwd")
		if err != nil {
			t.Fatal(err)
		}
		return e.Value("unicodePwd")
	}
	if err := p.SetPassword(t.Context(), u, "by the service"); err != nil {
		t.Fatal(err)
	}
	if kept() != unicodePwd("by the service") {
		t.Errorf("a reset wrote %q", kept())
	}
	err = p.ChangePassword(t.Context(), u, "wrong", "another one")
	if f, ok := fault.WordsOf(err); !ok || f.Field != "current" {
		t.Errorf("with a wrong old password: %v", err)
	}
	if kept() != unicodePwd("by the service") {
		t.Error("it was changed all the same")
	}
	// Whoever must change the password cannot bind, and changes it nevertheless.
	srv.Intercept(func(op memdir.Op) memdir.Verdict {
		if op.Kind == memdir.KindBind && strings.HasPrefix(op.DN, "uid=eve,") {
			return memdir.Verdict{Result: &memdir.Result{Code: 49, Diagnostic: "80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data 773, v4563"}}
		}
		return memdir.Verdict{}
	})
	if got := verdict(t, p, u, "by the service"); got != ldapmap.MustChange {
		t.Errorf("the sign-in is %s", got)
	}
	if err := p.ChangePassword(t.Context(), u, "not the old one", "chosen by eve"); err == nil || kept() != unicodePwd("by the service") {
		t.Errorf("with a wrong old password: %v", err)
	}
	if err := p.ChangePassword(t.Context(), u, "by the service", "chosen by eve"); err != nil || kept() != unicodePwd("chosen by eve") {
		t.Errorf("%v, %q", err, kept())
	}
}
