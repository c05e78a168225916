package directory_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestEntriesAreMadeReadChangedRenamedAndDeleted(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		d := connect(t, service(s.URL))
		ctx := t.Context()
		dn, attrs := record(1)
		if err := d.Add(ctx, dn, attrs); err != nil {
			t.Fatal(err)
		}
		wantCode(t, d.Add(ctx, dn, attrs), fault.Conflict)
		change := func(mods ...ldapmap.Mod) error { return d.Modify(ctx, dn, mods) }
		if err := change(ldapmap.Mod{Op: ldapmap.ModDelete, Name: "description", Values: []string{"one"}},
			ldapmap.Mod{Op: ldapmap.ModAdd, Name: "description", Values: []string{"two", "three"}}); err != nil {
			t.Fatal(err)
		}
		err := change(ldapmap.Mod{Op: ldapmap.ModDelete, Name: "description", Values: []string{"one"}})
		if code, ok := directory.ResultCode(err); !fault.Is(err, fault.Conflict) || !ok || code != directory.CodeNoSuchAttribute {
			t.Errorf("deleting what is gone: %v", err)
		}
		err = change(ldapmap.Mod{Op: ldapmap.ModAdd, Name: "description", Values: []string{"two"}})
		if code, _ := directory.ResultCode(err); !fault.Is(err, fault.Conflict) || code != directory.CodeAttributeOrValueExists {
			t.Errorf("adding what is there: %v", err)
		}
		wantCode(t, change(ldapmap.Mod{Op: ldapmap.ModReplace, Name: "nonsense", Values: []string{"x"}}), fault.Invalid)
		if e := read(t, d.Directory, dn); len(e.Values("DESCRIPTION")) != 2 {
			t.Errorf("a refused change left something behind: %+v", e)
		}
		to, err := d.Rename(ctx, dn, "cn=renamed", true, "")
		if err != nil {
			t.Fatal(err)
		}
		// deleteoldrdn TRUE has to arrive as TRUE.
		if e := read(t, d.Directory, to); !slices.Equal(e.Values("cn"), []string{"renamed"}) {
			t.Errorf("after the rename it is called %q", e.Values("cn"))
		}
		if err := d.Delete(ctx, to); err != nil {
			t.Fatal(err)
		}
		_, err = d.Read(ctx, to)
		wantCode(t, err, fault.NotFound)
		wantCode(t, d.Delete(ctx, to), fault.NotFound)
		wantCode(t, d.Delete(ctx, "ou=services,"+ldaptest.BaseDN), fault.Denied)
		_, err = d.Rename(ctx, "no name", "cn=renamed", true, "")
		wantCode(t, err, fault.Invalid)
		wantCode(t, d.Modify(ctx, "no name", []ldapmap.Mod{{Name: "cn", Values: []string{"x"}}}), fault.Invalid)
	})
}

func TestOddNamesAreReadAsTheyAre(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		d := connect(t, service(s.URL))
		for _, uid := range []string{"zoe", "grace", "jane", "jsmith", "andre"} {
			dn, password := ldaptest.Person(t, uid)
			e := read(t, d.Directory, dn)
			if e.Value("uid") != uid || !ldapmap.SameDN(e.DN, dn) {
				t.Errorf("%s was read as %q", dn, e.DN)
			}
			if a, err := d.Bind(t.Context(), e.DN, password); err != nil || !a.OK() {
				t.Errorf("%s cannot sign in: %v %v", dn, a.Result, err)
			}
			byName, err := d.Find(t.Context(), directory.Search{
				Base: ldaptest.PeopleDN, Filter: ldapmap.Equal{Attribute: "cn", Value: e.Value("cn")}, Limit: 2,
			})
			if err != nil || len(byName) != 1 {
				t.Errorf("searching %q gave %d entries, %v", e.Value("cn"), len(byName), err)
			}
		}
	})
}

func TestThreeThousandEntriesComePageAfterPage(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuickWith(t, ldaptest.Options{More: ldaptest.People(3000), SizeLimit: 1000}, func(t *testing.T, s *ldaptest.Server) {
		d := connect(t, service(s.URL))
		many := directory.Search{
			Base: ldaptest.PeopleDN, Filter: ldapmap.StartsWith{Attribute: "uid", Value: "p"}, Attributes: []string{"uid"}, PageSize: 500,
		}
		before := s.Counts()
		seen := map[string]bool{}
		if err := d.Search(t.Context(), many, func(e *ldapmap.Entry) bool { seen[e.Value("uid")] = true; return true }); err != nil {
			t.Fatal(err)
		}
		if n := s.Counts().Minus(before).Search; len(seen) != 3000 || n < 6 || n > 7 {
			t.Errorf("%d entries came in %d searches", len(seen), n)
		}

		// Stopping early: the pages that come after are not asked for, but for one request that frees them.
		before, n := s.Counts(), 0
		if err := d.Search(t.Context(), many, func(*ldapmap.Entry) bool { n++; return n < 700 }); err != nil || n != 700 {
			t.Fatalf("stopped after %d: %v", n, err)
		}
		if c := s.Counts().Minus(before); c.Search != 3 || c.Connections != 0 {
			t.Errorf("stopping in the second page took %+v", c)
		}
		many.Limit = 1200
		if all, err := d.Find(t.Context(), many); err != nil || len(all) != 1200 {
			t.Errorf("with a limit of 1200 came %d, %v", len(all), err)
		}
		before, many.Limit = s.Counts(), 2
		if all, err := d.Find(t.Context(), many); err != nil || len(all) != 2 {
			t.Errorf("with a limit of 2 came %d, %v", len(all), err)
		}
		if c := s.Counts().Minus(before); c.Search != 1 {
			t.Errorf("a small limit took %d searches", c.Search)
		}
		read(t, d.Directory, ldaptest.StateBase) // the connection is as good as ever
	})
}

func TestSearchesSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		d := connect(t, service(s.URL))
		_, err := d.Find(t.Context(), directory.Search{Base: "ou=nowhere," + ldaptest.BaseDN})
		wantCode(t, err, fault.NotFound)
		all, err := d.Find(t.Context(), directory.Search{Base: ldaptest.PeopleDN, Filter: ldapmap.Equal{Attribute: "uid", Value: "*)(uid=*"}})
		if err != nil || len(all) != 0 {
			t.Errorf("an injected filter found %d, %v", len(all), err)
		}
		one, err := d.Find(t.Context(), directory.Search{Base: ldaptest.PeopleDN, Scope: directory.OneLevel, Filter: ldapmap.Equal{Attribute: "uid", Value: "grace"}})
		if err != nil || len(one) != 0 {
			t.Errorf("one level down found somebody two levels down: %v, %v", one, err)
		}
		types, err := d.Find(t.Context(), directory.Search{Base: ldaptest.StateBase, Scope: directory.Base, TypesOnly: true})
		if err != nil || len(types) != 1 || len(types[0].Attributes) == 0 || types[0].Value("ou") != "" {
			t.Errorf("types only gave %+v, %v", types, err)
		}
	})
}

func TestManyAtOnceShareABoundedPool(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		cfg := service(s.URL)
		cfg.PoolSize = 4
		d := connect(t, cfg)
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				dn, attrs := record(i)
				if err := d.Add(t.Context(), dn, attrs); err != nil {
					t.Error(err)
				}
				for range 20 {
					if _, err := d.Read(t.Context(), dn); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := d.count(directory.OpConnect, ""); n > 4 {
			t.Errorf("a pool of 4 made %d connections", n)
		}
		if c := s.Counts(); c.Add < 16 || c.Search != 320 {
			t.Errorf("16 x (1 add, 20 reads) took %+v", c)
		}
		if st := d.Servers(); !st[0].Up || st[0].Idle > 4 || st[0].Open != st[0].Idle {
			t.Errorf("at rest the pool is %+v", st)
		}
	})
}

func TestWhoeverFindsNoFreeConnectionWaitsNoLongerThanTold(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	cfg := service(s.URL)
	cfg.PoolSize = 2
	d := connect(t, cfg)
	err := d.Search(t.Context(), directory.Search{Base: ldaptest.PeopleDN}, func(*ldapmap.Entry) bool {
		_ = d.Search(t.Context(), directory.Search{Base: ldaptest.PeopleDN}, func(*ldapmap.Entry) bool {
			ctx, cancel := soon(t)
			defer cancel()
			_, err := d.Read(ctx, ldaptest.StateBase)
			wantCode(t, err, fault.Unavailable)
			return false
		})
		return false
	})
	if err != nil {
		t.Fatal(err)
	}
	if st := d.Servers(); !st[0].Up {
		t.Errorf("a busy pool was taken for a server that is down: %+v", st)
	}
}
