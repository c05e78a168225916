package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// served is `wicketgate serve`, running.
type served struct {
	Listen  string `json:"listen"`
	Metrics string `json:"metrics_listen"`

	stop   context.CancelFunc
	status chan int
	log    *strings.Builder
	done   chan struct{}
}

func configFile(t *testing.T, ldapURL, more string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "wicketgate.yaml")
	text := fmt.Sprintf(`public_url: https://id.example.org
listen: 127.0.0.1:0
metrics_listen: localhost:0
secret: 0123456789abcdef0123456789abcdef
directory:
  urls: [%q]
  bind_dn: %s
  bind_password: %s
  preset: openldap
  users: {base: %q}
state: {base: %q}
%s`, ldapURL, ldaptest.ServiceDN, ldaptest.ServicePassword, ldaptest.PeopleDN, ldaptest.StateBase, more)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// serve starts the command and waits until it says that it serves.
func serve(t *testing.T, path string) *served {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	lines, w := io.Pipe()
	s := &served{stop: stop, status: make(chan int, 1), log: &strings.Builder{}, done: make(chan struct{})}
	go func() {
		s.status <- run(ctx, []string{"serve", "-c", path}, stdio{out: io.Discard, err: w, getenv: os.LookupEnv})
		_ = w.Close()
	}()
	ready := make(chan bool, 1)
	go func() {
		defer close(s.done)
		for in := bufio.NewScanner(lines); in.Scan(); {
			s.log.WriteString(in.Text() + "\n")
			if strings.Contains(in.Text(), `"msg":"serving"`) {
				ready <- json.Unmarshal(in.Bytes(), s) == nil
			}
		}
		close(ready)
	}()
	t.Cleanup(func() { stop(); <-s.done })
	if !<-ready {
		t.Fatalf("it does not serve: %s", s.log)
	}
	return s
}

// end asks it to end, and returns the exit status and the log.
func (s *served) end() (int, string) {
	s.stop()
	status := <-s.status
	<-s.done
	return status, s.log.String()
}

func get(t *testing.T, client *http.Client, url string) (int, string) {
	t.Helper()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestServeAnswersOnBothAddressesAndEndsCleanly(t *testing.T) {
	t.Parallel()
	ldap := ldaptest.Memdir(t, ldaptest.Options{})
	s := serve(t, configFile(t, ldap.URL, ""))
	client := &http.Client{Timeout: 30 * time.Second}
	if status, _ := get(t, client, "http://"+s.Listen+"/healthz"); status != 200 {
		t.Errorf("/healthz answers %d", status)
	}
	if status, body := get(t, client, "http://"+s.Metrics+"/metrics"); status != 200 || !strings.Contains(body, "go_goroutines") {
		t.Errorf("/metrics answers %d %.200s", status, body)
	}
	if status, body := get(t, client, "http://"+s.Listen+"/metrics"); status == 200 && strings.Contains(body, "go_goroutines") {
		t.Error("strangers can read the metrics")
	}
	client.CloseIdleConnections()
	status, log := s.end()
	if status != exitOK || !strings.Contains(log, "nobody can reset a password") {
		t.Errorf("it ended with %d after\n%s", status, log)
	}
	if strings.Contains(log, ldaptest.ServicePassword) || strings.Contains(log, "0123456789abcdef") {
		t.Errorf("a secret is in the log:\n%s", log)
	}
}

func TestServeStartsWithoutADirectory(t *testing.T) {
	t.Parallel()
	ldap := ldaptest.Memdir(t, ldaptest.Options{})
	ldap.Stop(t)
	s := serve(t, configFile(t, ldap.URL, ""))
	client := &http.Client{Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	if status, _ := get(t, client, "http://"+s.Listen+"/healthz"); status != 200 {
		t.Errorf("/healthz answers %d", status)
	}
	if status, _ := get(t, client, "http://"+s.Listen+"/readyz"); status != 503 {
		t.Errorf("/readyz answers %d", status)
	}
}

func TestServeSaysWhyItCannotListen(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for key, file := range map[string]string{
		"listen":         "listen: " + taken.Addr().String(),
		"metrics_listen": "listen: 127.0.0.1:0\nmetrics_listen: " + taken.Addr().String(),
	} {
		path := configFile(t, "ldap://127.0.0.1:1", "")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		fixed := strings.Replace(string(text), "listen: 127.0.0.1:0\nmetrics_listen: localhost:0", file, 1)
		if err := os.WriteFile(path, []byte(fixed), 0o600); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		status := run(t.Context(), []string{"serve", "-c", path}, stdio{out: io.Discard, err: &out, getenv: os.LookupEnv})
		if status != exitFailed || !strings.Contains(out.String(), "something else listens on "+taken.Addr().String()) ||
			!strings.Contains(out.String(), "hint: choose another address with "+key+",") {
			t.Errorf("%s: %d %s", key, status, &out)
		}
	}
}

func TestServeSpeaksHTTPSWithARenewedCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	first := writePair(t, cert, key)
	s := serve(t, configFile(t, "ldap://127.0.0.1:1", fmt.Sprintf("tls: {cert: %q, key: %q}\n", cert, key)))
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: first}}}
	defer client.CloseIdleConnections()
	if status, _ := get(t, client, "https://"+s.Listen+"/healthz"); status != 200 {
		t.Errorf("/healthz answers %d", status)
	}

	now := time.Now()
	c, err := loadCertificate(cert, key, slog.New(slog.DiscardHandler), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	old, _ := c.get(nil)
	writePair(t, cert, key)
	if err := os.Chtimes(cert, now, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if same, _ := c.get(nil); same != old {
		t.Error("the files are read at every handshake")
	}
	now = now.Add(lookEvery)
	renewed, _ := c.get(nil)
	if renewed == old {
		t.Error("a renewed certificate is not taken without a restart")
	}
	if err := os.WriteFile(cert, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	now = now.Add(lookEvery)
	if kept, err := c.get(nil); err != nil || kept != renewed {
		t.Errorf("half a file ends HTTPS: %v", err)
	}
	if _, err := loadCertificate(cert, key, slog.New(slog.DiscardHandler), time.Now); err == nil {
		t.Error("half a file is a certificate")
	}
}

// writePair writes a new self-signed certificate and its key.
func writePair(t *testing.T, cert, key string) *x509.CertPool {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: encoded}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return pool
}
