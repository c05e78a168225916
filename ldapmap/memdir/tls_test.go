package memdir_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// certificate makes a self-signed certificate for 127.0.0.1, as PEM and as a server's configuration.
func certificate(t *testing.T) ([]byte, *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "memdir test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		&tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func clientTLS(t *testing.T, ca []byte) *tls.Config {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		t.Fatal("no certificate")
	}
	return &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
}

func TestPasswordsNeedTLSWhenAskedFor(t *testing.T) {
	t.Parallel()
	ca, config := certificate(t)
	s := start(t, func(o *memdir.Options) { o.TLS, o.RequireTLS = config, true })
	c := dial(t, s, "", "")
	wantCode(t, c.Bind(ann, "ann-secret"), ldap.LDAPResultConfidentialityRequired)
	if err := c.StartTLS(clientTLS(t, ca)); err != nil {
		t.Fatal(err)
	}
	wantCode(t, c.Bind(ann, "ann-secret"), 0)
	_, err := c.PasswordModify(ldap.NewPasswordModifyRequest("", "ann-secret", "other"))
	wantCode(t, err, 0)
}

func TestClearTextBehindStartTLSIsNeverTrusted(t *testing.T) {
	t.Parallel()
	_, config := certificate(t)
	s := start(t, func(o *memdir.Options) { o.TLS = config })
	c := dialRaw(t, s)
	c.send(ldapMessage(1, tlv(0x77, tlv(0x80, "1.3.6.1.4.1.1466.20037"))) + ldapMessage(2, bindOp(admin, "admin-secret")))
	if id, _, result := code(c.next()); id != 1 || result != 0 {
		t.Errorf("answer to StartTLS: message %d, result %d", id, result)
	}
	if p := c.next(); p != nil {
		t.Errorf("the server goes on in clear: %v", p)
	}
	if n := s.Counts().Binds; n != 0 {
		t.Errorf("the injected bind was taken: %d", n)
	}
}

func TestWithoutTLSNobodyIsToldOfStartTLS(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	c := dial(t, s, "", "")
	for _, oid := range read(t, c, "", "supportedExtension").GetAttributeValues("supportedExtension") {
		if oid == "1.3.6.1.4.1.1466.20037" {
			t.Error("StartTLS is announced")
		}
	}
	r := dialRaw(t, s)
	r.send(ldapMessage(1, tlv(0x77, tlv(0x80, "1.3.6.1.4.1.1466.20037"))))
	if id, op, result := code(r.next()); id != 1 || op != 24 || result != 2 {
		t.Errorf("answer to StartTLS: message %d, operation %d, result %d", id, op, result)
	}
	r.send(ldapMessage(2, bindOp("", "")))
	if id, _, result := code(r.next()); id != 2 || result != 0 {
		t.Errorf("the connection is of no use after a refused StartTLS: message %d, result %d", id, result)
	}
}
