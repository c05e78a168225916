package statetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Run proves that what open returns keeps the promises of state.Store. open is called once; the store need not be empty.
func Run(t *testing.T, open func(t *testing.T) state.Store) {
	t.Helper()
	run(t, open, comparison)
}

// RunExact is Run for a store that tells "some text" from "SOME TEXT" when values are added, though not when they are removed, as Samba does. Nothing
// may depend on which it is: values that decide are in small letters.
func RunExact(t *testing.T, open func(t *testing.T) state.Store) {
	t.Helper()
	run(t, open, exactly)
}

func run(t *testing.T, open func(t *testing.T) state.Store, comparison func(*testing.T, *suite)) {
	t.Helper()
	s := &suite{Store: open(t)}
	for _, test := range []struct {
		name string
		run  func(*testing.T, *suite)
	}{
		{"what is created is there", created},
		{"what is not there is said to be missing", missing},
		{"a change is all or nothing", allOrNothing},
		{"a value in both lists is asserted and stays", asserted},
		{"values are compared as directories do", comparison},
		{"every text comes back as it was", texts},
		{"large values and full records fit", large},
		{"what is out of bounds is refused", bounds},
		{"a listing holds every record of its branch", listing},
		{"a listing goes on while records change", listingWhileChanging},
		{"a call that was given up writes nothing", givenUp},
		{"of many at once exactly one succeeds", races},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, s)
		})
	}
}

type suite struct{ state.Store }

// path names a record that no other test uses.
func path(t testing.TB, k state.Kind, n int) state.Path {
	return state.Path{Kind: k, ID: state.Digest(t.Name(), fmt.Sprint(n))[:40]}
}

func (s *suite) create(t testing.TB, p state.Path, values ...string) {
	t.Helper()
	if err := s.Create(t.Context(), state.Record{Path: p, Values: values}); err != nil {
		t.Fatalf("creating %s: %v", p, err)
	}
}

// holds fails unless the record has exactly these values.
func (s *suite) holds(t testing.TB, p state.Path, values ...string) {
	t.Helper()
	r, err := s.Get(t.Context(), p)
	if err != nil {
		t.Fatalf("reading %s: %v", p, err)
	}
	got, want := slices.Sorted(slices.Values(r.Values)), slices.Sorted(slices.Values(values))
	if r.Path != p || !slices.Equal(got, want) {
		t.Fatalf("%s holds %.300q, want %.300q", r.Path, got, want)
	}
}

func is(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) || want == nil && err != nil {
		t.Errorf("%s: got %v, want %v", what, err, want)
	}
}

func created(t *testing.T, s *suite) {
	for _, k := range state.Kinds() {
		p := path(t, k, 0)
		s.create(t, p, "one", "two")
		s.holds(t, p, "one", "two")
		is(t, "creating it again", s.Create(t.Context(), state.Record{Path: p, Values: []string{"three"}}), state.ErrExists)
		s.holds(t, p, "one", "two")
		is(t, "changing it", s.Change(t.Context(), p, []string{"one"}, []string{"three", "four"}), nil)
		s.holds(t, p, "two", "three", "four")
		is(t, "removing all values", s.Change(t.Context(), p, []string{"two", "three", "four"}, nil), nil)
		s.holds(t, p)
		is(t, "adding to an empty one", s.Change(t.Context(), p, nil, []string{"five"}), nil)
		s.holds(t, p, "five")
		is(t, "deleting it", s.Delete(t.Context(), p), nil)
		_, err := s.Get(t.Context(), p)
		is(t, "reading it afterwards", err, state.ErrNotFound)
		s.create(t, p, "anew")
		s.holds(t, p, "anew")
	}
	// Ids may look like anything that CheckID allows, and the same id in two branches is two records.
	for i, id := range []string{"0", "-", "_", "a.b-c_d", "66446001-1dd211b2-80d8c5b0-00000000", strings.Repeat("f", 64)} {
		for _, k := range []state.Kind{state.People, state.Clients} {
			p := state.Path{Kind: k, ID: id}
			s.create(t, p, fmt.Sprint(k, i))
			s.holds(t, p, fmt.Sprint(k, i))
		}
	}
}

func missing(t *testing.T, s *suite) {
	p := path(t, state.People, 0)
	_, err := s.Get(t.Context(), p)
	is(t, "reading", err, state.ErrNotFound)
	is(t, "deleting", s.Delete(t.Context(), p), state.ErrNotFound)
	is(t, "adding", s.Change(t.Context(), p, nil, []string{"x"}), state.ErrNotFound)
	is(t, "removing", s.Change(t.Context(), p, []string{"x"}, nil), state.ErrNotFound)
	is(t, "both", s.Change(t.Context(), p, []string{"x"}, []string{"x"}), state.ErrNotFound)
}

func allOrNothing(t *testing.T, s *suite) {
	p := path(t, state.People, 0)
	s.create(t, p, "a", "b", "c")
	for _, c := range []struct {
		what        string
		remove, add []string
		want        error
	}{
		{"one of two to remove is gone", []string{"a", "x"}, nil, state.ErrGone},
		{"one to remove is gone, others to add", []string{"x"}, []string{"d"}, state.ErrGone},
		{"one to remove is gone, replaced by itself", []string{"x"}, []string{"x"}, state.ErrGone},
		{"one of two to add is present", nil, []string{"d", "a"}, state.ErrPresent},
		{"one to add is present, another to remove", []string{"b"}, []string{"a"}, state.ErrPresent},
		{"one asserted, one to add present", []string{"b"}, []string{"b", "a"}, state.ErrPresent},
		{"one asserted is gone, one to add is new", []string{"a", "x"}, []string{"a", "x", "d"}, state.ErrGone},
		{"both wrong", []string{"x"}, []string{"a"}, state.ErrConflict},
	} {
		err := s.Change(t.Context(), p, c.remove, c.add)
		is(t, c.what, err, c.want)
		is(t, c.what, err, state.ErrConflict)
		s.holds(t, p, "a", "b", "c")
	}
}

// asserted is how a code is redeemed: the consent and the epoch are removed and added, the grant is added.
func asserted(t *testing.T, s *suite) {
	p := path(t, state.People, 0)
	s.create(t, p, "c1", "n0", "s1")
	redeem := func() error { return s.Change(t.Context(), p, []string{"c1", "n0"}, []string{"u1", "g1", "c1", "n0"}) }
	is(t, "the first time", redeem(), nil)
	s.holds(t, p, "c1", "n0", "s1", "u1", "g1")
	is(t, "the second time", redeem(), state.ErrPresent)
	s.holds(t, p, "c1", "n0", "s1", "u1", "g1")
	is(t, "revoking", s.Change(t.Context(), p, []string{"c1", "g1"}, nil), nil)
	is(t, "after revoking", redeem(), state.ErrConflict)
	s.holds(t, p, "n0", "s1", "u1")
	is(t, "forgetting the use", s.Change(t.Context(), p, []string{"u1"}, nil), nil)
	is(t, "after forgetting", redeem(), state.ErrGone)
	s.holds(t, p, "n0", "s1")
}

func exactly(t *testing.T, s *suite) {
	p := path(t, state.Clients, 0)
	s.create(t, p, "Some Text", "other")
	is(t, "adding it again", s.Change(t.Context(), p, nil, []string{"Some Text"}), state.ErrPresent)
	is(t, "adding other letters", s.Change(t.Context(), p, nil, []string{"some text"}), nil)
	s.holds(t, p, "Some Text", "some text", "other")
	is(t, "removing by another spelling", s.Change(t.Context(), p, []string{"OTHER"}, nil), nil)
	s.holds(t, p, "Some Text", "some text")
}

func comparison(t *testing.T, s *suite) {
	p := path(t, state.Clients, 0)
	s.create(t, p, "Some Text", "other")
	for _, v := range []string{"some text", "SOME TEXT", "Some  Text", "Some   text", "OTHER"} {
		is(t, fmt.Sprintf("adding %q", v), s.Change(t.Context(), p, nil, []string{v}), state.ErrPresent)
	}
	s.holds(t, p, "Some Text", "other")
	is(t, "text that differs", s.Change(t.Context(), p, nil, []string{"sometext"}), nil)
	is(t, "replacing the spelling", s.Change(t.Context(), p, []string{"some text"}, []string{"SOME text"}), nil)
	s.holds(t, p, "SOME text", "other", "sometext")
	is(t, "removing by another spelling", s.Change(t.Context(), p, []string{"some  TEXT", "Other"}, nil), nil)
	s.holds(t, p, "sometext")
}

func texts(t *testing.T, s *suite) {
	for i, v := range []string{
		"grüße aus Köln", "日本語", "Ω ≈ ç √ ∫", "👩‍👩‍👧 family", "عربى", `{"json":"with \"quotes\"","n":[1,2]}`, `back\slash \2c \`, "a,b+c=d<e>f;g#h", "(*)(uid=*)",
		"#04024869", "=", ":: base64?", "< file:///etc/passwd", "dn: cn=x", "%s %d", "'; drop table", "0", "-", "~",
		state.Session{ID: "abc", Device: "Firefox ÄÖ, ~^", AMR: []string{"Pwd"}}.Value(),
	} {
		p := path(t, state.Keys, i)
		s.create(t, p, v)
		s.holds(t, p, v)
		is(t, fmt.Sprintf("asserting %q", v), s.Change(t.Context(), p, []string{v}, []string{v, "more"}), nil)
		s.holds(t, p, v, "more")
		is(t, fmt.Sprintf("adding %q again", v), s.Change(t.Context(), p, nil, []string{v}), state.ErrPresent)
		is(t, fmt.Sprintf("removing %q", v), s.Change(t.Context(), p, []string{v}, nil), nil)
		s.holds(t, p, "more")
	}
}

func large(t *testing.T, s *suite) {
	p := path(t, state.Keys, 0)
	big := strings.Repeat("0123456789abcdef", state.MaxValue/16)
	other := big[:state.MaxValue-1] + "x"
	s.create(t, p, big, "small")
	is(t, "adding another that differs in its last byte", s.Change(t.Context(), p, nil, []string{other}), nil)
	is(t, "adding it again", s.Change(t.Context(), p, nil, []string{other}), state.ErrPresent)
	is(t, "removing one", s.Change(t.Context(), p, []string{big}, nil), nil)
	s.holds(t, p, other, "small")

	full := path(t, state.People, 1)
	var values []string
	for i := range state.MaxValues {
		values = append(values, state.Used{ID: state.Digest(fmt.Sprint(i))}.Value())
	}
	s.create(t, full, values...)
	s.holds(t, full, values...)
	is(t, "removing half", s.Change(t.Context(), full, values[:500], nil), nil)
	is(t, "removing one of them again", s.Change(t.Context(), full, values[499:501], nil), state.ErrGone)
	s.holds(t, full, values[500:]...)
}

func bounds(t *testing.T, s *suite) {
	p := path(t, state.People, 0)
	s.create(t, p, "a")
	for what, values := range map[string][]string{
		"no value": nil, "an empty value": {""}, "only spaces": {" "}, "a long value": {strings.Repeat("x", state.MaxValue+1)}, "bytes": {"\xff\xfe"},
		"NUL": {"x\x00"}, "a line break": {"x\ny"}, "one twice": {"x", "X"}, "too many": make([]string, state.MaxValues+1),
	} {
		if err := s.Create(t.Context(), state.Record{Path: path(t, state.People, 1), Values: values}); !fault.Is(err, fault.Invalid) {
			t.Errorf("creating with %s: %v", what, err)
		}
		if err := s.Change(t.Context(), p, nil, values); !fault.Is(err, fault.Invalid) {
			t.Errorf("adding %s: %v", what, err)
		}
		if err := s.Change(t.Context(), p, values, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("removing %s: %v", what, err)
		}
	}
	s.holds(t, p, "a")
	for _, bad := range []state.Path{{}, {Kind: state.People}, {Kind: "groups", ID: "a"}, {Kind: state.People, ID: "A"}, {Kind: state.People, ID: "a b"},
		{Kind: state.People, ID: "a,ou=clients"}, {Kind: state.People, ID: "é"}, {Kind: state.People, ID: strings.Repeat("a", 65)}} {
		_, err := s.Get(t.Context(), bad)
		for what, err := range map[string]error{
			"get": err, "delete": s.Delete(t.Context(), bad), "change": s.Change(t.Context(), bad, nil, []string{"x"}),
			"create": s.Create(t.Context(), state.Record{Path: bad, Values: []string{"x"}}),
		} {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s of %q: %v", what, bad, err)
			}
		}
	}
}

func listing(t *testing.T, s *suite) {
	const n = 30
	want := map[string]string{}
	for i := range n {
		p := path(t, state.Pending, i)
		want[p.ID] = fmt.Sprint("value", i)
		s.create(t, p, want[p.ID], "second")
	}
	s.create(t, path(t, state.Clients, n), "elsewhere")
	seen := map[string]int{}
	err := s.List(t.Context(), state.Pending, func(r state.Record) bool {
		seen[r.ID]++
		if v, ours := want[r.ID]; r.Kind != state.Pending || ours && !slices.Contains(r.Values, v) {
			t.Errorf("listed %s with %q", r.Path, r.Values)
		}
		return true
	})
	is(t, "listing", err, nil)
	for id := range want {
		if seen[id] != 1 {
			t.Errorf("record %s was listed %d times", id, seen[id])
		}
	}
	if elsewhere := path(t, state.Clients, n).ID; seen[elsewhere] != 0 {
		t.Error("a record of another branch was listed")
	}
	calls := 0
	is(t, "listing until told to stop", s.List(t.Context(), state.Pending, func(state.Record) bool { calls++; return calls < 3 }), nil)
	if calls != 3 {
		t.Errorf("%d records after being told to stop at 3", calls)
	}
}

func listingWhileChanging(t *testing.T, s *suite) {
	const n = 20
	steady := map[string]bool{}
	for i := range n {
		p := path(t, state.Keys, i)
		s.create(t, p, "v")
		if i%2 == 0 {
			steady[p.ID] = true
		}
	}
	next := n
	err := s.List(t.Context(), state.Keys, func(r state.Record) bool {
		if next < 3*n { // the callback itself deletes, adds and changes records
			if next < n+n/2 {
				is(t, "deleting while listing", s.Delete(t.Context(), path(t, state.Keys, 2*(next-n)+1)), nil)
			}
			is(t, "creating while listing", s.Create(t.Context(), state.Record{Path: path(t, state.Keys, next), Values: []string{"v"}}), nil)
			is(t, "changing while listing", s.Change(t.Context(), path(t, state.Keys, next), nil, []string{"w"}), nil)
			next++
		}
		delete(steady, r.ID)
		return true
	})
	is(t, "listing", err, nil)
	if len(steady) > 0 {
		t.Errorf("%d records that were there all the time were not listed", len(steady))
	}
}

func givenUp(t *testing.T, s *suite) {
	p := path(t, state.People, 0)
	s.create(t, p, "a")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Get(ctx, p)
	for what, err := range map[string]error{
		"get": err, "create": s.Create(ctx, state.Record{Path: path(t, state.People, 1), Values: []string{"x"}}),
		"change": s.Change(ctx, p, nil, []string{"b"}), "delete": s.Delete(ctx, p),
	} {
		if err == nil || errors.Is(err, state.ErrConflict) || errors.Is(err, state.ErrNotFound) || errors.Is(err, state.ErrExists) {
			t.Errorf("%s after giving up: %v", what, err)
		}
	}
	s.holds(t, p, "a")
	_, err = s.Get(t.Context(), path(t, state.People, 1))
	is(t, "what was given up", err, state.ErrNotFound)
}
