package directory

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// maxCAFile bounds the file of trusted authorities; the whole of Mozilla's store is 220 KB.
const maxCAFile = 4 << 20

// tlsConfig makes the common part of all TLS connections. The name to verify is added for each server.
func (c Config) tlsConfig() (*tls.Config, error) {
	t := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         c.ServerName,
		InsecureSkipVerify: c.InsecureSkipVerify,
		// A person's bind has a connection of its own: resuming the TLS session makes that cheap. Go checks the name and the expiry
		// again when it resumes.
		ClientSessionCache: tls.NewLRUClientSessionCache(64),
	}
	if c.CAFile == "" {
		return t, nil
	}
	info, err := os.Stat(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("reading the trusted authorities: %w", err)
	}
	if info.Size() > maxCAFile {
		return nil, fmt.Errorf("the file of trusted authorities %s has %d bytes, that is no list of certificates", c.CAFile, info.Size())
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("reading the trusted authorities: %w", err)
	}
	t.RootCAs = x509.NewCertPool()
	if !t.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("the file of trusted authorities %s holds no certificate in PEM form", c.CAFile)
	}
	return t, nil
}

// tlsFor returns the TLS configuration for one server.
func tlsFor(base *tls.Config, t target) *tls.Config {
	c := base.Clone()
	if c.ServerName == "" {
		c.ServerName = t.host
	}
	return c
}
