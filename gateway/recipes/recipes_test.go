package recipes_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/recipes"
)

const (
	issuer = "https://id.example.org"
	secret = "c2VjcmV0LW9mLTI1Ni1yYW5kb20tYml0cw"
)

// cook registers an application and returns what to paste into it.
func cook(t *testing.T, name string) (*rp.Client, string) {
	t.Helper()
	r, ok := recipes.Find(name)
	if !ok {
		t.Fatalf("there is no recipe %s", name)
	}
	c, err := r.Client("https://app.example.org/sub/")
	if err != nil {
		t.Fatal(err)
	}
	c.ID = "my-app"
	if name == recipes.Generic {
		c.RedirectURIs = []string{"https://app.example.org/cb"}
	}
	if wrong := c.Check(); len(wrong) > 0 {
		t.Errorf("the client cannot be registered: %v", wrong)
	}
	if l := c.Loosened(); l != nil {
		t.Errorf("the client is looser than need be: %q", l)
	}
	text, err := r.Paste(recipes.For(issuer, c, secret))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{issuer, "my-app", secret} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s in\n%s", want, text)
		}
	}
	for _, trace := range []string{"<no value>", "{{.", "%!"} {
		if strings.Contains(text, trace) {
			t.Errorf("%s stands in\n%s", trace, text)
		}
	}
	return c, text
}

func expect(t *testing.T, c *rp.Client, text, callback string, lines ...string) {
	t.Helper()
	if !slices.Contains(c.RedirectURIs, "https://app.example.org/sub"+callback) {
		t.Errorf("people come back to %q", c.RedirectURIs)
	}
	for _, l := range lines {
		if !strings.Contains(text, l) {
			t.Errorf("there is no %q in\n%s", l, text)
		}
	}
}

func TestNextcloud(t *testing.T) {
	t.Parallel()
	c, text := cook(t, "nextcloud")
	expect(t, c, text, "/apps/user_oidc/code", "Discovery endpoint  https://id.example.org/.well-known/openid-configuration", "openid profile email groups")
	expect(t, c, text, "/index.php/apps/user_oidc/code")
}

func TestGitLab(t *testing.T) {
	t.Parallel()
	c, text := cook(t, "gitlab")
	expect(t, c, text, "/users/auth/openid_connect/callback", `scope: ["openid", "profile", "email"],`, "pkce: true", `redirect_uri: "https://app.example.org/sub/users/auth/openid_connect/callback"`)
}

func TestGrafana(t *testing.T) {
	t.Parallel()
	c, text := cook(t, "grafana")
	expect(t, c, text, "/login/generic_oauth", "[auth.generic_oauth]", "api_url = https://id.example.org/oauth/userinfo", "use_pkce = true", "root_url must be https://app.example.org/sub/")
}

func TestApache(t *testing.T) {
	t.Parallel()
	c, text := cook(t, "mod_auth_openidc")
	expect(t, c, text, "/redirect_uri", "OIDCRedirectURI https://app.example.org/sub/redirect_uri\n", "OIDCPKCEMethod S256", "Require valid-user")
}

func TestOAuth2Proxy(t *testing.T) {
	t.Parallel()
	c, text := cook(t, "oauth2-proxy")
	expect(t, c, text, "/oauth2/callback", `oidc_issuer_url = "https://id.example.org"`, `code_challenge_method = "S256"`)
}

func TestMatrix(t *testing.T) {
	t.Parallel()
	c, text := cook(t, "matrix")
	expect(t, c, text, "/_synapse/client/oidc/callback", `localpart_template: "{{ user.preferred_username }}"`, `scopes: ["openid", "profile", "email"]`)
}

func TestWordPress(t *testing.T) {
	t.Parallel()
	c, text := cook(t, "wordpress")
	expect(t, c, text, "/wp-admin/admin-ajax.php?action=openid-connect-authorize", "define( 'OIDC_ENDPOINT_TOKEN_URL', 'https://id.example.org/oauth/token' );")
}

func TestAnotherApplication(t *testing.T) {
	t.Parallel()
	_, text := cook(t, recipes.Generic)
	if !strings.Contains(text, "Redirect URI   https://app.example.org/cb") {
		t.Errorf("it says\n%s", text)
	}
}

func TestEveryRecipeIsTested(t *testing.T) {
	t.Parallel()
	want := []string{"gitlab", "grafana", "matrix", "mod_auth_openidc", "nextcloud", "oauth2-proxy", "wordpress", "generic"}
	if got := recipes.Names(); !slices.Equal(got, want) {
		t.Errorf("the recipes are %q, those with a test above %q", got, want)
	}
	for _, r := range recipes.All() {
		if r.Title == "" || r.About == "" || !strings.HasPrefix(r.Scope, "openid ") {
			t.Errorf("%+v", r)
		}
	}
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	r, _ := recipes.Find("nextcloud")
	for _, base := range []string{"", "cloud.example.org", "ftp://cloud.example.org", "https://", "https://a@cloud.example.org", "https://cloud.example.org?x", "https://cloud.example.org#x"} {
		if c, err := r.Client(base); err == nil {
			t.Errorf("%q: %+v", base, c)
		}
	}
	if _, ok := recipes.Find("nothing"); ok {
		t.Error("there is a recipe for nothing")
	}
	c, err := r.Client("https://cloud.example.org")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := r.Paste(recipes.For(issuer, c, "")); err != nil || !strings.Contains(text, recipes.Placeholder) {
		t.Errorf("without the secret: %v\n%s", err, text)
	}
}
