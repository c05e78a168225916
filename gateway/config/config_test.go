package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
)

const goodSecret = "0123456789abcdef0123456789abcdef"

func env(name string) (string, bool) {
	v, ok := map[string]string{
		"WICKETGATE_SECRET": goodSecret, "WICKETGATE_LDAP_PASSWORD": "ldap-pw", "WICKETGATE_MAIL_PASSWORD": "mail-pw",
		"WICKETGATE_WIKI_SECRET": strings.Repeat("w1", 16), "PORT": "2525", "TWO": "a\nb: c", "EMPTY": "",
	}[name]
	return v, ok
}

// minimal is a working file for a stock OpenLDAP.
const minimal = `public_url: https://id.example.org
secret: ${WICKETGATE_SECRET}
directory:
  urls: [ldaps://ldap.example.org]
  bind_dn: cn=wicketgate,ou=services,dc=example,dc=org
  bind_password: ${WICKETGATE_LDAP_PASSWORD}
  preset: openldap
  users: {base: "ou=people,dc=example,dc=org"}
  groups: {base: "ou=groups,dc=example,dc=org"}
state: {base: "ou=wicketgate,dc=example,dc=org"}
mail: {host: smtp.example.org, from: no-reply@example.org}
admin_group: admins
`

func parse(t *testing.T, text string) (*config.Config, error) {
	t.Helper()
	return config.Parse("wicketgate.yaml", []byte(text), env)
}

func good(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := parse(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// problems returns the lines of the error, or fails if there is none.
func problems(t *testing.T, text string) []string {
	t.Helper()
	_, err := parse(t, text)
	if err == nil {
		t.Fatalf("accepted:\n%s", text)
	}
	if _, ok := errors.AsType[*config.Error](err); !ok {
		t.Fatalf("not an *Error: %v", err)
	}
	return strings.Split(err.Error(), "\n")
}

func TestTwelveLinesAreEnough(t *testing.T) {
	t.Parallel()
	if n := strings.Count(minimal, "\n"); n > 12 {
		t.Fatalf("the file has %d lines", n)
	}
	c := good(t, minimal)
	if len(c.Warnings) > 0 {
		t.Errorf("warnings: %v", c.Warnings)
	}
	if c.Listen != "127.0.0.1:8080" || c.Sessions.Lifetime != 12*time.Hour || *c.Sessions.Remembered != 30*24*time.Hour || c.Links.Reset != time.Hour ||
		c.Brand.Name != "Wicketgate" || c.Log.Format != "json" || len(c.Proxies) != 2 || c.Public.Host != "id.example.org" {
		t.Errorf("defaults are %+v", c)
	}
	if c.Mapping == nil || c.Rules == nil || !c.Rules.NeedsGroups() {
		t.Error("mapping and rules are not compiled")
	}
	if d := c.Transport(); d.BindPassword != "ldap-pw" || len(d.URLs) != 1 || len(d.Validate()) > 0 {
		t.Errorf("directory is %+v", d)
	}
	if m := c.MailServer(); m.Addr() != "smtp.example.org:587" || m.From != "no-reply@example.org" {
		t.Errorf("mail is %+v", m)
	}
	if s := c.Secrets(); len(s) != 1 || string(s[0]) != goodSecret {
		t.Error("the secret is lost")
	}
}

func TestAStockOpenLDAPNeedsNoPreset(t *testing.T) {
	t.Parallel()
	c := good(t, strings.Replace(minimal, "  preset: openldap\n", "", 1))
	if _, ok := c.Mapping.Field("emails"); !ok || c.Directory.Preset != "openldap" {
		t.Errorf("the preset is %q", c.Directory.Preset)
	}
	own := strings.Replace(minimal, "  preset: openldap\n  users: {", "  users: {login: username, id: entryUUID, attributes: {username: uid, name: cn}, ", 1)
	c = good(t, own)
	if _, ok := c.Mapping.Field("emails"); ok || c.Directory.Preset != "" {
		t.Errorf("the preset %q was laid under a mapping of one's own", c.Directory.Preset)
	}
}

func TestTheStartingFileLoads(t *testing.T) {
	t.Parallel()
	if c := good(t, config.Starter()); len(c.Warnings) > 0 {
		t.Errorf("warnings: %v", c.Warnings)
	}
	// And with every setting that is commented out.
	all := regexp.MustCompile(`(?m)^( *)#(\S|  )`).ReplaceAllString(config.Starter(), "$1$2")
	// The certificates of the system stand elsewhere on other systems.
	c := good(t, strings.ReplaceAll(all, "  ca_file: /etc/ssl/certs/ca-certificates.crt\n", ""))
	if len(c.Warnings) > 0 {
		t.Errorf("warnings: %v", c.Warnings)
	}
	clients := c.OIDCClients()
	if len(clients) != 1 || clients[0].ID != "wiki" || !clients[0].Trusted || len(clients[0].Secrets) != 1 || c.MetricsListen == "" || c.Passwords.MinLength != 10 {
		t.Errorf("got %+v", c)
	}
	if _, ok := c.Mapping.Field("favourite_colour"); !ok {
		t.Error("the example of an own field is not one")
	}
	if c.Policy[1].For[0].Group != "staff" {
		t.Errorf("got %+v", c.Policy)
	}
}

func TestEveryMistakeIsToldAtOnceWithItsLine(t *testing.T) {
	t.Parallel()
	got := problems(t, `public_url: http://id.example.org/path
publik_url: x
listen: 8080
secret: short
directory:
  urls: [ldap://ldap.example.org, ldaps://other]
  bind_pasword: hunter2
  preset: openldap
  users:
    base: ou=people,dc=example,dc=org
    lgoin: [username]
    attributes:
      name: cn
      photo: {atribute: jpegPhoto}
mail:
  port: abc
  timeout: soon
  from: [a, b]
sessions: 12h
passwords:
  min_length: 10
  min_length: 12
log: {level: info, colour: yes}
clients:
  id: wiki
`)
	for _, want := range []string{
		`wicketgate.yaml:2: publik_url: found "publik_url", wanted a known key (did you mean "public_url"?)`,
		`wicketgate.yaml:7: directory.bind_pasword: found "bind_pasword", wanted a known key (did you mean "bind_password"?)`,
		`wicketgate.yaml:11: directory.users.lgoin: found "lgoin", wanted a known key (did you mean "login"?)`,
		`wicketgate.yaml:14: directory.users.attributes.photo.atribute: found "atribute", wanted a known key (did you mean "attribute"?)`,
		`wicketgate.yaml:16: mail.port: found "abc", wanted a whole number`,
		`wicketgate.yaml:17: mail.timeout: found "soon", wanted a time such as 30s, 15m, 12h or 30d`,
		`wicketgate.yaml:18: mail.from: found "a list", wanted a text`,
		`wicketgate.yaml:19: sessions: found "12h", wanted keys and values`,
		`wicketgate.yaml:22: passwords.min_length: wanted each key once (it stands in line 21 already)`,
		`wicketgate.yaml:23: log.colour: found "colour", wanted a known key (keys here: level, format, audit)`,
		`wicketgate.yaml:25: clients: found "a mapping", wanted a list`,
		// What can be read is judged all the same.
		`wicketgate.yaml:1: public_url: found "http://id.example.org/path", wanted an address without a path`,
		`wicketgate.yaml:3: listen: found "8080", wanted an address and a port, such as 127.0.0.1:8080 or :8080`,
		"wicketgate.yaml:4: secret: wanted 32 bytes or more (line 1 of it has 5; `openssl rand -base64 48` makes a good one)",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if len(got) != 17 { // and directory.urls[0], state.base, and the warning of listen
		t.Errorf("%d problems:\n%s", len(got), strings.Join(got, "\n"))
	}
}

// TestWhatFitsNoSingleKeyIsToldToo changes the minimal file in one place each.
func TestWhatFitsNoSingleKeyIsToldToo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, want string }{
		"no address":        {"public_url: https://id.example.org", "public_url:", ":1: public_url: wanted the address"},
		"path":              {"https://id.example.org", "https://id.example.org/auth", ":1: public_url: found \"https://id.example.org/auth\", wanted an address without a path"},
		"clear":             {"https://id.example.org", "http://id.example.org", "begins with https://"},
		"not web":           {"https://id.example.org", "ftp://id.example.org", ":1: public_url"},
		"no secret":         {"secret: ${WICKETGATE_SECRET}\n", "", ": secret: wanted a secret of 32 bytes"},
		"short secret":      {"secret: ${WICKETGATE_SECRET}", "secret: hunter2", ":2: secret: wanted 32 bytes or more"},
		"poor secret":       {"secret: ${WICKETGATE_SECRET}", "secret: " + strings.Repeat("x", 40), ":2: secret: wanted random bytes"},
		"variable":          {"${WICKETGATE_SECRET}", "${WICKETGATE_SECRETS}", `:2: secret: found "${WICKETGATE_SECRETS}", wanted an environment variable`},
		"empty variable":    {"${WICKETGATE_SECRET}", "${EMPTY}", ":2: "},
		"no file":           {"secret: ${WICKETGATE_SECRET}", "secret_file: /nowhere/secret", `:2: secret_file: found "/nowhere/secret", wanted a file that can be read (no such file or directory)`},
		"both":              {"secret: ${WICKETGATE_SECRET}", "secret: ${WICKETGATE_SECRET}\nsecret_file: x", ":3: secret_file: found \"x\", wanted either secret or secret_file"},
		"plain ldap":        {"ldaps://ldap.example.org", "ldap://ldap.example.org", ":4: directory.urls: ldap://ldap.example.org would send passwords unprotected"},
		"no server":         {"[ldaps://ldap.example.org]", "[]", ":4: directory.urls: wanted at least one server"},
		"no password":       {"  bind_password: ${WICKETGATE_LDAP_PASSWORD}\n", "", "directory.bind_password: there is no password"},
		"no preset":         {"  preset: openldap\n  users: {", "  users: {login: username, attributes: {phones: mobile}, ", "directory.preset: wanted a preset such as openldap"},
		"unknown preset":    {"preset: openldap", "preset: openldpa", `:7: directory.preset: found "openldpa", wanted one of`},
		"dialect":           {"  preset: openldap\n", "  preset: openldap\n  dialect: open\n", `:8: directory.dialect: found "open"`},
		"bad base":          {`"ou=people,dc=example,dc=org"`, "people", ":8: directory.users.base"},
		"unmapped login":    {`{base: "ou=people,dc=example,dc=org"}`, `{base: "ou=people,dc=example,dc=org", login: [usrname]}`, ":8: directory.users.login"},
		"no state":          {`state: {base: "ou=wicketgate,dc=example,dc=org"}`, "", ": state.base: wanted the DN"},
		"bad state":         {`"ou=wicketgate,dc=example,dc=org"`, "wicketgate", ":10: state.base: found"},
		"spelling":          {`state: {base: "ou=wicketgate,dc=example,dc=org"}`, `state: {base: "ou=w,dc=x", spelling: aplicationProcess}`, `did you mean "applicationProcess"?`},
		"mail, no host":     {"host: smtp.example.org, ", "", ":11: mail.host: wanted the name"},
		"mail, no from":     {", from: no-reply@example.org", "", ":11: mail.from: wanted the sender"},
		"mail tls":          {"{host: smtp.example.org", "{tls: ssl, host: smtp.example.org", `:11: mail.tls: found "ssl"`},
		"mail ca":           {"{host: smtp.example.org", "{ca_file: /nowhere, host: smtp.example.org", ":11: mail.ca_file: found \"/nowhere\", wanted a file that can be read"},
		"admins, no groups": {`  groups: {base: "ou=groups,dc=example,dc=org"}` + "\n", "", ":11: admin_group: found \"admins\""},
		"rule":              {"admin_group: admins", "policy: [{can: [invit]}]", `:12: policy[0].can: found "invit"`},
		"rule field":        {"admin_group: admins", "policy: [{write: [phonez]}]", `:12: policy[0].write: found "phonez"`},
		"rule nobody":       {"admin_group: admins", "policy: [{for: {groop: x}, can: [invite]}]", `:12: policy[0].for`},
		"listen":            {"admin_group: admins", "listen: example", ":12: listen: found"},
		"metrics":           {"admin_group: admins", "listen: 127.0.0.1:1\nmetrics_listen: 127.0.0.1:1", ":13: metrics_listen"},
		"half a cert":       {"admin_group: admins", "tls: {cert: starter.yaml}", ":12: tls: wanted both"},
		"proxy":             {"admin_group: admins", "trusted_proxies: [10.0.0.0/8, nginx]", `:12: trusted_proxies[1]: found "nginx"`},
		"idle":              {"admin_group: admins", "sessions: {lifetime: 1h, idle: 2h}", ":12: sessions.idle"},
		"forever":           {"admin_group: admins", "links: {reset: 1000h}", ":12: links.reset"},
		"score":             {"admin_group: admins", "passwords: {min_score: 5}", ":12: passwords.min_score"},
		"theme":             {"admin_group: admins", "brand: {theme: /nowhere}", ":12: brand.theme: found"},
		"theme file":        {"admin_group: admins", "brand: {theme: starter.yaml}", ":12: brand.theme: found \"starter.yaml\", wanted a folder"},
		"help":              {"admin_group: admins", "brand: {help_url: example, help_mail: nobody}", "brand.help_mail"},
		"level":             {"admin_group: admins", "log: {level: loud}", ":12: log.level"},
		"format":            {"admin_group: admins", "log: {format: jsn}", `did you mean "json"?`},
		"client":            {"admin_group: admins", "clients:\n- {id: Wiki, redirect_uris: ['http://x y']}\n- {id: a, secret: tooshort}", ":14: clients[1].secret: wanted 32 bytes"},
		"client twice":      {"admin_group: admins", "clients:\n- {id: a, redirect_uris: ['https://a/b']}\n- {id: a, redirect_uris: ['https://a/b']}", ":14: clients[1].id: found \"a\""},
		"resource":          {"admin_group: admins", "resources:\n- {uri: 'https://stock.example.org', clients: '*', scopes: [{name: openid}]}", ":13: resources[0].scopes: wanted a value that fits (openid belongs"},
		"resource alg":      {"admin_group: admins", "resources: [{uri: 'https://a.example.org', clients: [a], access_token_alg: ES256}]", "resources[0].access_token_alg: wanted a value that fits"},
		"registration":      {"admin_group: admins", "registration: {mode: opne}", `:12: registration.mode: found "opne", wanted off or token or open (did you mean "open"?)`},
		"how many register": {"admin_group: admins", "registration: {mode: token, most: -1}", ":12: registration.most"},
		"unused":            {"admin_group: admins", "registration: {mode: token, unused: 1h}", ":12: registration.unused"},
		"self scopes":       {"admin_group: admins", "registration: {scopes: [openid, 'email profile']}", `:12: registration.scopes[1]: found "email profile"`},
		"client uri":        {"admin_group: admins", "clients: [{id: a}]", ":12: clients[0].redirect_uris"},
	} {
		if !strings.Contains(minimal, c.old) {
			t.Fatalf("%s: the minimal file has no %q", name, c.old)
		}
		got := strings.Join(problems(t, strings.Replace(minimal, c.old, c.new, 1)), "\n")
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: got\n%s\nwant %s", name, got, c.want)
		}
		if strings.Contains(got, "hunter2") || strings.Contains(got, "ldap-pw") || strings.Contains(got, goodSecret) || strings.Contains(got, "tooshort") {
			t.Errorf("%s: a secret is shown: %s", name, got)
		}
	}
}

func TestWarningsDoNotKeepItFromWorking(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, want string }{
		"no mail":   {"mail: {host: smtp.example.org, from: no-reply@example.org}\n", "", "nobody can reset a password"},
		"open":      {"admin_group: admins", "listen: :8080", "trusted_proxies"},
		"insecure":  {"  preset: openldap", "  insecure_skip_verify: true\n  preset: openldap", "anybody between"},
		"odd field": {"admin_group: admins", "policy: [{write: [birthdate]}]", "birthdate"},
	} {
		cfg := good(t, strings.Replace(minimal, c.old, c.new, 1))
		if len(cfg.Warnings) != 1 || !cfg.Warnings[0].Warning || !strings.Contains(cfg.Warnings[0].String(), c.want) {
			t.Errorf("%s: %v", name, cfg.Warnings)
		}
	}
}

func TestVariablesStayOneValue(t *testing.T) {
	t.Parallel()
	c := good(t, strings.Replace(minimal, "host: smtp.example.org", `port: "${PORT}", user: "${TWO}", password: "$${PORT}", reply_to: "${NOBODY:-help@example.org}", host: smtp.example.org`, 1))
	if c.Mail.Port != 2525 || c.Mail.User != "a\nb: c" || c.Mail.Password.Reveal() != "${PORT}" || c.Mail.ReplyTo != "help@example.org" {
		t.Errorf("got %+v, password %s", c.Mail, c.Mail.Password.Reveal())
	}
	got := problems(t, strings.Replace(minimal, "host: smtp.example.org", `port: "${TWO}", timeout: "${WICKETGATE_LDAP_PASSWORD}", host: smtp.example.org`, 1))
	if all := strings.Join(got, "\n"); !strings.Contains(all, `mail.port: found "${TWO}", wanted a whole number`) || strings.Contains(all, "ldap-pw") {
		t.Errorf("got %s", all)
	}
}

func TestSecretsComeFromFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("secret", goodSecret+"\n\n"+strings.Repeat("old!", 10)+"\n", 0o600)
	write("ldap", "from file\r\n", 0o644)
	write("empty", "\n", 0o600)
	write("big", strings.Repeat("x", 64<<10+1), 0o600)
	text := strings.NewReplacer("secret: ${WICKETGATE_SECRET}", "secret_file: secret", "bind_password: ${WICKETGATE_LDAP_PASSWORD}", "bind_password_file: ldap").Replace(minimal)
	write("wicketgate.yaml", text, 0o600)
	c, err := config.Load(filepath.Join(dir, "wicketgate.yaml"), env)
	if err != nil {
		t.Fatal(err)
	}
	if s := c.Secrets(); len(s) != 2 || string(s[0]) != goodSecret || string(s[1]) != strings.Repeat("old!", 10) {
		t.Errorf("secrets are %q", s)
	}
	if c.Transport().BindPassword != "from file" {
		t.Errorf("password is %q", c.Transport().BindPassword)
	}
	if len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].String(), "chmod o-r ldap") {
		t.Errorf("warnings: %v", c.Warnings)
	}
	for file, want := range map[string]string{"empty": "it is empty", "big": "at most 64 KiB", ".": "is a directory"} {
		_, err := config.Parse(filepath.Join(dir, "x.yaml"), []byte(strings.Replace(minimal, "secret: ${WICKETGATE_SECRET}", "secret_file: "+file, 1)), env)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestASecretNeverPrints(t *testing.T) {
	t.Parallel()
	const value = "hunter2"
	type box struct {
		S config.Secret
		P *config.Secret
	}
	s := config.NewSecret(value)
	b := box{s, &s}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
		fmt.Fprintf(&out, verb+verb+"\n", s, b)
	}
	j, _ := json.Marshal(b)
	y, _ := yaml.Marshal(b)
	out.Write(j)
	out.Write(y)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "s", s, "b", b)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "s", s, "b", b)
	fmt.Fprint(&out, good(t, strings.Replace(minimal, "${WICKETGATE_LDAP_PASSWORD}", value, 1)).Directory.BindPassword)
	if all := out.String(); strings.Contains(all, value) || strings.Contains(all, fmt.Sprintf("%x", value)) || !strings.Contains(all, "[secret]") {
		t.Errorf("it does: %s", all)
	}
	if s.Reveal() != value || s.IsZero() || config.NewSecret("").String() != "" {
		t.Error("it is lost")
	}
}

func TestAFileThatIsNoneIsRefusedInAFewWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"empty":        {"", "the file is empty"},
		"comment":      {"# nothing\n", "the file is empty"},
		"a list":       {"- a\n- b\n", "wanted keys and values"},
		"a word":       {"hello", "wanted keys and values"},
		"syntax":       {"a: [1, 2\nb: 3\n", "wanted YAML"},
		"tab":          {"a:\n\tb: 1\n", "wanted YAML"},
		"two":          {minimal + "---\n" + minimal, "--- begins a second one"},
		"alias bomb":   {"a: &a [x, x]\nb: &b [*a, *a]\n", "anchors, aliases and merges"},
		"alias":        {"a: *b\n", "anchors, aliases and merges"},
		"merge":        {"a: {b: 1}\nc:\n  <<: {b: 2}\n", "anchors, aliases and merges"},
		"deep":         {"a: " + strings.Repeat("[", 100_000), "within each other"},
		"deep list":    {strings.Repeat("- ", 100_000), "within each other"},
		"deep indents": {"a:\n" + strings.Repeat(" ", 2000) + "b: 1\n", "column"},
		"long":         {"# " + strings.Repeat("x", 1<<20), "at most 1048576 bytes"},
		"long value":   {"secret: ${LONG}", "at most 65536 bytes"},
		"binary":       {"\x00\x01\x02", "wicketgate.yaml"},
		"many":         {strings.Repeat("x: 1\n", 500), "only the first 100 problems"},
	} {
		_, err := config.Parse("wicketgate.yaml", []byte(c.text), func(string) (string, bool) { return strings.Repeat("x", 70_000), true })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %.300v", name, err)
		}
		if err != nil && len(err.Error()) > 20_000 {
			t.Errorf("%s: %d bytes of error", name, len(err.Error()))
		}
	}
	if _, err := config.Load("/nowhere.yaml", env); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := config.Load(t.TempDir(), env); err == nil {
		t.Error("a folder was read")
	}
}

func TestAdministratorsAreAddedToOwnRules(t *testing.T) {
	t.Parallel()
	c := good(t, minimal+"policy: [{can: [edit_self], read: [name]}]\n")
	var _ *policy.Policy = c.Rules
	if !c.Rules.NeedsGroups() {
		t.Error("the group of administrators is lost")
	}
}

func FuzzAnyFileIsAnsweredAndNeverCrashes(f *testing.F) {
	f.Add(minimal)
	f.Add(config.Starter())
	f.Add("a: [\n- b: {c: ${X}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := config.Parse("x.yaml", []byte(text), env)
		if (c == nil) == (err == nil) {
			t.Errorf("config %v, error %v", c, err)
		}
	})
}
