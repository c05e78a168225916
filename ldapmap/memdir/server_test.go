package memdir_test

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

func TestBindTellsRightFromWrong(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, test := range []struct {
		dn, password string
		want         uint16
		who          string
	}{
		{ann, "ann-secret", 0, "dn:" + ann},
		{strings.ToUpper(ann), "ann-secret", 0, "dn:" + ann},
		{admin, "admin-secret", 0, "dn:" + admin},
		{ann, "Ann-secret", 49, ""},
		{admin, "wrong", 49, ""},
		{"uid=nobody," + people, "x", 49, ""},
		{staff, "x", 49, ""},
		{"", "x", 49, ""},
		{"ann", "x", 34, ""},
	} {
		c := dial(t, s, bob, "bob-secret")
		wantCode(t, c.Bind(test.dn, test.password), test.want)
		// A failed bind leaves nobody signed in (RFC 4511 4.2.1).
		if who, err := c.WhoAmI(nil); err != nil || who.AuthzID != test.who {
			t.Errorf("%s: afterwards the server takes us for %+v (%v)", test.dn, who, err)
		}
	}
}

func TestAnEmptyPasswordSignsNobodyIn(t *testing.T) {
	t.Parallel()
	c := dial(t, start(t, nil), "", "")
	wantCode(t, c.UnauthenticatedBind(ann), 0)
	if who, err := c.WhoAmI(nil); err != nil || who.AuthzID != "" {
		t.Errorf("we are %+v (%v)", who, err)
	}
	strict := start(t, func(o *memdir.Options) { o.RefuseUnauthenticatedBind = true })
	wantCode(t, dial(t, strict, "", "").UnauthenticatedBind(ann), 53)
}

func TestEveryPasswordSchemeOfARealDirectoryVerifies(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	for scheme, stored := range map[string]string{ // all of "secret", made by slappasswd
		"clear":         "secret",
		"cleartext":     "{CLEARTEXT}secret",
		"SHA":           "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
		"lower case":    "{ssha}nboiuEzJi0sOt/qWEwIgWhIxRgV9syYq",
		"MD5":           "{MD5}Xr4ilOzQ4PCOq3aQ0qbuaQ==",
		"SMD5":          "{SMD5}UX7LOlJfsQKf8PlrkrIvWkUR7Ec=",
		"SSHA256":       "{SSHA256}TSuHIwReJtL6+Z6PGhedhej01fltb3TgO7n0odedupBiJxT+DY4LrQ==",
		"SSHA384":       "{SSHA384}Dlbqei7JVnDnhePJqLJQfTnG/6SRhF0JieJhlEhZWOjzbm1KpmXa191vXFB9tTJiO8x26M/fq1Q=",
		"SHA512":        "{SHA512}vSsar3708Jvp9Szi2NWZZ02Bqp1qRCFpbcTZPdBhnWgs5WtNZKnvCXdhztmeD2cmW192CF5bDufKRpayrW/isg==",
		"PBKDF2":        "{PBKDF2}10000$kGLPW70o7/QwtkRabkcFLw$iQncRIUKu7Zh9w2sVrpd8Xt4UhM",
		"PBKDF2-SHA256": "{PBKDF2-SHA256}10000$KFVrFy0n/ULJDlVAWWQFOQ$dbaPMnKLA6Qu.5OfIsNwmt1zg/TC5zB6K4l2B6doVD0",
		"md5crypt":      "{CRYPT}$1$D.88EolC$dR2P72FyuYaxtsCP9P7j51",
		"sha256crypt":   "{CRYPT}$5$TeGl6yMB$Aq7I8A1q8FjqdXIa0/Pn.soyA7sLJsF0sWTp5odVwh7",
		"yescrypt":      "{CRYPT}$y$j9T$sLf1eEL1dJAxBV2j$FOB8PlG3OR9IDQgV3ZQtmfe8q4B1LpAg4isjraNEml4",
		"bcrypt":        "{CRYPT}$2b$05$KD81duf9WUGOAH.WtPw.gOS7/91m/ZKWjQmdgTE7sNRmXkAY.8OD2",
		"argon2i":       "{ARGON2}$argon2i$v=19$m=4096,t=3,p=1$1gNGA5qWOu8hu2t4M6e8Hw$GmuxjVarQFtlGYDYtunZvQUJNj4AzeVBYGXx3IQ0FVs\x00\x00",
	} {
		change(t, c, ann, "userPassword", stored)
		if err := dial(t, s, "", "").Bind(ann, "secret"); err != nil {
			t.Errorf("%s: %v", scheme, err)
		}
		wantCode(t, dial(t, s, "", "").Bind(ann, "Secret"), 49)
		if scheme != "clear" && read(t, c, ann, "userPassword").GetAttributeValue("userPassword") != stored {
			t.Errorf("%s: not stored as it was given", scheme)
		}
	}
	for _, broken := range []string{"{SSHA}", "{SSHA}!", "{MD5}eA==", "{CRYPT}x", "{CRYPT}", "{ARGON2}$argon2id$", "{PBKDF2-SHA256}1$", "{SSHA}nboi",
		// and what would take all memory, or days
		"{ARGON2}$argon2id$v=19$m=4294967295,t=3,p=1$1gNGA5qWOu8hu2t4M6e8Hw$GmuxjVarQFtlGYDYtunZvQUJNj4AzeVBYGXx3IQ0FVs",
		"{ARGON2}$argon2id$v=19$m=4096,t=4294967295,p=1$1gNGA5qWOu8hu2t4M6e8Hw$GmuxjVarQFtlGYDYtunZvQUJNj4AzeVBYGXx3IQ0FVs",
		"{CRYPT}$2b$31$KD81duf9WUGOAH.WtPw.gOS7/91m/ZKWjQmdgTE7sNRmXkAY.8OD2",
		"{CRYPT}$6$rounds=999999999$GyOkuNLaOH9nL.pn$JPEUP4HKOZB9hxS1uZZAKy8hSOyQeD05P4dTb2.01drHNx.efmhiFabLbkrm6C0d.MnNdhCSf9PZmFIegdluQ.",
		"{PBKDF2-SHA256}2000000000$KFVrFy0n/ULJDlVAWWQFOQ$dbaPMnKLA6Qu.5OfIsNwmt1zg/TC5zB6K4l2B6doVD0",
		"{CRYPT}$pbkdf2-sha256$2000000000$KFVrFy0n/ULJDlVAWWQFOQ$dbaPMnKLA6Qu.5OfIsNwmt1zg/TC5zB6K4l2B6doVD0",
		"{CRYPT}$y$jIT$sLf1eEL1dJAxBV2j$FOB8PlG3OR9IDQgV3ZQtmfe8q4B1LpAg4isjraNEml4",
		"{CRYPT}$scrypt$ln=30,r=8,p=1$sLf1eEL1dJAxBV2j$FOB8PlG3OR9IDQgV3ZQtmfe8q4B1LpAg4isjraNEml4",
		"{CRYPT}$7$CU..../....sLf1eEL1dJAxBV2j$FOB8PlG3OR9IDQgV3ZQtmfe8q4B1LpAg4isjraNEml4",
	} {
		change(t, c, ann, "userPassword", broken)
		wantCode(t, dial(t, s, "", "").Bind(ann, "secret"), 49)
		wantCode(t, dial(t, s, "", "").Bind(ann, broken), 49)
	}
	change(t, c, ann, "userPassword", "{unknown}secret") // no scheme anybody knows: a clear password
	wantCode(t, dial(t, s, "", "").Bind(ann, "{unknown}secret"), 0)
}

func TestPagesNeitherRepeatNorLoseEntries(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	for i := range 25 {
		wantCode(t, c.Add(addRequest(fmt.Sprintf("uid=p%02d,%s", i, people), person(nil))), 0)
	}
	paging := ldap.NewControlPaging(10)
	var got []string
	for {
		res, err := c.Search(ldap.NewSearchRequest(people, 2, 0, 0, 0, false, "(uid=p*)", []string{"1.1"}, []ldap.Control{paging}))
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Entries) > 10 {
			t.Errorf("a page of %d", len(res.Entries))
		}
		got = append(got, dns(res)...)
		if len(got) == 10 { // somebody works on the directory meanwhile
			wantCode(t, c.Del(ldap.NewDelRequest("uid=p03,"+people, nil)), 0)
			wantCode(t, c.Del(ldap.NewDelRequest("uid=p15,"+people, nil)), 0)
			wantCode(t, c.ModifyDN(ldap.NewModifyDNRequest("uid=p16,"+people, "uid=p16x", true, "")), 0)
		}
		answer := ldap.FindControl(res.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if len(answer.Cookie) == 0 {
			break
		}
		paging.SetCookie(answer.Cookie)
	}
	if len(got) != 24 || len(slices.Compact(slices.Sorted(slices.Values(got)))) != 24 || !slices.Contains(got, "uid=p16x,"+people) {
		t.Errorf("%d entries: %v", len(got), got)
	}
	paging.SetCookie(nil)
	first, err := c.Search(ldap.NewSearchRequest(people, 2, 0, 0, 0, false, "(uid=p*)", nil, []ldap.Control{paging}))
	if err != nil {
		t.Fatal(err)
	}
	paging.SetCookie(ldap.FindControl(first.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging).Cookie)
	_, err = c.Search(ldap.NewSearchRequest(people, 2, 0, 0, 0, false, "(cn=*)", nil, []ldap.Control{paging}))
	wantCode(t, err, 2) // the cookie of another search
}

func TestSearchLimitsHold(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := start(t, func(o *memdir.Options) {
		o.Limits.SearchEntries = 3
		o.Clock = func() time.Time { // every look at the clock takes a second
			mu.Lock()
			defer mu.Unlock()
			now = now.Add(time.Second)
			return now
		}
	})
	c := dial(t, s, "", "")
	res, err := c.Search(ldap.NewSearchRequest(suffix, 2, 0, 0, 0, false, "(objectClass=*)", []string{"1.1"}, nil))
	wantCode(t, err, 4)
	if len(res.Entries) != 3 {
		t.Errorf("%d entries come before the limit, want 3", len(res.Entries))
	}
	if got := find(t, root(t, s), suffix, "(objectClass=*)"); len(got) != 7 {
		t.Errorf("the root DN is limited to %d", len(got))
	}
	admin := root(t, s)
	for i := range 300 {
		wantCode(t, admin.Add(addRequest(fmt.Sprintf("uid=p%02d,%s", i, people), person(nil))), 0)
	}
	_, err = admin.Search(ldap.NewSearchRequest(suffix, 2, 0, 0, 2, false, "(description=*)", nil, nil))
	wantCode(t, err, 3)
}

func TestWhoeverSetsPasswordsNeedNotReadThem(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *memdir.Options) {
		o.Access = []memdir.Rule{
			{Attrs: []string{"userPassword"}, By: []memdir.By{{Who: memdir.IsDN, Name: bob, Level: memdir.WriteOnly}, {Who: memdir.Self, Level: memdir.Read}, {Who: memdir.Anonymous, Level: memdir.Auth}}},
			{By: []memdir.By{{Who: memdir.Users, Level: memdir.Read}}},
		}
	})
	service := dial(t, s, bob, "bob-secret")
	wantCode(t, setPassword(service, ann, "", "a fine new secret"), 0)
	hash := read(t, dial(t, s, ann, "a fine new secret"), ann).GetAttributeValue("userPassword")
	if hash == "" {
		t.Fatal("ann may read her own hash, and does not see it")
	}
	if got := read(t, service, ann).GetAttributeValue("userPassword"); got != "" {
		t.Errorf("the service sees %q", got)
	}
	if got := find(t, service, people, "(userPassword=*)"); len(got) != 0 {
		t.Errorf("the service finds %v by their passwords", got)
	}
	if _, err := service.Compare(ann, "userPassword", hash); !ldap.IsErrorWithCode(err, ldap.LDAPResultInsufficientAccessRights) {
		t.Errorf("the service may compare: %v", err)
	}
}

func TestAccessRulesDecideWhoSeesAndWrites(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *memdir.Options) {
		o.Access = []memdir.Rule{
			{Attrs: []string{"userPassword"}, By: []memdir.By{{Who: memdir.IsDN, Name: ann, Level: memdir.Write}, {Who: memdir.Anonymous, Level: memdir.Auth}}},
			{Base: people, Scope: memdir.ScopeSubtree, Attrs: []string{"entry", "children"}, By: []memdir.By{{Who: memdir.IsDN, Name: bob, Level: memdir.Write}, {Who: memdir.Users, Level: memdir.Read}}},
			{Base: people, Scope: memdir.ScopeSubtree, Attrs: []string{"telephoneNumber"}, By: []memdir.By{{Who: memdir.Self, Level: memdir.Write}, {Who: memdir.InGroup, Name: staff, Level: memdir.Read}}},
			{Base: people, Scope: memdir.ScopeSubtree, Attrs: []string{"employeeNumber"}, By: []memdir.By{{Who: memdir.BelowDN, Name: groups, Level: memdir.Read}}},
			{Base: people, Scope: memdir.ScopeSubtree, By: []memdir.By{{Who: memdir.IsDN, Name: bob, Level: memdir.Write}, {Who: memdir.Users, Level: memdir.Read}}},
			{Base: staff, Attrs: []string{"member"}, By: []memdir.By{{Who: memdir.NamedIn, Name: "member", Level: memdir.Write}, {Who: memdir.Users, Level: memdir.Read}}},
			{Base: suffix, Scope: memdir.ScopeBase, By: []memdir.By{{Who: memdir.Anyone, Level: memdir.Read}}},
			{By: []memdir.By{{Who: memdir.Users, Level: memdir.Read}}},
		}
	})
	nobody, a, b := dial(t, s, "", ""), dial(t, s, ann, "ann-secret"), dial(t, s, bob, "bob-secret")
	if got := find(t, nobody, suffix, "(objectClass=*)"); !slices.Equal(got, []string{suffix}) {
		t.Errorf("anonymous sees %v", got)
	}
	_, err := nobody.Search(ldap.NewSearchRequest(ann, 0, 0, 0, 0, false, "(cn=*)", nil, nil))
	wantCode(t, err, 32)
	e := read(t, a, ann)
	if e.GetAttributeValue("userPassword") == "" || e.GetAttributeValue("telephoneNumber") == "" || e.GetAttributeValue("employeeNumber") != "" {
		t.Errorf("ann sees of herself: %v", e.Attributes)
	}
	if read(t, b, ann).GetAttributeValue("userPassword") != "" {
		t.Error("bob sees ann's password hash")
	}
	for filter, want := range map[string]int{"(employeeNumber=7)": 0, "(!(employeeNumber=7))": 0, "(telephoneNumber=*)": 1, "(userPassword=*)": 0} {
		if got := find(t, b, people, filter); len(got) != want {
			t.Errorf("bob searches %s: %v", filter, got)
		}
	}
	modify := func(c *ldap.Conn, dn, attr, value string) error {
		r := ldap.NewModifyRequest(dn, nil)
		r.Add(attr, []string{value})
		return c.Modify(r)
	}
	wantCode(t, modify(a, ann, "telephoneNumber", "1"), 0)
	wantCode(t, modify(a, ann, "mail", "x@y"), 50)
	wantCode(t, modify(a, bob, "telephoneNumber", "1"), 50)
	wantCode(t, modify(nobody, ann, "mail", "x@y"), 32) // not even told that she is there
	wantCode(t, modify(b, ann, "mail", "x@y"), 0)
	wantCode(t, modify(a, staff, "member", "uid=x,"+people), 0)
	wantCode(t, modify(a, "cn=all,"+groups, "member", "uid=x,"+people), 50)
	wantCode(t, a.Add(addRequest("uid=x,"+people, person(nil))), 50)
	wantCode(t, b.Add(addRequest("uid=x,"+people, person(nil))), 0)
	wantCode(t, a.ModifyDN(ldap.NewModifyDNRequest("uid=x,"+people, "uid=y", true, "")), 50)
	wantCode(t, b.ModifyDN(ldap.NewModifyDNRequest("uid=x,"+people, "uid=y", true, "")), 0)
	wantCode(t, a.Del(ldap.NewDelRequest("uid=y,"+people, nil)), 50)
	wantCode(t, b.Del(ldap.NewDelRequest("uid=y,"+people, nil)), 0)
	wantCode(t, b.Del(ldap.NewDelRequest("cn=all,"+groups, nil)), 50)
	_, err = b.Compare(ann, "userPassword", "ann-secret")
	wantCode(t, err, 50)
	wantCode(t, setPassword(a, "", "ann-secret", "second"), 0)
	wantCode(t, setPassword(b, ann, "", "third"), 50)
	wantCode(t, setPassword(nobody, ann, "second", "third"), 8)
}

func TestByDefaultPasswordsAreHidden(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, c := range []*ldap.Conn{dial(t, s, "", ""), dial(t, s, bob, "bob-secret")} {
		if read(t, c, ann, "userPassword").GetAttributeValue("userPassword") != "" {
			t.Error("a password hash is readable")
		}
		if read(t, c, ann, "cn").GetAttributeValue("cn") != "Ann  Lee" {
			t.Error("names are not")
		}
	}
	if hash := read(t, root(t, s), ann, "userPassword").GetAttributeValue("userPassword"); !strings.HasPrefix(hash, "{SSHA512}") {
		t.Errorf("stored as %s", hash)
	}
}

func TestControlsGuardAndReportWrites(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := dialRaw(t, s)
	c.send(ldapMessage(1, bindOp(admin, "admin-secret")))
	c.next()
	assertion := func(sn string) string { return control("1.3.6.1.1.12", tlv(0xa3, tlv(0x04, "sn"), tlv(0x04, sn))) }
	modify := tlv(0x66, tlv(0x04, bob), tlv(0x30, tlv(0x30, tlv(0x0a, "\x02"), tlv(0x30, tlv(0x04, "sn"), tlv(0x31, tlv(0x04, "Rock"))))))
	c.send(ldapMessage(2, modify, assertion("other")))
	if _, _, result := code(c.next()); result != 122 {
		t.Errorf("assertion that fails: %d", result)
	}
	c.send(ldapMessage(3, modify, assertion("stone"), control("1.3.6.1.1.13.1", tlv(0x30, tlv(0x04, "sn"))), control("1.3.6.1.1.13.2", tlv(0x30, tlv(0x04, "sn"), tlv(0x04, "memberOf")))))
	p := c.next()
	if _, _, result := code(p); result != 0 || len(p.Children) != 3 || len(p.Children[2].Children) != 2 {
		t.Fatalf("assertion that holds: %d", result)
	}
	if before, after := p.Children[2].Children[0].Bytes(), p.Children[2].Children[1].Bytes(); !bytes.Contains(before, []byte("Stone")) ||
		!bytes.Contains(after, []byte("Rock")) || !bytes.Contains(after, []byte(staff)) {
		t.Errorf("before %q, after %q", before, after)
	}
	for i, op := range []string{tlv(0x4a, bob), tlv(0x6c, tlv(0x04, bob), tlv(0x04, "uid=b"), tlv(0x01, "\xff")),
		tlv(0x6e, tlv(0x04, bob), tlv(0x30, tlv(0x04, "uid"), tlv(0x04, "bob"))), searchOp(bob, present("cn"), 0),
		tlv(0x68, tlv(0x04, "uid=q,"+people), tlv(0x30, tlv(0x30, tlv(0x04, "objectClass"), tlv(0x31, tlv(0x04, "account")))))} {
		c.send(ldapMessage(4, op, assertion("other")))
		if _, _, result := code(c.next()); result != 122 {
			t.Errorf("operation %d with an assertion that fails: %d", i, result)
		}
	}
}

func TestOperationsAreCounted(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	s.ResetCounts()
	find(t, c, suffix, "(uid=ann)")
	find(t, c, suffix, "(uid=bob)")
	change(t, c, ann, "sn", "Li")
	wantCode(t, c.Add(addRequest("uid=x,"+people, person(nil))), 0)
	wantCode(t, c.ModifyDN(ldap.NewModifyDNRequest("uid=x,"+people, "uid=y", true, "")), 0)
	wantCode(t, c.Del(ldap.NewDelRequest("uid=nobody,"+people, nil)), 32)
	_, _ = c.Compare(ann, "sn", "x")
	_, _ = c.WhoAmI(nil)
	wantCode(t, dial(t, s, "", "").Bind(ann, "wrong"), 49)
	want := memdir.Counts{Connections: 1, Binds: 1, Searches: 2, Adds: 1, Modifies: 1, Deletes: 1, ModDNs: 1, Compares: 1, Extended: 1}
	if got := s.Counts(); got != want || got.Writes() != 4 || got.Operations() != 9 {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if s.ResetCounts() != want || s.Counts() != (memdir.Counts{}) {
		t.Error("counts do not start again")
	}
}

func TestClosingLeavesNoGoroutineAndNoPort(t *testing.T) {
	// Not parallel: it looks at every goroutine of the process.
	for range 5 {
		s, err := memdir.New(memdir.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		addr := s.Addr()
		s.Intercept(func(memdir.Op) memdir.Verdict { return memdir.Verdict{Wait: make(chan struct{})} })
		for range 5 {
			c := dialRaw(t, s)
			c.send(ldapMessage(1, bindOp("", ""))) // held for ever, or until Close
		}
		for s.Counts().Binds < 5 {
			runtime.Gosched()
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := memdir.New(memdir.Options{Addr: addr})
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Start(t.Context()); err != nil {
			t.Errorf("the port is still taken: %v", err)
		}
		again.Close()
	}
	buf := make([]byte, 1<<20)
	for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(stack, "memdir.(*conn)") || strings.Contains(stack, "memdir.(*Server)") {
			t.Errorf("left behind:\n%s", stack)
		}
	}
}

func TestADirectoryComesBackWithItsEntriesAndAddress(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	url := s.URL()
	wantCode(t, root(t, s).Del(ldap.NewDelRequest(bob, nil)), 0)
	if err := s.Start(t.Context()); err == nil {
		t.Error("it starts twice")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if c, err := ldap.DialURL(url); err == nil {
		c.Close()
		t.Error("a closed server takes connections")
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := find(t, root(t, s), people, "(uid=*)"); s.URL() != url || !slices.Equal(got, []string{ann}) {
		t.Errorf("back at %s (before: %s) with %v", s.URL(), url, got)
	}
}

func TestAServerEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s, err := memdir.New(memdir.Options{RootDN: "cn=boss,dc=example,dc=org", RootPassword: "x", Random: zeros{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if s.URL() != "" || s.RootDN() != "cn=boss,dc=example,dc=org" {
		t.Errorf("before the start: %q, %q", s.URL(), s.RootDN())
	}
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	c := dial(t, s, s.RootDN(), "x")
	for _, name := range []string{suffix, people} { // with a source of randomness of one's own, UUIDs can be foretold
		class := map[string][]string{"objectClass": {"extensibleObject", "organizationalUnit"}, "ou": {"x"}}
		wantCode(t, c.Add(addRequest(name, class)), 0)
		if e, _ := s.Get(name); e.Value("entryUUID") != "00000000-0000-4000-8000-000000000000" {
			t.Errorf("entryUUID %s", e.Value("entryUUID"))
		}
	}
	cancel()
	if _, err := c.WhoAmI(nil); err == nil {
		for err == nil { // the sockets close a moment after the context
			_, err = c.WhoAmI(nil)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
