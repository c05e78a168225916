package state_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
)

var (
	t1 = time.Unix(1764000000, 0).UTC()
	t2 = time.Unix(1764009999, 0).UTC()

	nasty = []string{"", "plain", "With Capitals", "two  spaces ", " ", "~", "^", "~~41", "^a", "A", "a", "a,b", "é", "É", "straße", "\x00\n\t", "日本", "~20", "x^", "x~2"}
)

// Each kind, made of one text, as text and read again.
func kinds(text string) map[string]struct {
	value string
	again func() (any, string, error)
	want  any
} {
	type row = struct {
		value string
		again func() (any, string, error)
		want  any
	}
	list := []string{"first", text + "x", "Last"}
	c := state.Consent{Client: "shop", ID: text, Given: t1, Updated: t2, Trusted: true, Scopes: list, Claims: list}
	g := state.Grant{ID: "ab12", Expires: t2, Made: t1, Epoch: 7, Client: text, Consent: text, SID: text, AuthTime: t1, Offline: true, Scopes: list, Claims: list,
		Audience: list, ACR: text, AMR: list, Extra: text}
	s := state.Session{ID: "ab12", SID: text, Expires: t2, Made: t1, Seen: t1, AuthTime: t1, Epoch: 9, ACR: text, AMR: list, Device: text}
	k := state.Factor{ID: "ab12", Type: text, Made: t1, Used: t2, Name: text, Sealed: text}
	return map[string]row{
		"consent": {c.Value(), func() (any, string, error) { v, err := state.ParseConsent(c.Value()); return blank(v), v.Value(), err }, c},
		"grant":   {g.Value(), func() (any, string, error) { v, err := state.ParseGrant(g.Value()); return blank(v), v.Value(), err }, g},
		"session": {s.Value(), func() (any, string, error) { v, err := state.ParseSession(s.Value()); return blank(v), v.Value(), err }, s},
		"factor":  {k.Value(), func() (any, string, error) { v, err := state.ParseFactor(k.Value()); return blank(v), v.Value(), err }, k},
	}
}

// blank forgets the text that a parsed value remembers.
func blank(v any) any {
	p := reflect.New(reflect.TypeOf(v)).Elem()
	for i := range p.NumField() {
		if p.Type().Field(i).IsExported() {
			p.Field(i).Set(reflect.ValueOf(v).Field(i))
		}
	}
	return p.Interface()
}

func TestEveryValueComesBackAsItWasKept(t *testing.T) {
	t.Parallel()
	for _, text := range nasty {
		for kind, row := range kinds(text) {
			got, value, err := row.again()
			if err != nil || value != row.value || !reflect.DeepEqual(got, row.want) {
				t.Errorf("%s of %q: %v\n got %+v\nwant %+v", kind, text, err, got, row.want)
			}
		}
	}
}

func TestValuesThatDifferStillDifferForADirectory(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, text := range nasty {
		for kind, row := range kinds(text) {
			f := state.Fold(row.value)
			if f != row.value {
				t.Errorf("%s of %q is not in the form that is compared: %q", kind, text, row.value)
			}
			for i := range len(row.value) {
				if c := row.value[i]; c < ' ' || c > '~' {
					t.Errorf("%s of %q holds byte %x", kind, text, c)
				}
			}
			if other, ok := seen[f]; ok {
				t.Errorf("%s of %q equals %s", kind, text, other)
			}
			seen[f] = fmt.Sprintf("%s of %q", kind, text)
		}
	}
}

// What collides across replicas of two versions must be the same text for ever.
func TestTheTextOfWhatDecidesNeverChanges(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"u" + strings.Repeat("ab", 32) + " 1764000000": state.Used{ID: strings.Repeat("ab", 32), Expires: t1}.Value(),
		"rab12 7 1764000000":                           state.Rotation{Grant: "ab12", Generation: 7, Made: t1}.Value(),
		"n1764000000123":                               state.NotBefore{Epoch: 1764000000123}.Value(),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if d := state.Digest("ab", "c"); d != "601d5476e2ccfe2c87a2bba7a322659734a05749d5b5aa781f513e4912db0d5f" || d == state.Digest("a", "bc") {
		t.Errorf("digest %s", d)
	}
}

func TestALaterVersionMayAppendFields(t *testing.T) {
	t.Parallel()
	for kind, row := range kinds("x") {
		v := row.value + " new,field ~"
		var err error
		switch kind {
		case "consent":
			_, err = state.ParseConsent(v)
		case "grant":
			_, err = state.ParseGrant(v)
		case "session":
			_, err = state.ParseSession(v)
		case "factor":
			_, err = state.ParseFactor(v)
		}
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestWhatIsNoValueIsRefusedInEveryCut(t *testing.T) {
	t.Parallel()
	parse := map[byte]func(string) error{
		'c': func(v string) error { _, err := state.ParseConsent(v); return err },
		'g': func(v string) error { _, err := state.ParseGrant(v); return err },
		'r': func(v string) error { _, err := state.ParseRotation(v); return err },
		's': func(v string) error { _, err := state.ParseSession(v); return err },
		'k': func(v string) error { _, err := state.ParseFactor(v); return err },
		'u': func(v string) error { _, err := state.ParseUsed(v); return err },
		'n': func(v string) error { _, err := state.ParseNotBefore(v); return err },
	}
	for kind, p := range parse {
		for _, v := range []string{"", "x", string(kind), string(kind) + " 1 2 3", string(kind) + "A", string(kind) + "a x y z ~4 ^", "N0"} {
			if err := p(v); err == nil {
				t.Errorf("kind %c took %q", kind, v)
			}
		}
	}
	for kind, row := range kinds("x") {
		words := strings.Split(row.value, " ")
		for n := range len(words) {
			if err := parse[row.value[0]](strings.Join(words[:n], " ")); err == nil {
				t.Errorf("%s took the first %d fields", kind, n)
			}
			for _, bad := range []string{"^", "~zz", "a~4", "^A", "abc^"} {
				spoilt := append(append(append([]string{}, words[:n]...), bad), words[n+1:]...)
				_ = parse[row.value[0]](strings.Join(spoilt, " ")) // may be a text field, in which case it must be an error
				if n == len(words)-1 && parse[row.value[0]](strings.Join(spoilt, " ")) == nil {
					t.Errorf("%s took %q in its last field", kind, bad)
				}
			}
		}
	}
}

func TestEveryPersonHasAPathWhateverTheIDLooksLike(t *testing.T) {
	t.Parallel()
	if p := state.PersonPath("66446001-1dd211b2"); p.ID != "66446001-1dd211b2" || p.Kind != state.People {
		t.Errorf("path %s", p)
	}
	seen := map[string]bool{}
	for _, id := range []string{"André", "andré", "a b", "a  b", "UPPER", "upper!", strings.Repeat("x", 300), ".x"} {
		p := state.PersonPath(id)
		if err := state.CheckPath(p); err != nil || seen[p.ID] {
			t.Errorf("%q: path %s, %v", id, p, err)
		}
		seen[p.ID] = true
	}
}

func TestStoresAreProtectedFromWhatTheyCannotHold(t *testing.T) {
	t.Parallel()
	good := state.Path{Kind: state.People, ID: "a"}
	many := make([]string, state.MaxValues+1)
	for i := range many {
		many[i] = fmt.Sprint("v", i)
	}
	for name, values := range map[string][]string{
		"none": nil, "empty": {""}, "spaces": {"  "}, "too long": {strings.Repeat("x", state.MaxValue+1)}, "too many": many,
		"not UTF-8": {"\xff"}, "control": {"a\x00"}, "newline": {"a\nb"}, "twice": {"a", "b", "A"}, "twice by spaces": {"a b", "a  b"},
	} {
		if state.CheckRecord(state.Record{Path: good, Values: values}) == nil {
			t.Errorf("a record with values %s", name)
		}
		if state.CheckChange(good, nil, values) == nil || state.CheckChange(good, values, nil) == nil {
			t.Errorf("a change with values %s", name)
		}
	}
	for _, p := range []state.Path{{}, {Kind: "x", ID: "a"}, {Kind: state.People}, {Kind: state.People, ID: "A"}, {Kind: state.People, ID: strings.Repeat("a", 65)}} {
		if state.CheckPath(p) == nil || state.CheckRecord(state.Record{Path: p, Values: []string{"x"}}) == nil || state.CheckChange(p, nil, []string{"x"}) == nil {
			t.Errorf("path %q was taken", p)
		}
	}
	for _, k := range state.Kinds() {
		if err := state.CheckChange(state.Path{Kind: k, ID: "a"}, []string{"x"}, []string{"x", strings.Repeat("é", state.MaxValue/2)}); err != nil {
			t.Error(err)
		}
	}
}

func FuzzValues(f *testing.F) {
	for _, text := range nasty {
		for _, row := range kinds(text) {
			f.Add(row.value)
		}
	}
	f.Fuzz(func(t *testing.T, v string) {
		if c, err := state.ParseConsent(v); err == nil {
			if _, err := state.ParseConsent(c.Value()); err != nil {
				t.Errorf("%q became %q: %v", v, c.Value(), err)
			}
		}
		if g, err := state.ParseGrant(v); err == nil {
			if _, err := state.ParseGrant(g.Value()); err != nil {
				t.Errorf("%q became %q: %v", v, g.Value(), err)
			}
		}
		if s, err := state.ParseSession(v); err == nil && state.Fold(s.Value()) != s.Value() {
			t.Errorf("%q became %q", v, s.Value())
		}
	})
}
