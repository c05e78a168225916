package seal_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func secret(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func ring(t *testing.T, secrets ...[]byte) *seal.Keyring {
	t.Helper()
	k, err := seal.New(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestWhatWasSealedOpensOnlyForItsPurposeAndPlace(t *testing.T) {
	t.Parallel()
	k := ring(t, secret(1))
	for _, plain := range []string{"", "x", "grüße", strings.Repeat("y", seal.MaxPlain)} {
		s, err := k.Seal("link", []byte("people/a"), []byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		got, err := k.Open("link", []byte("people/a"), s)
		if err != nil || string(got) != plain {
			t.Fatalf("opening what was sealed: %v", err)
		}
		for name, open := range map[string]func() ([]byte, error){
			"another purpose": func() ([]byte, error) { return k.Open("code", []byte("people/a"), s) },
			"another place":   func() ([]byte, error) { return k.Open("link", []byte("people/b"), s) },
			"no place":        func() ([]byte, error) { return k.Open("link", nil, s) },
			"another secret":  func() ([]byte, error) { return ring(t, secret(2)).Open("link", []byte("people/a"), s) },
		} {
			if got, err := open(); !errors.Is(err, seal.ErrOpen) || got != nil {
				t.Errorf("%s: got %q, %v", name, got, err)
			}
		}
	}
}

func TestTwoSealsOfOneTextShareNothing(t *testing.T) {
	t.Parallel()
	k := ring(t, secret(1))
	seen := map[string]bool{}
	for range 100 {
		s, err := k.Seal("p", nil, []byte("same"))
		if err != nil {
			t.Fatal(err)
		}
		if seen[s[2:20]] {
			t.Fatal("salt and nonce came twice")
		}
		seen[s[2:20]] = true
	}
}

func TestEveryChangedBitIsNoticed(t *testing.T) {
	t.Parallel()
	k := ring(t, secret(1))
	s, err := k.Seal("p", nil, []byte("a small text"))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			bad := bytes.Clone(raw)
			bad[i] ^= 1 << bit
			if _, err := k.Open("p", nil, base64.RawURLEncoding.EncodeToString(bad)); !errors.Is(err, seal.ErrOpen) {
				t.Fatalf("byte %d bit %d changed: %v", i, bit, err)
			}
		}
	}
	for n := range len(s) {
		if _, err := k.Open("p", nil, s[:n]); !errors.Is(err, seal.ErrOpen) {
			t.Fatalf("cut to %d characters: %v", n, err)
		}
	}
}

func TestErrorsSayNothingAboutWhy(t *testing.T) {
	t.Parallel()
	k := ring(t, secret(1))
	good, err := k.Seal("p", nil, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	want := seal.ErrOpen.Error()
	for name, s := range map[string]string{
		"empty": "", "not base64": "!!!", "padded": good + "=", "newline": good[:8] + "\n" + good[8:],
		"oversized": strings.Repeat("A", 1<<20), "zeros": strings.Repeat("A", 100),
	} {
		_, err := k.Open("p", nil, s)
		if err == nil || err.Error() != want || fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASecretCanBeReplacedWithoutLosingWhatIsOutThere(t *testing.T) {
	t.Parallel()
	before, during, after := ring(t, secret(1)), ring(t, secret(2), secret(1)), ring(t, secret(2))
	old, err := before.Seal("p", nil, []byte("old"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := during.Open("p", nil, old); err != nil || string(got) != "old" {
		t.Fatalf("the old one no longer opens: %v", err)
	}
	fresh, err := during.Seal("p", nil, []byte("new"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := after.Open("p", nil, fresh); err != nil {
		t.Fatalf("the first secret does not seal: %v", err)
	}
	if _, err := after.Open("p", nil, old); !errors.Is(err, seal.ErrOpen) {
		t.Fatalf("a secret that was taken away still opens: %v", err)
	}
	if keys := during.Keys("m"); !bytes.Equal(keys[0], after.Key("m")) || !bytes.Equal(keys[1], before.Key("m")) {
		t.Fatal("MAC keys do not rotate")
	}
}

func TestMACKeysDifferByPurposeAndFromSecrets(t *testing.T) {
	t.Parallel()
	k := ring(t, secret(1))
	a, b := k.Key("a"), k.Key("b")
	if len(a) != 32 || bytes.Equal(a, b) || bytes.Equal(a, secret(1)) || !bytes.Equal(a, k.Key("a")) {
		t.Fatalf("keys %x and %x", a, b)
	}
}

func TestWeakSecretsAreRefusedAndNotRepeated(t *testing.T) {
	t.Parallel()
	for name, secrets := range map[string][][]byte{
		"none": nil, "short": {[]byte("hunter2-hunter2-hunter2-hunter2")}, "twice": {secret(1), secret(1)},
		"too many": {secret(1), secret(2), secret(3), secret(4), secret(5), secret(6), secret(7), secret(8), secret(9)},
	} {
		_, err := seal.New(secrets...)
		if !fault.Is(err, fault.Invalid) || strings.Contains(fmt.Sprint(err), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ring(t, secret(1)).Seal("p", nil, make([]byte, seal.MaxPlain+1)); !fault.Is(err, fault.Invalid) {
		t.Errorf("too long a text: %v", err)
	}
}

func TestAKeyringServesManyAtOnce(t *testing.T) {
	t.Parallel()
	k := ring(t, secret(1))
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for j := range 40 {
				p := fmt.Sprint("purpose ", (i+j)%300)
				s, err := k.Seal(p, nil, []byte(p))
				if err != nil {
					t.Error(err)
				}
				if got, err := k.Open(p, nil, s); err != nil || string(got) != p {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestWhatAnOlderSecretSealedIsNotFresh(t *testing.T) {
	t.Parallel()
	old, both := ring(t, secret(1)), ring(t, secret(2), secret(1))
	s, err := old.Seal("p", []byte("a"), []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := both.Seal("p", []byte("a"), []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ got, want bool }{
		"the secret that sealed":  {old.Fresh("p", []byte("a"), s), true},
		"an older secret":         {both.Fresh("p", []byte("a"), s), false},
		"sealed anew":             {both.Fresh("p", []byte("a"), again), true},
		"another purpose":         {both.Fresh("q", []byte("a"), again), false},
		"another place":           {both.Fresh("p", []byte("b"), again), false},
		"nothing that was sealed": {both.Fresh("p", []byte("a"), "x"), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: %t", name, c.got)
		}
	}
}
