package directory

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// target is where one server listens.
type target struct {
	url     string // as configured, for logs
	network string // tcp or unix
	address string // host:port or path
	host    string // to look for in the certificate
	tls     bool   // from the first byte
	local   bool   // on this machine
}

// parseTarget reads an LDAP URL (RFC 4516), of which only scheme, host and port mean anything here.
func parseTarget(text string) (target, error) {
	t := target{url: text, network: "tcp"}
	if path, ok := strings.CutPrefix(text, "ldapi://"); ok {
		path, err := url.PathUnescape(strings.TrimSuffix(path, "/"))
		if err != nil || !strings.HasPrefix(path, "/") {
			return t, fmt.Errorf("%q does not name a socket: write ldapi://%%2Frun%%2Fslapd%%2Fldapi", text)
		}
		t.network, t.address, t.host, t.local = "unix", path, "localhost", true
		return t, nil
	}
	u, err := url.Parse(text)
	if err != nil {
		// The parser's own text repeats the URL with whatever secret somebody put into it.
		return t, fmt.Errorf("a server's URL cannot be read: write it as ldaps://ldap.example.org")
	}
	if u.User != nil {
		return t, fmt.Errorf("the URL of %s carries a user: the service account is named by bind DN and password", u.Host)
	}
	port := "389"
	switch u.Scheme {
	case "ldap":
	case "ldaps":
		port, t.tls = "636", true
	default:
		return t, fmt.Errorf("%q is not the URL of a directory: it begins with ldaps://, ldap:// or ldapi://", text)
	}
	if u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return t, fmt.Errorf("%q has something after the host: the base and the like are configured elsewhere", text)
	}
	if t.host = u.Hostname(); t.host == "" {
		return t, fmt.Errorf("%q names no host", text)
	}
	if u.Port() != "" {
		port = u.Port()
	}
	t.address = net.JoinHostPort(t.host, port)
	ip := net.ParseIP(t.host)
	t.local = strings.EqualFold(t.host, "localhost") || ip != nil && ip.IsLoopback()
	return t, nil
}
