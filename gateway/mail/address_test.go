package mail

import (
	"strings"
	"testing"
	"unicode"
)

func FuzzNoAddressCarriesMoreThanOneRecipient(f *testing.F) {
	for _, s := range []string{"jane@example.org", "a@b, c@d", "a@b\r\nBcc: c@d", `"a b"@c`, "é@bücher.example", "a@[127.0.0.1]", "<a@b>", "a b@c", "x: a@b;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Address(text)
		if err != nil {
			return
		}
		at := strings.LastIndexByte(got, '@')
		if at < 1 || at == len(got)-1 || len(got) > maxAddress || strings.ContainsAny(got, "<>,;: \"()[]\\") || strings.Count(got, "@") != 1 {
			t.Errorf("%q became %q", text, got)
		}
		if strings.ContainsFunc(got, unicode.IsControl) || strings.ContainsFunc(got, unicode.IsSpace) {
			t.Errorf("%q became %q", text, got)
		}
	})
}
