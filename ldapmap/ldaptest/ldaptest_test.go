package ldaptest_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// search runs ldapsearch as the service account, so that the harness is judged by something that is not ours.
func search(t *testing.T, url string, args ...string) (string, error) {
	t.Helper()
	return searchFor(t, time.Minute, url, args...)
}

// searchFor is search for lines that hang: ldapsearch waits for ever.
func searchFor(t *testing.T, patience time.Duration, url string, args ...string) (string, error) {
	t.Helper()
	if _, err := exec.LookPath("ldapsearch"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("!!! NOT TESTED: ldapsearch is not installed. On Debian: apt-get install ldap-utils")
	}
	all := append([]string{"-x", "-LLL", "-o", "ldif-wrap=no", "-H", url, "-D", ldaptest.ServiceDN, "-w", ldaptest.ServicePassword}, args...)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, "ldapsearch", all...).CombinedOutput()
	return string(out), err
}

func TestAServerStartsWithPeopleGroupsAndServiceAccount(t *testing.T) {
	t.Parallel()
	ldaptest.EachWith(t, ldaptest.Options{Needs: []ldaptest.Feature{ldaptest.SeedTree}}, func(t *testing.T, s *ldaptest.Server) {
		out, err := search(t, s.URL, "-b", ldaptest.BaseDN, "(uid=ada)", "memberOf", "mail")
		if err != nil || !strings.Contains(out, "memberOf: cn=admins,"+ldaptest.GroupsDN) || !strings.Contains(out, "mail: countess@example.org") {
			t.Fatalf("ada is not as the seed has her: %v\n%s", err, out)
		}
		out, err = search(t, s.URL, "-b", ldaptest.BaseDN, "(uid=ada)", "userPassword", "pwdHistory")
		if err != nil || strings.Contains(out, "userPassword") || strings.Contains(out, "pwdHistory") {
			t.Fatalf("the service account may read passwords: %v\n%s", err, out)
		}
		before := s.Counts()
		for range 3 {
			if _, err := search(t, s.URL, "-b", ldaptest.StateBase, "-s", "base"); err != nil {
				t.Fatal(err)
			}
		}
		if d := s.Counts().Minus(before); d.Search != 3 || d.Bind != 3 || d.Writes() != 0 || d.Connections != 3 {
			t.Errorf("3 searches on 3 connections were counted as %+v", d)
		}
	})
}

func TestAServerComesBackWithItsEntries(t *testing.T) {
	t.Parallel()
	ldaptest.EachWith(t, ldaptest.Options{Needs: []ldaptest.Feature{ldaptest.SeedTree}}, testComesBack)
}

func testComesBack(t *testing.T, s *ldaptest.Server) {
	s.Stop(t)
	if c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "ldap://")); err == nil {
		c.Close()
		t.Fatal("the server that was stopped accepts connections")
	}
	s.Start(t)
	if out, err := search(t, s.URL, "-b", ldaptest.BaseDN, "(uid=zoe)", "dn"); err != nil || !strings.HasPrefix(out, "dn:: ") {
		t.Fatalf("zoe is gone: %v\n%s", err, out)
	}
}

func TestTwoServersMirrorEachOther(t *testing.T) {
	t.Parallel()
	a, b := ldaptest.Mirror(t, ldaptest.Options{})
	for _, s := range []*ldaptest.Server{a, b} {
		if out, err := search(t, s.URL, "-b", ldaptest.BaseDN, "(uid=ada)", "memberOf", "entryUUID"); err != nil || !strings.Contains(out, "cn=staff") {
			t.Fatalf("%s lacks what was loaded: %v\n%s", s.URL, err, out)
		}
	}
}

func TestTheProxyHangsCutsAndRefuses(t *testing.T) {
	t.Parallel()
	s := ldaptest.Slapd(t, ldaptest.Options{NoTLS: true})
	p := ldaptest.NewProxy(t, s.URL)
	one := []string{"-b", ldaptest.StateBase, "-s", "base", "dn"}
	if out, err := search(t, p.URL(), one...); err != nil {
		t.Fatal(err, out)
	}
	if to, from := p.Bytes(); p.Accepted() != 1 || to == 0 || from == 0 {
		t.Errorf("the line counted %d connections, %d bytes there and %d back", p.Accepted(), to, from)
	}
	p.CutAfter(0)
	if out, err := search(t, p.URL(), one...); err == nil {
		t.Error("an answer came over the cut line:", out)
	}
	p.Hang()
	if out, err := searchFor(t, time.Second, p.URL(), one...); err == nil {
		t.Error("an answer came over the hanging line:", out)
	}
	p.Refuse()
	if c, err := net.Dial("tcp", p.Addr); err == nil {
		c.Close()
		t.Error("the refusing line accepts connections")
	}
	p.Pass(t)
	if out, err := search(t, p.URL(), one...); err != nil {
		t.Error("the line is not in order again:", out)
	}
}
