package directory_test

import (
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestAServerThatHangsIsLeftAfterTheConfiguredTime(t *testing.T) {
	t.Parallel()
	first, second := ldaptest.Memdir(t, ldaptest.Options{}), ldaptest.Memdir(t, ldaptest.Options{})
	p := ldaptest.NewProxy(t, first.URL)
	cfg := service(p.URL(), second.URL)
	cfg.Timeout, cfg.DialTimeout = 100*time.Millisecond, 100*time.Millisecond
	d := connect(t, cfg)
	read(t, d.Directory, ldaptest.StateBase)
	p.Hang()
	read(t, d.Directory, ldaptest.StateBase) // from the second, after the first had its chance
	if d.last(directory.OpSearch) != second.URL {
		t.Error("the second server was not asked")
	}
	eventually(t, "the probe found the first one hanging", func() bool { return d.Servers()[0].Error != "" && !d.Servers()[0].Up })
	n := d.count(directory.OpSearch, p.URL())
	read(t, d.Directory, ldaptest.StateBase)
	if d.count(directory.OpSearch, p.URL()) != n {
		t.Error("the hanging server was asked again")
	}
}

func TestTheSecondServerTakesOverAndTheFirstComesBack(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, first *ldaptest.Server) {
		second := ldaptest.Memdir(t, ldaptest.Options{})
		p := ldaptest.NewProxy(t, first.URL)
		d := connect(t, service(p.URL(), second.URL))
		ada, password := ldaptest.Person(t, "ada")
		use := func() (string, string) {
			t.Helper()
			read(t, d.Directory, ldaptest.StateBase)
			a, err := d.Bind(t.Context(), ada, password)
			if err != nil || !a.OK() {
				t.Fatalf("%+v %v", a, err)
			}
			return d.last(directory.OpSearch), a.Server
		}
		if r, b := use(); r != p.URL() || b != p.URL() {
			t.Fatalf("in good times %s and %s serve", r, b)
		}
		p.Refuse()
		eventually(t, "the second serves", func() bool { r, b := use(); return r == second.URL && b == second.URL })
		// Writes go there as well: nothing was sent to the first.
		dn, attrs := record(1)
		if err := d.Add(t.Context(), dn, attrs); err != nil {
			t.Fatal(err)
		}
		if st := d.Servers(); st[0].Up || st[0].Error == "" || !st[1].Up {
			t.Errorf("status: %+v", st)
		}
		n := d.count(directory.OpConnect, p.URL())
		use()
		if d.count(directory.OpConnect, p.URL()) != n {
			t.Error("the dead server was tried again before its time")
		}
		p.Pass(t)
		eventually(t, "the first serves again", func() bool { d.later(5 * time.Second); r, b := use(); return r == p.URL() && b == p.URL() })
	})
}

func TestRecordsStayOnOneServer(t *testing.T) {
	t.Parallel()
	first, second := ldaptest.Mirror(t, ldaptest.Options{})
	p := ldaptest.NewProxy(t, first.URL)
	d := connect(t, service(p.URL(), second.URL))
	w := d.Writer()
	at := func() string { t.Helper(); read(t, w, ldaptest.StateBase); return d.last(directory.OpSearch) }
	if at() != p.URL() {
		t.Fatal("records are not on the first server")
	}
	p.CutAfter(0)
	if at() != p.URL() {
		t.Error("one broken connection moved the records")
	}
	p.Refuse()
	eventually(t, "records go to the second", func() bool { return at() == second.URL })
	dn, attrs := record(1)
	if err := w.Add(t.Context(), dn, attrs); err != nil {
		t.Fatal(err)
	}
	p.Pass(t)
	eventually(t, "the first is well", func() bool {
		d.later(5 * time.Second)
		read(t, d.Directory, ldaptest.StateBase)
		return d.Servers()[0].Up
	})
	if at() != second.URL {
		t.Error("records went back before replication had its time")
	}
	d.later(10 * time.Second)
	if at() != p.URL() {
		t.Error("records did not go back")
	}
	eventually(t, "the record has been replicated", func() bool { _, err := w.Read(t.Context(), dn); return err == nil })
	if st := d.Servers(); !st[0].Pinned || st[1].Pinned {
		t.Errorf("status: %+v", st)
	}
}

func TestNoServerIsAClearErrorAndHealsByItself(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	p := ldaptest.NewProxy(t, s.URL)
	p.Refuse()
	d := connect(t, service(p.URL())) // it opens without a server
	_, err := d.Read(t.Context(), ldaptest.StateBase)
	wantCode(t, err, fault.Unavailable)
	wantCode(t, d.Health(t.Context()), fault.Unavailable)
	p.Pass(t)
	read(t, d.Directory, ldaptest.StateBase)
	if err := d.Health(t.Context()); err != nil {
		t.Error(err)
	}
}
