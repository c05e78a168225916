package memdir

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
)

// Options configure a Server. The zero value of every field is a working default.
type Options struct {
	Addr    string      // listening address; "127.0.0.1:0" if empty
	TLS     *tls.Config // offers StartTLS, and LDAPS on TLSAddr
	TLSAddr string      // LDAPS listening address; none if empty

	Suffixes     []string // naming contexts; "dc=example,dc=org" if empty
	RootDN       string   // may do everything; "cn=admin," + the first suffix if empty; needs no entry
	RootPassword string   // no root bind if empty

	Schema string   // more definitions: lines "attributeTypes: ( ... )" and "objectClasses: ( ... )"
	Index  []string // more attributes with an equality index

	Policy         *PasswordPolicy // nil: no password policy at all
	PasswordScheme string          // how clear passwords are stored: {SSHA512} (default), {SSHA} or {CLEARTEXT}

	Access        []Rule // nil: DefaultAccess()
	NoMemberOf    bool   // do not answer memberOf
	NoRefint      bool   // leave references alone when an entry is deleted or renamed
	RefintNothing string // stands in for the last member of a group; "cn=nobody," + the first suffix if empty

	ReadOnly                  bool // refuses every write but the policy's own bookkeeping
	RequireTLS                bool // passwords in clear are confidentialityRequired (13)
	RefuseUnauthenticatedBind bool // a DN with an empty password is refused (53), as slapd does by default

	Clock  func() time.Time // of timestamps, policy and time limits; time.Now if nil. Network timeouts use real time
	Random io.Reader        // of salts, UUIDs and generated passwords; crypto/rand if nil

	Limits     Limits
	VendorName string       // root DSE; "Wicketgate memdir" if empty
	Log        *slog.Logger // what goes wrong on connections; nothing if nil. Never holds a password
}

// Limits bound what clients can cost. Zero means the default.
type Limits struct {
	Connections    int           // open at once; more are closed at once; 1000
	MessageBytes   int           // one request of a client that has signed in; 8 MiB
	AnonymousBytes int           // one request of anybody else, in bytes; 256 KiB
	Idle           time.Duration // without any request; 30 minutes
	Request        time.Duration // from the first byte of a request to its last; 30 seconds
	Write          time.Duration // to take an answer; 30 seconds
	SearchEntries  int           // of one search, unless the root DN asks; no limit
	SearchTime     time.Duration // of one search; 1 minute
	Values         int           // in one attribute of one entry; 200,000
	Entries        int           // in the directory; 2,000,000
}

func (l Limits) withDefaults() Limits {
	def := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	dur := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&l.Connections, 1000)
	def(&l.MessageBytes, 8<<20)
	def(&l.AnonymousBytes, 256<<10)
	def(&l.SearchEntries, 1<<31-1)
	def(&l.Values, 200_000)
	def(&l.Entries, 2_000_000)
	dur(&l.Idle, 30*time.Minute)
	dur(&l.Request, 30*time.Second)
	dur(&l.Write, 30*time.Second)
	dur(&l.SearchTime, time.Minute)
	return l
}

func (o Options) withDefaults() (Options, error) {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if len(o.Suffixes) == 0 {
		o.Suffixes = []string{"dc=example,dc=org"}
	}
	if o.RootDN == "" {
		o.RootDN = "cn=admin," + o.Suffixes[0]
	}
	if o.RefintNothing == "" {
		o.RefintNothing = "cn=nobody," + o.Suffixes[0]
	}
	if o.VendorName == "" {
		o.VendorName = "Wicketgate memdir"
	}
	if o.Access == nil {
		o.Access = DefaultAccess()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	switch o.PasswordScheme = strings.ToUpper(o.PasswordScheme); o.PasswordScheme {
	case "":
		o.PasswordScheme = "{SSHA512}"
	case "{SSHA512}", "{SSHA}", "{CLEARTEXT}":
	default:
		return o, fmt.Errorf("memdir: PasswordScheme %s: want {SSHA512}, {SSHA} or {CLEARTEXT}", o.PasswordScheme)
	}
	if o.TLSAddr != "" && o.TLS == nil {
		return o, errors.New("memdir: TLSAddr without TLS")
	}
	o.Limits = o.Limits.withDefaults()
	return o, nil
}
