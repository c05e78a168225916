package ldaptest

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// memdirKind is the directory in memory.
func memdirKind() Kind {
	return Kind{Name: "memdir", Preset: "openldap", new: Memdir, Records: ApplicationProcess, Lacks: openLDAPLacks()}
}

// Memdir starts the directory in memory.
func Memdir(t testing.TB, o Options) *Server {
	t.Helper()
	s, _ := MemdirWith(t, o, nil)
	return s
}

// MemdirWith is Memdir, and gives the server itself for what only it can do, such as memdir.Server.Intercept. change, if not nil, has
// the last word on its options. After Stop and Start the server itself is another one.
func MemdirWith(t testing.TB, o Options, change func(*memdir.Options)) (*Server, *memdir.Server) {
	t.Helper()
	mo := memdir.Options{
		Suffixes: []string{BaseDN}, RootDN: AdminDN, RootPassword: AdminPassword,
		Schema: o.Schema, NoMemberOf: o.NoMemberOf, NoRefint: o.NoMemberOf,
		ReadOnly: o.ReadOnly, RequireTLS: o.RequireTLS, Access: memdirAccess(), RefuseUnauthenticatedBind: true,
	}
	if p := o.policy(); p != nil {
		mo.Policy = &memdir.PasswordPolicy{
			MinLength: p.MinLength, History: p.History, MinAge: p.MinAge, MaxAge: p.MaxAge, ExpireWarning: p.ExpireWarning,
			GraceLogins: p.Grace, MaxFailure: p.MaxFailure, LockoutDuration: p.LockoutDuration,
			MustChange: p.MustChange, SafeModify: p.SafeModify,
		}
	}
	ca, cert := o.tls(t)
	if cert != nil {
		mo.TLS, mo.TLSAddr = cert.TLS(t), "127.0.0.1:0"
	}
	if change != nil {
		change(&mo)
	}
	m := &memory{opts: mo}
	m.boot(t, strings.Join(o.ldif(policyMarks()), "\n\n")+"\n")
	out := &Server{
		Kind: memdirKind(), URL: m.srv.URL(), TLSURL: m.srv.TLSURL(),
		counts: func() Counts { return m.before.plus(m.srv.Counts()) },
		stop:   m.stop,
		start:  func(t testing.TB) { t.Helper(); m.boot(t, m.saved) },
	}
	if ca != nil {
		out.CAFile = ca.File
	}
	return out, m.srv
}

// memory is a directory in memory that can be stopped and started again.
type memory struct {
	opts   memdir.Options
	srv    *memdir.Server
	saved  string
	before Counts // what its forerunners counted
}

// boot makes a server with these entries.
func (m *memory) boot(t testing.TB, ldif string) {
	t.Helper()
	srv, err := memdir.New(m.opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := srv.LoadLDIF(strings.NewReader(ldif)); err != nil {
		t.Fatal(err)
	}
	if err := srv.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	m.srv = srv
	m.opts.Addr = srv.Addr()
	if m.opts.TLS != nil {
		m.opts.TLSAddr = strings.TrimPrefix(srv.TLSURL(), "ldaps://")
	}
}

// stop keeps the entries for the next start.
func (m *memory) stop(t testing.TB) {
	t.Helper()
	m.srv.Close()
	var b bytes.Buffer
	if err := m.srv.WriteLDIF(&b, true); err != nil {
		t.Fatal(err)
	}
	m.saved, m.before = b.String(), m.before.plus(m.srv.Counts())
}

func (c Counts) plus(m memdir.Counts) Counts {
	return Counts{
		Bind: c.Bind + int(m.Binds), Search: c.Search + int(m.Searches), Compare: c.Compare + int(m.Compares),
		Add: c.Add + int(m.Adds), Modify: c.Modify + int(m.Modifies), Delete: c.Delete + int(m.Deletes),
		Rename: c.Rename + int(m.ModDNs), Extended: c.Extended + int(m.Extended), Connections: c.Connections + int(m.Connections),
	}
}

// memdirAccess are the same rights as slapdAccess gives.
func memdirAccess() []memdir.Rule {
	service := memdir.By{Who: memdir.IsDN, Name: ServiceDN, Level: memdir.Write}
	resets := memdir.By{Who: memdir.IsDN, Name: ServiceDN, Level: memdir.WriteOnly}
	users := memdir.By{Who: memdir.Users, Level: memdir.Read}
	anonymous := memdir.By{Who: memdir.Anonymous, Level: memdir.Auth}
	return []memdir.Rule{
		{Base: StateBase, Scope: memdir.ScopeSubtree, By: []memdir.By{service}},
		{
			Base: PeopleDN, Scope: memdir.ScopeSubtree, Attrs: []string{"userPassword"},
			By: []memdir.By{{Who: memdir.Self, Level: memdir.WriteOnly}, resets, anonymous},
		},
		{Attrs: []string{"userPassword"}, By: []memdir.By{anonymous}},
		{Attrs: []string{"pwdHistory"}},
		{Base: PeopleDN, Scope: memdir.ScopeSubtree, By: []memdir.By{service, users}},
		{Base: GroupsDN, Scope: memdir.ScopeSubtree, By: []memdir.By{service, users}},
		{By: []memdir.By{users}},
	}
}
