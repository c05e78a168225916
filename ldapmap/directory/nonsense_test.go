package directory_test

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// listen is a server that does the same with every connection, and closes it afterwards. It returns its address.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				serve(c)
			})
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return "ldap://" + l.Addr().String()
}

// answers is a server that says the same to everybody.
func answers(t *testing.T, data []byte) string {
	t.Helper()
	return listen(t, func(c net.Conn) {
		buf := make([]byte, 1024)
		if _, err := c.Read(buf); err == nil {
			_, _ = c.Write(data)
			_ = c.(*net.TCPConn).CloseWrite()
			_, _ = c.Read(buf)
		}
	})
}

func TestNonsenseFromAServerIsAnError(t *testing.T) {
	t.Parallel()
	endless := append([]byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x02, 0x01, 0x01, 0x04, 0x84, 0x7f, 0xff, 0xff, 0xf0}, make([]byte, 200_000)...)
	deep := make([]byte, 4000)
	for i := range deep {
		deep[i] = 0x30
		if i%2 == 1 {
			deep[i] = 0x80
		}
	}
	for name, data := range map[string][]byte{
		"nothing":             {},
		"a web page":          []byte("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
		"an empty message":    {0x30, 0x00},
		"no operation":        {0x30, 0x03, 0x02, 0x01, 0x01},
		"an empty result":     {0x30, 0x05, 0x02, 0x01, 0x01, 0x65, 0x00},
		"an entry in pieces":  {0x30, 0x09, 0x02, 0x01, 0x01, 0x64, 0x04, 0x04, 0x00, 0x30, 0x00},
		"a code out of range": {0x30, 0x10, 0x02, 0x01, 0x01, 0x65, 0x0b, 0x0a, 0x05, 0x01, 0, 0, 0, 0, 0x04, 0x00, 0x04, 0x00},
		"a bomb of depth":     deep,
		"an endless answer":   endless,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := connect(t, directory.Config{URLs: []string{answers(t, data)}, MaxAnswer: 100_000, Timeout: time.Second})
			_, err := d.Read(t.Context(), ldaptest.StateBase)
			wantCode(t, err, fault.Unavailable)
			err = d.Modify(t.Context(), ldaptest.StateBase, []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: "ou", Values: []string{"x"}}})
			wantCode(t, err, fault.Unavailable)
			_, err = d.Bind(t.Context(), "cn=x", "secret-word")
			wantCode(t, err, fault.Unavailable)
			mustNotContain(t, err, "secret-word")
		})
	}
}

func TestAnAnswerBeyondTheBoundIsRefused(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{More: ldaptest.People(500)})
	cfg := service(s.URL)
	cfg.MaxAnswer = 10_000
	d := connect(t, cfg)
	_, err := d.Find(t.Context(), directory.Search{Base: ldaptest.PeopleDN})
	wantCode(t, err, fault.Unavailable)
	mustContain(t, err, "too large")
	read(t, d.Directory, ldaptest.StateBase)

	cfg.MaxAnswer, cfg.MaxValues = 0, 5
	d = connect(t, cfg)
	ada, _ := ldaptest.Person(t, "ada")
	_, err = d.Read(t.Context(), ada)
	wantCode(t, err, fault.Internal)
	mustContain(t, err, "more than 5 values")
}
