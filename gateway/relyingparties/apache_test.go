package relyingparties_test

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/browsertest"
	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/gateway/programtest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// moduleFolder is where Debian and Ubuntu put Apache's modules.
const moduleFolder = "/usr/lib/apache2/modules"

//go:embed testdata/apache/httpd.conf
var httpdConf string

// apacheTold is what mod_auth_openidc's info hook tells a signed-in browser.
type apacheTold struct {
	Access   string         `json:"access_token"`
	Refresh  string         `json:"refresh_token"`
	IDToken  map[string]any `json:"id_token"`
	Userinfo map[string]any `json:"userinfo"`
}

func TestApacheSignsPeopleIn(t *testing.T) {
	t.Parallel()
	browser := browsertest.Open(t)
	ldaptest.EachQuick(t, func(t *testing.T, directory *ldaptest.Server) {
		a := newApp(t, "mod-auth-openidc", "/app/cb")
		a.back = a.callback + "?logout=backchannel"
		g := openGateway(t, directory, a)
		startApache(t, a)

		tab := browser.Tab(t, browsertest.Look{})
		tab.Go(a.URL + "/app/")
		signIn(tab, "ada")
		tab.WaitFor("#accept")
		tab.Click("#accept")
		tab.WaitForText("for members only: ada")
		first := a.info(t, tab)
		if first.IDToken["sub"] == "" || first.Userinfo["sub"] != first.IDToken["sub"] || first.Userinfo["name"] != "Ada Lovelace" || first.Refresh == "" {
			t.Errorf("Apache was told %+v", first)
		}

		// mod_auth_openidc refreshes when the application asks it to, and comes back to where it was.
		tab.Go(a.callback + "?refresh=" + url.QueryEscape(a.URL+"/app/") + "&access_token=" + url.QueryEscape(first.Access))
		tab.WaitForText("for members only: ada")
		if tab.URL() != a.URL+"/app/" {
			t.Errorf("after the refresh the browser is at %s", tab.URL())
		}
		if second := a.info(t, tab); second.Access == first.Access || second.Refresh == first.Refresh || second.Access == "" {
			t.Errorf("the refresh changed the access token from %q to %q", first.Access, second.Access)
		}

		// Signed out of the gateway, one is signed out of Apache: it is told over the back channel.
		tab.Go(g.URL + "/signout")
		tab.Click("#submit")
		delivered(t, g)
		tab.Go(a.URL + "/app/")
		signIn(tab, "ada")
		tab.WaitForText("for members only: ada")

		// And the other way round: by mod_auth_openidc's own address for signing out.
		tab.Go(a.callback + "?logout=" + url.QueryEscape(a.bye))
		tab.WaitForURL(a.bye)
		tab.Go(a.URL + "/app/silent/")
		tab.WaitForURL("error=login_required")

		stranger := browser.Tab(t, browsertest.Look{NoScript: true})
		stranger.Go(a.URL + "/app/")
		signIn(stranger, "grace")
		stranger.WaitFor("#deny")
		stranger.Click("#deny")
		// mod_auth_openidc before 2.4.13 takes an error with the "iss" of RFC 9207 for something else, and says so in other words.
		stranger.WaitForURL("error=access_denied")
		stranger.Go(a.URL + "/app/")
		if stranger.WaitFor("#accept"); strings.Contains(stranger.Body(), "members only") {
			t.Error("somebody who said no was let in")
		}
	})
}

// delivered waits until an application was told that a session ended.
func delivered(t *testing.T, g *housetest.Gateway) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.After(30 * time.Second)
	for len(g.Audit.All("logout_delivered")) == 0 {
		select {
		case <-tick.C:
		case <-late:
			t.Fatal("the application was not told")
		}
		if failed := g.Audit.All("logout_failed"); len(failed) > 0 {
			t.Fatalf("the application was not told: %v", failed)
		}
	}
}

func (a *app) info(t *testing.T, tab *browsertest.Tab) apacheTold {
	t.Helper()
	tab.Go(a.callback + "?info=json")
	text := tab.Body()
	var got apacheTold
	if err := json.NewDecoder(strings.NewReader(text[max(0, strings.Index(text, "{")):])).Decode(&got); err != nil {
		t.Fatalf("the info hook says %s: %v", text, err)
	}
	return got
}

// startApache starts an Apache of our own, with nothing from /etc/apache2, and tries another port if somebody was faster.
func startApache(t *testing.T, a *app) {
	t.Helper()
	program := programtest.Need(t, "apache2", "apache2-bin")
	if _, err := os.Stat(filepath.Join(moduleFolder, "mod_auth_openidc.so")); err != nil {
		programtest.Missing(t, "Apache has no mod_auth_openidc: apt-get install libapache2-mod-auth-openidc")
	}
	var problems string
	for range 5 {
		port := freePort(t)
		if problems = a.apache(t, program, port); problems == "" {
			a.behind(port)
			return
		}
	}
	t.Fatalf("Apache does not start: %s", problems)
}

// apache starts it on one port and returns what it complains about if it does not serve there.
func (a *app) apache(t *testing.T, program string, port int) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // started by root, Apache serves as www-data
		t.Fatal(err)
	}
	conf := os.Expand(httpdConf, func(name string) string {
		return map[string]string{
			"DIR": dir, "PORT": strconv.Itoa(port), "MODULES": moduleFolder, "ISSUER": a.issuer, "ID": a.name, "SECRET": secret,
			"CALLBACK": a.callback, "SCOPES": scopes,
		}[name]
	})
	for name, text := range map[string]string{
		"httpd.conf": conf, "htdocs/bye": "bye", "htdocs/app/silent/index.shtml": "nobody was asked", "htdocs/app/index.shtml": `<!doctype html><title>Apache</title><p>for members only: <!--#echo var="OIDC_CLAIM_preferred_username" --></p>`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var problems bytes.Buffer
	cmd := exec.CommandContext(t.Context(), program, "-f", filepath.Join(dir, "httpd.conf"), "-DFOREGROUND")
	cmd.Stderr = &problems
	ended := programtest.Launch(t, cmd, &problems)
	t.Cleanup(func() {
		if log, err := os.ReadFile(filepath.Join(dir, "error.log")); err == nil && t.Failed() {
			t.Logf("Apache's log: %s", log)
		}
	})
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return problems.String()
		case <-tick.C:
		}
		if c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			_ = c.Close()
			return ""
		}
	}
}
