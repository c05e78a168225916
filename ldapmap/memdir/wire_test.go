package memdir_test

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

func nest(depth int, leaf string, wrap byte) string {
	for range depth {
		leaf = tlv(wrap, leaf)
	}
	return leaf
}

func TestMalformedMessagesEndOneConnectionOnly(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for name, bytes := range map[string]string{
		"not BER":                   "GET / HTTP/1.1\r\n\r\n",
		"huge length":               "\x30\x84\x7f\xff\xff\xff\x02\x01\x01",
		"length of eight octets":    "\x30\x88\x00\x00\x00\x00\x00\x00\x00\x05\x02\x01\x01",
		"indefinite length":         "\x30\x80\x02\x01\x01\x00\x00",
		"inner length too long":     "\x30\x05\x02\x01\x01\x60\x7f",
		"inner indefinite length":   tlv(0x30, "\x02\x01\x01\x60\x80\x00\x00"),
		"nothing inside":            "\x30\x00",
		"no operation":              tlv(0x30, tlv(0x02, "\x01")),
		"negative message ID":       tlv(0x30, tlv(0x02, "\xff"), bindOp("", "")),
		"unknown operation":         ldapMessage(1, tlv(0x7e)),
		"universal operation":       ldapMessage(1, tlv(0x30)),
		"response as request":       ldapMessage(1, tlv(0x61, tlv(0x0a, "\x00"), tlv(0x04), tlv(0x04))),
		"very deep":                 ldapMessage(1, nest(5000, "", 0x30)),
		"high tag":                  ldapMessage(1, "\x7f\x81\x01\x00"),
		"empty bind":                ldapMessage(1, tlv(0x60)),
		"bind without credentials":  ldapMessage(1, tlv(0x60, tlv(0x02, "\x03"), tlv(0x04, admin))),
		"bind with universal":       ldapMessage(1, tlv(0x60, tlv(0x02, "\x03"), tlv(0x04, admin), tlv(0x04, "x"))),
		"search with two parts":     ldapMessage(1, tlv(0x63, tlv(0x04, ""), tlv(0x0a, "\x00"))),
		"primitive search":          ldapMessage(1, tlv(0x43, "xx")),
		"add without attributes":    ldapMessage(1, tlv(0x68, tlv(0x04, ann))),
		"add with odd attributes":   ldapMessage(1, tlv(0x68, tlv(0x04, ann), tlv(0x30, tlv(0x30, tlv(0x04, "cn"))))),
		"modify with odd change":    ldapMessage(1, tlv(0x66, tlv(0x04, ann), tlv(0x30, tlv(0x30, tlv(0x02, "\x01"), tlv(0x30))))),
		"constructed delete":        ldapMessage(1, tlv(0x6a, tlv(0x04, ann))),
		"rename without RDN":        ldapMessage(1, tlv(0x6c, tlv(0x04, ann))),
		"compare without assertion": ldapMessage(1, tlv(0x6e, tlv(0x04, ann), tlv(0x30))),
		"extended without name":     ldapMessage(1, tlv(0x77)),
		"control without type":      ldapMessage(1, bindOp("", ""), tlv(0x30)),
		"odd control":               ldapMessage(1, bindOp("", ""), tlv(0x30, tlv(0x04, "1.2"), tlv(0x02, "\x01"))),
		"two million elements":      ldapMessage(1, tlv(0x63, strings.Repeat("\x05\x00", 2_000_000))),
	} {
		c := dialRaw(t, s)
		c.send(bytes)
		if tcp, ok := c.nc.(*net.TCPConn); ok {
			_ = tcp.CloseWrite() // a message cut short must not be waited for in this test
		}
		told := false
		for p := c.next(); p != nil; p = c.next() {
			told = true
			if id, op, result := code(p); id != 0 || op != 24 || result != 2 {
				t.Errorf("%s: message %d, operation %d, result %d; want a notice of disconnection", name, id, op, result)
			}
		}
		if cut := name == "huge length" || name == "two million elements"; !told && !cut { // there, closing may overtake the notice
			t.Errorf("%s: the client is not told", name)
		}
	}
	if _, err := root(t, s).WhoAmI(nil); err != nil {
		t.Errorf("the server has suffered: %v", err)
	}
}

func TestBadRequestsAreAnsweredAndTheConnectionLives(t *testing.T) {
	t.Parallel()
	c := dialRaw(t, start(t, nil))
	c.send(ldapMessage(1, bindOp(admin, "admin-secret")))
	if _, _, result := code(c.next()); result != 0 {
		t.Fatalf("bind: %d", result)
	}
	for name, test := range map[string]struct {
		message string
		want    int64
	}{
		"LDAPv2":                   {ldapMessage(7, tlv(0x60, tlv(0x02, "\x02"), tlv(0x04), tlv(0x80))), 2},
		"SASL":                     {ldapMessage(7, tlv(0x60, tlv(0x02, "\x03"), tlv(0x04), tlv(0xa3, tlv(0x04, "GSSAPI")))), 7},
		"name that is no DN":       {ldapMessage(7, bindOp("nobody", "x")), 34},
		"unknown scope":            {ldapMessage(7, searchOp("", present("cn"), 9)), 2},
		"filter of unknown kind":   {ldapMessage(7, searchOp("", tlv(0x9e), 0)), 2},
		"filter too deep":          {ldapMessage(7, searchOp(suffix, nest(60, present("cn"), 0xa2), 0)), 2},
		"not of nothing":           {ldapMessage(7, searchOp(suffix, tlv(0xa2), 0)), 2},
		"equality without value":   {ldapMessage(7, searchOp(suffix, tlv(0xa3, tlv(0x04, "cn")), 0)), 2},
		"substrings of nothing":    {ldapMessage(7, searchOp(suffix, tlv(0xa4, tlv(0x04, "cn"), tlv(0x30)), 0)), 2},
		"substrings, two initials": {ldapMessage(7, searchOp(suffix, tlv(0xa4, tlv(0x04, "cn"), tlv(0x30, tlv(0x80, "a"), tlv(0x80, "b"))), 0)), 2},
		"extensible of nothing":    {ldapMessage(7, searchOp(suffix, tlv(0xa9, tlv(0x83, "x")), 0)), 2},
		"base with NUL":            {ldapMessage(7, searchOp("cn=\x00,"+suffix, present("cn"), 0)), 34},
		"base that is not UTF-8":   {ldapMessage(7, searchOp("cn=\xff,"+suffix, present("cn"), 0)), 34},
		"base of 20,000 bytes":     {ldapMessage(7, searchOp("cn="+strings.Repeat("x", 20000), present("cn"), 0)), 34},
		"base of 100 components":   {ldapMessage(7, searchOp(strings.Repeat("cn=x,", 99)+"cn=x", present("cn"), 0)), 34},
		"paging cookie made up":    {ldapMessage(7, searchOp(suffix, present("cn"), 2), control("1.2.840.113556.1.4.319", tlv(0x30, tlv(0x02, "\x05"), tlv(0x04, "0123456789abcdef")))), 2},
		"paging value not BER":     {ldapMessage(7, searchOp(suffix, present("cn"), 2), control("1.2.840.113556.1.4.319", "x")), 2},
		"assertion not BER":        {ldapMessage(7, tlv(0x4a, ann), control("1.3.6.1.1.12", "")), 2},
		"pre-read not BER":         {ldapMessage(7, tlv(0x4a, ann), control("1.3.6.1.1.13.1", "\x30")), 2},
		"a control twice":          {ldapMessage(7, searchOp("", present("cn"), 0), control("2.16.840.1.113730.3.4.2", ""), control("2.16.840.1.113730.3.4.2", "")), 2},
		"paging on delete":         {ldapMessage(7, tlv(0x4a, ann), control("1.2.840.113556.1.4.319", "")), 12},
		"password value not BER":   {ldapMessage(7, tlv(0x77, tlv(0x80, "1.3.6.1.4.1.4203.1.11.1"), tlv(0x81, "\x30\x05"))), 2},
		"unknown modify operation": {ldapMessage(7, tlv(0x66, tlv(0x04, ann), tlv(0x30, tlv(0x30, tlv(0x0a, "\x09"), tlv(0x30, tlv(0x04, "cn"), tlv(0x31)))))), 2},
	} {
		c.send(test.message)
		if id, _, result := code(c.next()); id != 7 || result != test.want {
			t.Errorf("%s: message %d, result %d, want %d", name, id, result, test.want)
		}
		c.send(ldapMessage(8, bindOp(admin, "admin-secret")))
		if id, _, result := code(c.next()); id != 8 || result != 0 {
			t.Fatalf("%s: the connection is of no use afterwards (message %d, result %d)", name, id, result)
		}
	}
}

func TestOversizedRequestsAreRefusedBeforeTheyArrive(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *memdir.Options) { o.Limits.MessageBytes = 1000 })
	c := dialRaw(t, s)
	c.send("\x30\x82\x03\xe9") // 1001 bytes to come
	if id, op, result := code(c.next()); id != 0 || op != 24 || result != 2 {
		t.Errorf("message %d, operation %d, result %d", id, op, result)
	}
	if c.next() != nil {
		t.Error("the connection stays")
	}
}

func TestStrangersMaySendLessThanPeopleWhoSignedIn(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	search := func(n int) string {
		return ldapMessage(2, searchOp(suffix, tlv(0xa3, tlv(0x04, "cn"), tlv(0x04, strings.Repeat("x", n))), 0))
	}
	stranger := dialRaw(t, s)
	stranger.send(search(300 << 10)[:100])
	if id, _, result := code(stranger.next()); id != 0 || result != 2 {
		t.Errorf("300 KiB of a stranger: message %d, result %d", id, result)
	}
	known := dialRaw(t, s)
	known.send(ldapMessage(1, bindOp(ann, "ann-secret")))
	known.next()
	known.send(search(300 << 10))
	if id, _, result := code(known.next()); id != 2 || result != 0 {
		t.Errorf("300 KiB of ann: message %d, result %d", id, result)
	}
	for name, bad := range map[string]string{
		"too many elements":   ldapMessage(2, tlv(0x63, strings.Repeat("\x05\x00", 500_000))),
		"a large deep string": ldapMessage(2, nest(100, tlv(0x04, strings.Repeat("x", 4<<20)), 0x30)),
	} {
		c := dialRaw(t, s)
		c.send(ldapMessage(1, bindOp(ann, "ann-secret")))
		c.next()
		c.send(bad)
		if id, _, result := code(c.next()); id != 0 || result != 2 {
			t.Errorf("%s: message %d, result %d", name, id, result)
		}
	}
}

func TestSilentAndSlowClientsAreLetGo(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *memdir.Options) { o.Limits.Idle = 50 * time.Millisecond })
	if p := dialRaw(t, s).next(); p != nil {
		t.Errorf("a silent client gets %v", p)
	}
	s = start(t, func(o *memdir.Options) { o.Limits.Request = 50 * time.Millisecond })
	c := dialRaw(t, s)
	c.send("\x30\x10\x02")
	for p := c.next(); p != nil; p = c.next() {
		if id, _, _ := code(p); id != 0 {
			t.Errorf("half a request gets %v", p)
		}
	}
}

func TestConnectionsAreLimited(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *memdir.Options) { o.Limits.Connections = 2 })
	first, second := dialRaw(t, s), dialRaw(t, s)
	for _, c := range []*rawClient{first, second} {
		c.send(ldapMessage(1, bindOp("", "")))
		if _, _, result := code(c.next()); result != 0 {
			t.Fatalf("result %d", result)
		}
	}
	third := dialRaw(t, s)
	if p := third.next(); p != nil {
		t.Errorf("a third connection gets %v", p)
	}
}

// FuzzConnection feeds bytes to a server, which must hang up or answer, and go on serving others.
func FuzzConnection(f *testing.F) {
	for _, seed := range []string{
		ldapMessage(1, bindOp(ann, "x")),
		ldapMessage(1, searchOp(suffix, tlv(0xa0, present("cn"), tlv(0xa3, tlv(0x04, "uid"), tlv(0x04, "ann"))), 2)),
		ldapMessage(1, searchOp(suffix, tlv(0xa4, tlv(0x04, "cn"), tlv(0x30, tlv(0x80, "a"), tlv(0x81, "b"), tlv(0x82, "c"))), 2)),
		ldapMessage(1, searchOp(suffix, tlv(0xa9, tlv(0x81, "2.5.13.2"), tlv(0x82, "cn"), tlv(0x83, "x"), tlv(0x84, "\xff")), 1)),
		ldapMessage(1, tlv(0x66, tlv(0x04, ann), tlv(0x30, tlv(0x30, tlv(0x0a, "\x02"), tlv(0x30, tlv(0x04, "sn"), tlv(0x31, tlv(0x04, "x"))))))),
		ldapMessage(1, tlv(0x68, tlv(0x04, "uid=x,"+people), tlv(0x30, tlv(0x30, tlv(0x04, "sn"), tlv(0x31, tlv(0x04, "x")))))),
		ldapMessage(1, tlv(0x6c, tlv(0x04, ann), tlv(0x04, "uid=b"), tlv(0x01, "\xff"), tlv(0x80, groups))),
		ldapMessage(1, tlv(0x6e, tlv(0x04, ann), tlv(0x30, tlv(0x04, "sn"), tlv(0x04, "x")))),
		ldapMessage(1, tlv(0x77, tlv(0x80, "1.3.6.1.4.1.4203.1.11.1"), tlv(0x81, tlv(0x30, tlv(0x82, "new"))))),
		ldapMessage(1, tlv(0x4a, ann), control("1.3.6.1.1.12", present("cn"))) + ldapMessage(2, tlv(0x50, "\x01")) + ldapMessage(3, tlv(0x42)),
		"\x30\x84\x00\x7f\xff\xff\x02\x01\x01",
	} {
		f.Add([]byte(seed))
	}
	s, err := memdir.New(memdir.Options{Access: []memdir.Rule{{By: []memdir.By{{Level: memdir.Manage}}}}, Policy: &memdir.PasswordPolicy{}})
	if err != nil {
		f.Fatal(err)
	}
	if err := s.LoadLDIF(strings.NewReader(seed)); err != nil {
		f.Fatal(err)
	}
	if err := s.Start(f.Context()); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	f.Fuzz(func(t *testing.T, data []byte) {
		nc, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		nc.SetDeadline(time.Now().Add(20 * time.Second))
		go func() {
			_, _ = io.Copy(nc, bytes.NewReader(data))
			_ = nc.(*net.TCPConn).CloseWrite()
		}()
		if _, err := io.Copy(io.Discard, nc); err != nil {
			if ne, ok := err.(net.Error); ok && ne.Timeout() {
				t.Fatal("the server neither answers to the end nor hangs up")
			}
		}
	})
}
