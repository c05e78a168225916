package memdir_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

func addMail(c *ldap.Conn, dn, value string) error {
	r := ldap.NewModifyRequest(dn, nil)
	r.Add("mail", []string{value})
	return c.Modify(r)
}

func hasMail(s *memdir.Server, dn, value string) bool {
	e, _ := s.Get(dn)
	return e.Has("mail", value)
}

func TestTheSecondModifyCanBeMadeToFail(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	s.Intercept(func(op memdir.Op) memdir.Verdict {
		if op.Kind == memdir.KindModify && op.N == 2 {
			return memdir.Verdict{Result: &memdir.Result{Code: memdir.Busy, Diagnostic: "come back later"}}
		}
		return memdir.Verdict{}
	})
	wantCode(t, addMail(c, bob, "1@x"), 0)
	wantCode(t, addMail(c, bob, "2@x"), 51)
	wantCode(t, addMail(c, bob, "3@x"), 0)
	if hasMail(s, bob, "2@x") {
		t.Error("a refused operation has run")
	}
	s.Intercept(nil)
	wantCode(t, addMail(c, bob, "2@x"), 0)
}

func TestInterceptorsSeeWhatIsAsked(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	var seen []memdir.Op
	s.Intercept(func(op memdir.Op) memdir.Verdict { // operations of one connection come one by one
		seen = append(seen, op)
		return memdir.Verdict{}
	})
	query(t, c, ann, 0, "(cn=*)", "mail", "sn")
	wantCode(t, addMail(c, bob, "1@x"), 0)
	wantCode(t, c.Add(addRequest("uid=x,"+people, map[string][]string{"cn": {"x"}, "sn": {"y"}})), 65)
	wantCode(t, c.Del(ldap.NewDelRequest("uid=x,"+people, nil)), 32)
	_, _ = c.WhoAmI(nil)
	wantCode(t, c.Bind(ann, "ann-secret"), 0)
	want := []memdir.Op{
		{Kind: "search", DN: ann, BoundDN: admin, N: 1, Attributes: []string{"mail", "sn"}},
		{Kind: "modify", DN: bob, BoundDN: admin, N: 1, Attributes: []string{"mail"}},
		{Kind: "add", DN: "uid=x," + people, BoundDN: admin, N: 1, Attributes: []string{"cn", "sn"}},
		{Kind: "delete", DN: "uid=x," + people, BoundDN: admin, N: 1},
		{Kind: "extended", OID: "1.3.6.1.4.1.4203.1.11.3", BoundDN: admin, N: 1},
		{Kind: "bind", DN: ann, BoundDN: admin, N: 1},
	}
	if !slices.EqualFunc(seen, want, func(a, b memdir.Op) bool {
		return a.Kind == b.Kind && a.DN == b.DN && a.BoundDN == b.BoundDN && a.N == b.N && a.OID == b.OID &&
			slices.Equal(a.Attributes, b.Attributes) && a.Connection == 1 && !a.TLS
	}) {
		t.Errorf("got  %+v\nwant %+v", seen, want)
	}
}

func TestAConnectionCanDropBeforeOrAfterTheWrite(t *testing.T) {
	t.Parallel()
	for _, applied := range []bool{false, true} {
		s := start(t, nil)
		c := root(t, s)
		s.Intercept(func(op memdir.Op) memdir.Verdict {
			return memdir.Verdict{DropBefore: !applied, DropAfter: applied}
		})
		if err := addMail(c, bob, "1@x"); err == nil {
			t.Error("an answer came")
		}
		if hasMail(s, bob, "1@x") != applied {
			t.Errorf("applied: %v, want %v", !applied, applied)
		}
	}
	s := start(t, nil)
	s.Intercept(func(op memdir.Op) memdir.Verdict { return memdir.Verdict{DropAfter: op.Kind == memdir.KindSearch} })
	c := root(t, s)
	if _, err := c.Search(ldap.NewSearchRequest(suffix, 2, 0, 0, 0, false, "(cn=*)", nil, nil)); err == nil {
		t.Error("a search was answered")
	}
	s.Intercept(nil)
	c = root(t, s)
	s.DropConnections()
	if err := addMail(c, bob, "1@x"); err == nil {
		t.Error("the connection lives on")
	}
	wantCode(t, addMail(root(t, s), bob, "1@x"), 0)
}

func TestAnOperationCanBeHeldUntilReleasedOrAbandoned(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	gate, arrived := make(chan struct{}), make(chan struct{}, 10)
	s.Intercept(func(op memdir.Op) memdir.Verdict {
		arrived <- struct{}{}
		return memdir.Verdict{Wait: gate}
	})
	done := make(chan error, 1)
	go func() { done <- addMail(c, bob, "held@x") }()
	<-arrived
	if hasMail(s, bob, "held@x") {
		t.Error("it has run already")
	}
	close(gate)
	if err := <-done; err != nil || !hasMail(s, bob, "held@x") {
		t.Errorf("after the release: %v", err)
	}

	s.Intercept(func(op memdir.Op) memdir.Verdict {
		arrived <- struct{}{}
		if op.N == 1 && op.Kind == memdir.KindDelete {
			return memdir.Verdict{Wait: make(chan struct{})}
		}
		return memdir.Verdict{}
	})
	r := dialRaw(t, s)
	r.send(ldapMessage(1, bindOp(admin, "admin-secret")))
	r.next()
	<-arrived
	r.send(ldapMessage(2, tlv(0x4a, ann)))
	<-arrived
	r.send(ldapMessage(3, tlv(0x50, "\x02")) + ldapMessage(4, tlv(0x4a, bob)))
	if id, _, result := code(r.next()); id != 4 || result != 0 {
		t.Errorf("the next answer is for message %d, result %d; want 4 and 0", id, result)
	}
	if _, ok := s.Get(ann); !ok || s.Counts().Abandons != 1 {
		t.Error("the abandoned operation has run")
	}
}

func TestAHeldOperationNeverRunsOnceItsClientHasGone(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *memdir.Options) { o.Limits.Connections = 1 })
	gate, arrived := make(chan struct{}), make(chan struct{})
	s.Intercept(func(op memdir.Op) memdir.Verdict {
		if op.Kind == memdir.KindModify {
			close(arrived)
			return memdir.Verdict{Wait: gate}
		}
		return memdir.Verdict{}
	})
	c := root(t, s)
	go func() { _ = addMail(c, bob, "late@x") }()
	<-arrived
	c.Close()
	for { // there is room for one connection: the server takes another when it is done with the first
		r := dialRaw(t, s)
		r.send(ldapMessage(1, bindOp("", "")))
		if r.next() != nil {
			break
		}
	}
	close(gate)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if hasMail(s, bob, "late@x") {
		t.Error("it has run")
	}
}

func TestReferralsAndEveryCodeCanBeInjected(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	for _, code := range []memdir.Code{memdir.Unavailable, memdir.SizeLimitExceeded, memdir.Referral, memdir.NoSuchObject} {
		s.Intercept(func(memdir.Op) memdir.Verdict {
			return memdir.Verdict{Result: &memdir.Result{Code: code, MatchedDN: suffix, Referrals: []string{"ldap://other.example.org/"}}}
		})
		_, err := c.Search(ldap.NewSearchRequest(suffix, 2, 0, 0, 0, false, "(cn=*)", nil, nil))
		wantCode(t, err, uint16(code))
		if le, ok := errors.AsType[*ldap.Error](err); !ok || le.MatchedDN != suffix {
			t.Errorf("%v: %v", code, err)
		}
	}
}

func TestAStartTLSCanBeRefusedOnTheWay(t *testing.T) {
	t.Parallel()
	_, config := certificate(t)
	s := start(t, func(o *memdir.Options) { o.TLS = config })
	s.Intercept(func(op memdir.Op) memdir.Verdict {
		if op.OID != "" {
			return memdir.Verdict{Result: &memdir.Result{Code: memdir.Unavailable}}
		}
		return memdir.Verdict{}
	})
	c := dialRaw(t, s)
	c.send(ldapMessage(1, tlv(0x77, tlv(0x80, "1.3.6.1.4.1.1466.20037"))))
	if _, _, result := code(c.next()); result != 52 {
		t.Errorf("result %d", result)
	}
	c.send(ldapMessage(2, bindOp("", "")))
	if id, _, result := code(c.next()); id != 2 || result != 0 {
		t.Errorf("afterwards: message %d, result %d", id, result)
	}
}
