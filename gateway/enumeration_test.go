package gateway_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// post sends a form as our own pages do and returns the one answer to it.
func post(t *testing.T, address string, values ...string) *http.Response {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(values); i += 2 {
		form.Add(values[i], values[i+1])
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept", "text/html")
	return send(t, r)
}

func answer(t *testing.T, address string, values ...string) int {
	t.Helper()
	resp := post(t, address, values...)
	defer resp.Body.Close() //nolint:errcheck // only read
	return resp.StatusCode
}

// seen is what a stranger sees of an answer, without what is different every time: the request's number, sealed values, and the login itself.
func seen(t *testing.T, resp *http.Response, login string) string {
	t.Helper()
	defer resp.Body.Close() //nolint:errcheck // only read
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	body := strings.ReplaceAll(string(raw), resp.Header.Get("X-Request-Id"), "NUMBER")
	body = strings.ReplaceAll(body, login, "LOGIN")
	for _, before := range []string{"who=", `name="continue" value="`} {
		for i := strings.Index(body, before); i >= 0; {
			end := strings.IndexAny(body[i+len(before):], `"&`)
			body = body[:i] + "SEALED" + body[i+len(before)+end:]
			i = strings.Index(body, before)
		}
	}
	cookies := []string{}
	for _, c := range resp.Cookies() {
		cookies = append(cookies, c.Name)
	}
	return resp.Status + " " + strings.Join(cookies, ",") + " " + resp.Header.Get("Retry-After") + "\n" + body
}

func TestNobodyLearnsFromSigningInWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s})
		try := func(login, password string) (string, ldaptest.Counts) {
			var text string
			c := g.Counts(func() { text = seen(t, post(t, g.URL+"/signin/password", "login", login, "password", password), login) })
			c.Connections = 0 // each bind has a connection of its own; the pool's are opened when they are needed
			return text, c
		}
		// The first bind of the service account opens the pool's connection.
		g.SignIn(t, "ada")
		want, counts := try("ada", "wrong-password")
		if !strings.HasPrefix(want, "422") || counts.Bind != 1 || counts.Search != 1 || counts.Writes() != 0 {
			t.Fatalf("a wrong password: %+v, %.40s", counts, want)
		}
		for name, who := range map[string][2]string{
			"nobody":                        {"nobody-at-all", "wrong-password"},
			"nobody with somebody's":        {"nobody-at-all", "ada-password"},
			"two people with one address":   {"family@example.org", "lee-password"},
			"a locked account":              {"locked", "locked-password"},
			"a locked account, guessing":    {"locked", "wrong-password"},
			"an account without a password": {"newcomer", "wrong-password"},
			"a filter":                      {"*)(uid=*", "ada-password"},
			"somebody by address":           {"grace@example.org", "wrong-password"},
		} {
			got, c := try(who[0], who[1])
			if got != want {
				t.Errorf("%s: the answer is another:\n%s\n--- instead of\n%s", name, got, want)
			}
			if c != counts {
				t.Errorf("%s: the directory is asked %+v instead of %+v", name, c, counts)
			}
		}
	})
}

func TestNobodyLearnsFromAForgottenPasswordWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s})
		try := func(login string) (string, ldaptest.Counts) {
			var text string
			c := g.Counts(func() { text = seen(t, post(t, g.URL+"/password/forgot", "login", login), login) })
			c.Connections = 0
			return text, c
		}
		try("warm-up")
		want, counts := try("ada")
		if !strings.HasPrefix(want, "200") || counts.Search != 1 || counts.Bind+counts.Writes() != 0 {
			t.Fatalf("somebody: %+v, %.40s", counts, want)
		}
		for _, login := range []string{"nobody-at-all", "ada@example.org", "nobody@example.org", "family@example.org", "nomail", "locked", "newcomer", "*)(uid=*", "ada"} {
			got, c := try(login)
			if got != want {
				t.Errorf("%s: the answer is another:\n%s\n--- instead of\n%s", login, got, want)
			}
			if c != counts {
				t.Errorf("%s: the directory is asked %+v instead of %+v", login, c, counts)
			}
		}
		g.Mail(t, "ada@example.org")
	})
}
