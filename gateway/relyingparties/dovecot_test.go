package relyingparties_test

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/gateway/programtest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

//go:embed testdata/dovecot/frame.conf
var dovecotFrame string

// TestMailProgramsSignInToDovecot starts Dovecot with what docs/how-to/mail-clients.md says, and signs in over IMAP with tokens that somebody got in a browser.
func TestMailProgramsSignInToDovecot(t *testing.T) {
	t.Parallel()
	program := programtest.Need(t, "dovecot", "dovecot-imapd")
	if version, err := exec.CommandContext(t.Context(), program, "--version").Output(); err != nil || !strings.HasPrefix(string(version), "2.3.") {
		t.Skipf("SKIPPED: the page shows the settings of Dovecot 2.3, this is %s %v", version, err)
	}
	ldaptest.EachQuick(t, func(t *testing.T, directory *ldaptest.Server) {
		page := mailPage(t)
		g := housetest.Start(t, housetest.Options{Directory: directory, Config: page.wicketgate +
			"  - id: wiki\n    secret: " + secret + "\n    redirect_uris: [https://webmail.example.org/oauth]\n"})
		box := startDovecot(t, program, page, g.URL)
		token := mailToken(t, g, "ada", "webmail", "openid mail")
		for _, mechanism := range []string{"OAUTHBEARER", "XOAUTH2"} {
			if said := box.signIn(t, mechanism, "ada", token); !strings.HasPrefix(said, "OK") {
				t.Errorf("%s: %s", mechanism, said)
			}
			for name, c := range map[string][2]string{
				"somebody else's mail box": {"grace", token}, "a token of another application": {"ada", mailToken(t, g, "ada", "wiki", "openid email")},
				"a token without the scope": {"ada", mailToken(t, g, "ada", "webmail", "openid")}, "made up": {"ada", "x"},
			} {
				if said := box.signIn(t, mechanism, c[0], c[1]); !strings.HasPrefix(said, "NO") {
					t.Errorf("%s, %s: %s", mechanism, name, said)
				}
			}
		}
		revoked := mailToken(t, g, "ada", "webmail", "openid mail")
		if status, _ := postForm(t, g.URL+"/oauth/revoke", url.Values{"token": {revoked}, "client_id": {"webmail"}, "client_secret": {secret}}); status != http.StatusOK {
			t.Fatalf("revoking: %d", status)
		}
		if said := box.signIn(t, "OAUTHBEARER", "ada", revoked); !strings.HasPrefix(said, "NO") {
			t.Errorf("a revoked token: %s", said)
		}
		g.Clock.Advance(61 * time.Minute)
		if said := box.signIn(t, "OAUTHBEARER", "ada", token); !strings.HasPrefix(said, "NO") {
			t.Errorf("an expired token: %s", said)
		}
	})
}

// mailSettings are the samples of the page.
type mailSettings struct {
	wicketgate, auth, oauth2 string
}

func mailPage(t *testing.T) mailSettings {
	t.Helper()
	text, err := os.ReadFile("../../docs/how-to/mail-clients.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```(?:yaml|conf)\n(.*?)^```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) != 3 {
		t.Fatalf("the page has %d samples", len(blocks))
	}
	return mailSettings{
		wicketgate: regexp.MustCompile(`secret_file: .*`).ReplaceAllString(blocks[0][1], "secret: "+secret), auth: blocks[1][1], oauth2: blocks[2][1],
	}
}

// mailToken signs somebody in at an application and returns the access token.
func mailToken(t *testing.T, g *housetest.Gateway, login, client, scope string) string {
	t.Helper()
	page := g.SignIn(t, login).Get("/oauth/authorize?" + url.Values{
		"client_id": {client}, "redirect_uri": {"https://webmail.example.org/oauth"}, "response_type": {"code"}, "scope": {scope}, "state": {"s"},
	}.Encode())
	if page.Has("#accept") {
		page = page.Submit("form[action='/consent']", "decision", "accept")
	}
	status, got := postForm(t, g.URL+"/oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {page.URL.Query().Get("code")}, "redirect_uri": {"https://webmail.example.org/oauth"}, "client_id": {client}, "client_secret": {secret},
	})
	token, _ := got["access_token"].(string)
	if status != http.StatusOK || token == "" {
		t.Fatalf("%s at %s: %s, %d %v", login, client, page.URL, status, got)
	}
	return token
}

func postForm(t *testing.T, address string, form url.Values) (int, map[string]any) {
	t.Helper()
	resp, err := http.PostForm(address, form) //nolint:noctx // The test ends with its servers.
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	var got map[string]any
	_ = json.NewDecoder(resp.Body).Decode(&got) // a revocation has no body
	return resp.StatusCode, got
}

// imapServer is the address of a Dovecot.
type imapServer string

// startDovecot starts a Dovecot of our own, with nothing from /etc/dovecot, and tries another port if somebody was faster.
func startDovecot(t *testing.T, program string, page mailSettings, issuer string) imapServer {
	t.Helper()
	var problems string
	for range 5 {
		port := freePort(t)
		if problems = dovecot(t, program, page, issuer, port); problems == "" {
			return imapServer(net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		}
	}
	t.Fatalf("Dovecot does not start: %s", problems)
	return ""
}

func dovecot(t *testing.T, program string, page mailSettings, issuer string, port int) string {
	t.Helper()
	dir := t.TempDir()
	for _, open := range []string{filepath.Dir(dir), dir} { // started by root, Dovecot's parts serve as others
		if err := os.Chmod(open, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	names := map[string]string{"DIR": dir, "PORT": strconv.Itoa(port), "INTERNAL": "dovecot", "GROUP": "dovecot", "LOGIN": "dovenull", "MAILUSER": "nobody", "MAILGROUP": "nogroup"}
	if me, err := user.Current(); err == nil && me.Uid != "0" {
		group, err := user.LookupGroupId(me.Gid)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"INTERNAL", "LOGIN", "MAILUSER"} {
			names[name] = me.Username
		}
		names["GROUP"], names["MAILGROUP"] = group.Name, group.Name
	}
	for name, text := range map[string]string{
		"dovecot.conf":            os.Expand(dovecotFrame, func(name string) string { return names[name] }),
		"auth.conf":               strings.ReplaceAll(page.auth, "/etc/dovecot/", dir+"/"),
		"dovecot-oauth2.conf.ext": strings.NewReplacer("https://id.example.org", issuer, "THE-SECRET", secret).Replace(page.oauth2),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "mail"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "mail"), 0o777); err != nil {
		t.Fatal(err)
	}
	var problems bytes.Buffer
	cmd := exec.CommandContext(t.Context(), program, "-F", "-c", filepath.Join(dir, "dovecot.conf"))
	cmd.Stderr = &problems
	ended := programtest.Launch(t, cmd, &problems)
	t.Cleanup(func() {
		if log, err := os.ReadFile(filepath.Join(dir, "log")); err == nil && t.Failed() {
			t.Logf("Dovecot's log: %s", log)
		}
	})
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return problems.String() + " (it ended)"
		case <-tick.C:
		}
		if c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			_ = c.Close()
			return ""
		}
	}
}

// signIn signs in over IMAP by RFC 7628 or XOAUTH2, opens the inbox, and returns what the server says to the last of it.
func (s imapServer) signIn(t *testing.T, mechanism, login, token string) string {
	t.Helper()
	c, err := net.Dial("tcp", string(s))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // it ends here
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(c)
	say := func(text string) {
		if _, err := c.Write([]byte(text + "\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	hear := func(tag string) string {
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				t.Fatalf("%s: %v", mechanism, err)
			}
			switch line = strings.TrimSpace(line); {
			case strings.HasPrefix(line, tag+" "):
				return strings.TrimPrefix(line, tag+" ")
			case strings.HasPrefix(line, "+"):
				say("AQ==") // what went wrong was told: RFC 7628 3.2.3 wants this answer
			}
		}
	}
	first := fmt.Sprintf("n,a=%s,\x01auth=Bearer %s\x01\x01", login, token)
	if mechanism == "XOAUTH2" {
		first = fmt.Sprintf("user=%s\x01auth=Bearer %s\x01\x01", login, token)
	}
	hear("*")
	say("a AUTHENTICATE " + mechanism + " " + base64.StdEncoding.EncodeToString([]byte(first)))
	if said := hear("a"); !strings.HasPrefix(said, "OK") {
		return said
	}
	say("b SELECT INBOX")
	return hear("b")
}
