package memdir_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

func addRequest(name string, attrs map[string][]string) *ldap.AddRequest {
	req := ldap.NewAddRequest(name, nil)
	for _, k := range slices.Sorted(mapKeys(attrs)) {
		req.Attribute(k, attrs[k])
	}
	return req
}

func mapKeys(m map[string][]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func person(extra map[string][]string) map[string][]string {
	out := map[string][]string{"objectClass": {"inetOrgPerson"}, "cn": {"Zoe"}, "sn": {"Zed"}}
	for k, v := range extra {
		if v == nil {
			delete(out, k)
		} else {
			out[k] = v
		}
	}
	return out
}

func TestEntriesThatBreakTheSchemaAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	zoe := "uid=zoe," + people
	for name, test := range map[string]struct {
		dn    string
		attrs map[string][]string
		want  uint16
	}{
		"the name is taken":           {ann, person(nil), 68},
		"the name is taken, spelling": {"UID=Ann, OU=People, DC=example,DC=org", person(nil), 68},
		"no parent":                   {"uid=zoe,ou=x," + people, person(nil), 32},
		"another suffix":              {"uid=zoe,dc=com", person(nil), 53},
		"not a DN":                    {"zoe", person(nil), 34},
		"unknown naming attribute":    {"nick=zoe," + people, person(nil), 34},
		"unknown attribute":           {zoe, person(map[string][]string{"nick": {"z"}}), 17},
		"attribute not allowed":       {zoe, person(map[string][]string{"uidNumber": {"1"}}), 65},
		"attribute missing":           {zoe, person(map[string][]string{"sn": nil}), 65},
		"no class":                    {zoe, person(map[string][]string{"objectClass": nil}), 65},
		"unknown class":               {zoe, person(map[string][]string{"objectClass": {"inetOrgPerson", "robot"}}), 21},
		"only an auxiliary class":     {zoe, map[string][]string{"objectClass": {"uidObject"}, "uid": {"zoe"}}, 65},
		"two structural classes":      {zoe, person(map[string][]string{"objectClass": {"inetOrgPerson", "organizationalUnit"}, "ou": {"x"}}), 65},
		"two values of a single one":  {zoe, person(map[string][]string{"preferredLanguage": {"en", "fr"}}), 19},
		"a value twice":               {zoe, person(map[string][]string{"mail": {"a@b", "A@B"}}), 20},
		"bad integer":                 {zoe, person(map[string][]string{"objectClass": {"inetOrgPerson", "posixAccount"}, "uidNumber": {"1x"}, "gidNumber": {"1"}, "homeDirectory": {"/"}}), 21},
		"mail beyond ASCII":           {zoe, person(map[string][]string{"mail": {"é@example.org"}}), 21},
		"text that is not UTF-8":      {zoe, person(map[string][]string{"description": {"\xff"}}), 21},
		"empty text":                  {zoe, person(map[string][]string{"description": {""}}), 21},
		"manager that is no DN":       {zoe, person(map[string][]string{"manager": {"ann"}}), 21},
		"an attribute of the server":  {zoe, person(map[string][]string{"entryUUID": {"7b0c2e6c-5b1e-4f0e-9d5b-0c8a5f1f3a10"}}), 19},
		"memberOf is computed":        {zoe, person(map[string][]string{"memberOf": {staff}}), 19},
		"no values":                   {zoe, person(map[string][]string{"description": {}}), 2},
	} {
		if err := c.Add(addRequest(test.dn, test.attrs)); !ldap.IsErrorWithCode(err, test.want) {
			t.Errorf("%s: got %v, want result %d", name, err, test.want)
		}
	}
	if s.Len() != 7 {
		t.Errorf("%d entries, want the 7 of the start", s.Len())
	}
	wantCode(t, c.Add(addRequest(zoe, person(nil))), 0)
	e, _ := s.Get(zoe)
	if e.Value("uid") != "zoe" || e.Value("structuralObjectClass") != "inetOrgPerson" || e.Value("creatorsName") != admin ||
		len(e.Value("entryUUID")) != 36 || e.Value("createTimestamp") == "" {
		t.Errorf("what the server adds: %+v", e)
	}
}

func TestAModifyChangesAllOrNothing(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	before, _ := s.Get(bob)
	for name, test := range map[string]struct {
		change func(*ldap.ModifyRequest)
		want   uint16
	}{
		"a missing value": {func(r *ldap.ModifyRequest) { r.Delete("mail", []string{"x@y"}) }, 16},
		"a missing one among several": {func(r *ldap.ModifyRequest) {
			r.Add("mail", []string{"x@y"})
			r.Delete("mail", []string{"x@y", "z@y"})
		}, 16},
		"a value that is there":      {func(r *ldap.ModifyRequest) { r.Add("cn", []string{"bob  STONE"}) }, 20},
		"a value twice":              {func(r *ldap.ModifyRequest) { r.Add("mail", []string{"a@b", "A@b"}) }, 20},
		"unknown attribute":          {func(r *ldap.ModifyRequest) { r.Replace("nick", []string{"x"}) }, 17},
		"unknown option spelling":    {func(r *ldap.ModifyRequest) { r.Replace("cn;l_x", []string{"x"}) }, 17},
		"the last of a MUST":         {func(r *ldap.ModifyRequest) { r.Delete("sn", nil) }, 65},
		"not allowed":                {func(r *ldap.ModifyRequest) { r.Add("ipHostNumber", []string{"1"}) }, 65},
		"the naming value":           {func(r *ldap.ModifyRequest) { r.Replace("uid", []string{"rob"}) }, 67},
		"timestamps":                 {func(r *ldap.ModifyRequest) { r.Replace("modifyTimestamp", []string{"20200101000000Z"}) }, 19},
		"structural class":           {func(r *ldap.ModifyRequest) { r.Replace("objectClass", []string{"person", "posixAccount"}) }, 69},
		"two values of a single one": {func(r *ldap.ModifyRequest) { r.Add("uidNumber", []string{"5"}) }, 19},
		"bad syntax":                 {func(r *ldap.ModifyRequest) { r.Replace("uidNumber", []string{"five"}) }, 21},
		"increment of text":          {func(r *ldap.ModifyRequest) { r.Increment("sn", "1") }, 19},
		"increment of nothing":       {func(r *ldap.ModifyRequest) { r.Increment("shadowMax", "1") }, 16},
		"increment by text":          {func(r *ldap.ModifyRequest) { r.Increment("uidNumber", "x") }, 21},
		"add of nothing":             {func(r *ldap.ModifyRequest) { r.Add("mail", nil) }, 2},
		"class that needs more": {func(r *ldap.ModifyRequest) {
			r.Add("objectClass", []string{"shadowAccount", "simpleSecurityObject", "groupOfNames"})
		}, 65},
		"attribute that is not there": {func(r *ldap.ModifyRequest) { r.Delete("mail", nil) }, 16},
	} {
		req := ldap.NewModifyRequest(bob, nil)
		req.Replace("description", []string{"half a change"})
		test.change(req)
		if err := c.Modify(req); !ldap.IsErrorWithCode(err, test.want) {
			t.Errorf("%s: got %v, want result %d", name, err, test.want)
		}
	}
	if after, _ := s.Get(bob); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("refused changes left a trace:\n%v\n%v", before, after)
	}
	req := ldap.NewModifyRequest(bob, nil)
	req.Add("mail", []string{"b@example.org", "c@example.org"})
	req.Delete("mail", []string{"B@EXAMPLE.org"})
	req.Increment("uidNumber", "40")
	req.Delete("gecos", nil)
	req.Changes = req.Changes[:3]
	req.Replace("mobile", nil) // replacing nothing by nothing is fine
	req.Add("cn;lang-fr", []string{"Bobère"})
	wantCode(t, c.Modify(req), 0)
	e, _ := s.Get(bob)
	if !slices.Equal(e.Values("mail"), []string{"c@example.org"}) || e.Value("uidNumber") != "1042" || e.Value("cn;lang-fr") != "Bobère" {
		t.Errorf("after the change: %+v", e)
	}
	wantCode(t, c.Modify(ldap.NewModifyRequest("uid=x,"+people, nil)), 32)
}

func TestExactlyOneOfManyWins(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	const clients, rounds = 16, 30
	conns := make([]*ldap.Conn, clients)
	for i := range conns {
		conns[i] = root(t, s)
	}
	race := func(what string, loser uint16, do func(round, i int, c *ldap.Conn) error) {
		for round := range rounds {
			results := make([]error, clients)
			var wg sync.WaitGroup
			for i, c := range conns {
				wg.Go(func() { results[i] = do(round, i, c) })
			}
			wg.Wait()
			won := 0
			for _, err := range results {
				if err == nil {
					won++
				} else if !ldap.IsErrorWithCode(err, loser) {
					t.Errorf("%s: a loser got %v, want result %d", what, err, loser)
				}
			}
			if won != 1 {
				t.Fatalf("%s, round %d: %d winners", what, round, won)
			}
		}
	}
	value := func(round int) []string { return []string{fmt.Sprintf("token-%d", round)} }
	race("add one value", 20, func(round, _ int, c *ldap.Conn) error {
		req := ldap.NewModifyRequest(ann, nil)
		req.Add("description", value(round))
		return c.Modify(req)
	})
	race("replace one generation by the next", 16, func(round, i int, c *ldap.Conn) error {
		req := ldap.NewModifyRequest(ann, nil)
		req.Delete("description", value(round))
		req.Add("description", []string{fmt.Sprintf("next-%d-%d", round, i)})
		return c.Modify(req)
	})
	race("assert a value and add another", 20, func(round, _ int, c *ldap.Conn) error {
		req := ldap.NewModifyRequest(ann, nil)
		req.Delete("employeeNumber", []string{"7"})
		req.Add("employeeNumber", []string{"7"})
		req.Add("description", []string{fmt.Sprintf("grant-%d", round)})
		return c.Modify(req)
	})
	race("add an entry", 68, func(round, _ int, c *ldap.Conn) error {
		return c.Add(addRequest(fmt.Sprintf("uid=r%d,%s", round, people), person(nil)))
	})
	race("delete an entry", 32, func(round, _ int, c *ldap.Conn) error {
		return c.Del(ldap.NewDelRequest(fmt.Sprintf("uid=r%d,%s", round, people), nil))
	})
}

func TestDeletingAPersonLeavesNoReferences(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	wantCode(t, c.Del(ldap.NewDelRequest(people, nil)), 66)
	wantCode(t, c.Del(ldap.NewDelRequest(ann, nil)), 0)
	if e, _ := s.Get(staff); !slices.Equal(e.Values("member"), []string{bob}) {
		t.Errorf("staff: %v", e.Values("member"))
	}
	wantCode(t, c.Del(ldap.NewDelRequest(bob, nil)), 0)
	if e, _ := s.Get(staff); !slices.Equal(e.Values("member"), []string{"cn=nobody,dc=example,dc=org"}) {
		t.Errorf("staff without anybody: %v", e.Values("member"))
	}
	wantCode(t, c.Del(ldap.NewDelRequest(ann, nil)), 32)
}

func TestRenamingMovesEverythingBelow(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	rename := func(name, rdn string, deleteOld bool, superior string, want uint16) {
		t.Helper()
		wantCode(t, c.ModifyDN(ldap.NewModifyDNRequest(name, rdn, deleteOld, superior)), want)
	}
	uuid := func(name string) string { e, _ := s.Get(name); return e.Value("entryUUID") }
	id := uuid(ann)
	rename(ann, "uid=bob", true, "", 68)
	rename(ann, "uid=ann", true, "ou=x,"+suffix, 32)
	rename(people, "ou=people", true, people, 53)
	rename(people, "ou=people", true, ann, 53)
	rename(suffix, "dc=new", true, "", 71)
	rename(ann, "foo=x", true, "", 34)
	rename(ann, "uid=a,ou=b", true, "", 34)
	rename(ann, "uidNumber=5", false, "", 65)
	rename("uid=x,"+people, "uid=y", true, "", 32)

	rename(ann, "cn=Anna Lee+uid=anna", true, "", 0)
	anna := "cn=Anna Lee+uid=anna," + people
	if e, ok := s.Get("UID=anna+CN=anna lee," + people); !ok || !slices.Equal(e.Values("uid"), []string{"anna"}) || uuid(anna) != id {
		t.Errorf("after the rename: %+v", e)
	}
	rename(people, "ou=Folk", true, groups, 0)
	moved := "cn=Anna Lee+uid=anna,ou=Folk," + groups
	if got := find(t, c, "ou=folk,"+groups, "(objectClass=person)"); !slices.Equal(got, []string{moved, "uid=bob,ou=Folk," + groups}) {
		t.Errorf("below the moved unit: %v", got)
	}
	if e, _ := s.Get(staff); !slices.Equal(e.Values("member"), []string{"uid=bob,ou=Folk," + groups, moved}) &&
		!slices.Equal(e.Values("member"), []string{moved, "uid=bob,ou=Folk," + groups}) {
		t.Errorf("members: %v", e.Values("member"))
	}
	if e, _ := s.Get(moved); !slices.Equal(e.Values("memberOf"), []string{staff}) || e.Value("entryUUID") != id {
		t.Errorf("the moved person: %+v", e)
	}
	if _, ok := s.Get(people); ok {
		t.Error("the old unit is still there")
	}
	rename("ou=Folk,"+groups, "ou=FOLK", true, "", 0) // only another spelling
	if e, _ := s.Get("ou=folk," + groups); e.Value("ou") != "FOLK" || len(find(t, c, "ou=folk,"+groups, "(uid=*)")) != 2 {
		t.Errorf("after a change of case: %+v", e)
	}
	wantCode(t, dial(t, s, "uid=bob,ou=Folk,"+groups, "bob-secret").Bind(moved, "ann-secret"), 0)
}

func TestMemberOfFollowsGroupsAndCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := root(t, s)
	wantCode(t, c.Add(addRequest("cn=late,"+groups, map[string][]string{"objectClass": {"groupOfUniqueNames"}, "cn": {"late"},
		"uniqueMember": {"uid=late," + people}})), 0)
	wantCode(t, c.Add(addRequest("uid=late,"+people, person(nil))), 0)
	if got := read(t, c, "uid=late,"+people, "memberOf").GetAttributeValues("memberOf"); !slices.Equal(got, []string{"cn=late," + groups}) {
		t.Errorf("created after its group: %v", got)
	}
	req := ldap.NewModifyRequest(staff, nil)
	req.Delete("member", []string{strings.ToUpper(ann)})
	wantCode(t, c.Modify(req), 0)
	if got := find(t, c, people, "(memberOf="+staff+")"); !slices.Equal(got, []string{bob}) {
		t.Errorf("staff: %v", got)
	}
	off := start(t, func(o *memdir.Options) { o.NoMemberOf, o.NoRefint = true, true })
	c = root(t, off)
	if got := find(t, c, people, "(memberOf=*)"); len(got) != 0 {
		t.Errorf("switched off: %v", got)
	}
	wantCode(t, c.Del(ldap.NewDelRequest(ann, nil)), 0)
	if e, _ := off.Get(staff); len(e.Values("member")) != 2 {
		t.Errorf("references are kept when asked so: %v", e.Values("member"))
	}
}

func TestCompareTellsTrueFromFalseFromMissing(t *testing.T) {
	t.Parallel()
	c := root(t, start(t, nil))
	for _, test := range []struct {
		attr, value string
		want        bool
		code        uint16
	}{
		{"cn", "ANN LEE", true, 0}, {"cn", "x", false, 0}, {"cn;lang-fr", "anne lée", true, 0}, {"memberOf", staff, true, 0},
		{"userPassword", "ann-secret", false, 0}, {"gidNumber", "x", false, 21},
		{"description", "x", false, 16}, {"nick", "x", false, 17}, {"jpegPhoto", "x", false, 18},
	} {
		got, err := c.Compare(ann, test.attr, test.value)
		if got != test.want {
			t.Errorf("%s %s: %v", test.attr, test.value, got)
		}
		wantCode(t, err, test.code)
	}
}

func TestAReadOnlyServerTakesNoWrites(t *testing.T) {
	t.Parallel()
	c := root(t, start(t, func(o *memdir.Options) { o.ReadOnly = true }))
	req := ldap.NewModifyRequest(ann, nil)
	req.Replace("sn", []string{"x"})
	wantCode(t, c.Modify(req), 53)
	wantCode(t, c.Add(addRequest("uid=x,"+people, person(nil))), 53)
	wantCode(t, c.Del(ldap.NewDelRequest(ann, nil)), 53)
	wantCode(t, c.ModifyDN(ldap.NewModifyDNRequest(ann, "uid=b", true, "")), 53)
	_, err := c.PasswordModify(ldap.NewPasswordModifyRequest(ann, "", "other-secret"))
	wantCode(t, err, 53)
}

func moveDN(c *ldap.Conn, name, rdn, superior string) error {
	return c.ModifyDN(ldap.NewModifyDNRequest(name, rdn, true, superior))
}

func TestEntriesAndValuesAreLimited(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *memdir.Options) { o.Limits.Entries, o.Limits.Values = 8, 3 })
	c := root(t, s)
	wantCode(t, c.Add(addRequest("uid=x,"+people, person(map[string][]string{"mail": {"1@x", "2@x", "3@x"}}))), 0)
	wantCode(t, c.Add(addRequest("uid=y,"+people, person(nil))), 11)
	wantCode(t, addMail(c, "uid=x,"+people, "4@x"), 11)
	if err := s.LoadLDIF(strings.NewReader("dn: uid=y," + people + "\nobjectClass: account\n")); err == nil || s.Len() != 8 {
		t.Errorf("a file goes past the limit: %v", err)
	}
}

func TestSearchesGoOnWhileOthersWrite(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for i := range 4 {
		c := root(t, s)
		name := fmt.Sprintf("uid=w%d,%s", i, people)
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if c.Add(addRequest(name, person(nil))) != nil || addMail(c, name, "1@x") != nil ||
					c.ModifyDN(ldap.NewModifyDNRequest(name, "uid=moved", true, fmt.Sprintf("cn=all,%s", groups))) == nil &&
						c.Del(ldap.NewDelRequest("uid=moved,cn=all,"+groups, nil)) != nil {
					t.Error("a write failed")
					return
				}
				_ = c.Del(ldap.NewDelRequest(name, nil)) // somebody else's may have been in the place
			}
		})
	}
	for range 4 {
		c := dial(t, s, bob, "bob-secret")
		wg.Go(func() {
			for range 100 {
				res, err := c.Search(ldap.NewSearchRequest(suffix, 2, 0, 0, 0, false, "(objectClass=*)", []string{"*", "+"}, nil))
				if err != nil || len(res.Entries) < 7 || len(res.Entries) > 11 {
					t.Errorf("%v, %v", res, err)
				}
			}
		})
	}
	wg.Go(func() {
		defer close(stop)
		for range 200 {
			if _, ok := s.Get(ann); !ok || len(s.Entries()) < 7 {
				t.Error("entries are missing")
			}
		}
	})
	wg.Wait()
}
