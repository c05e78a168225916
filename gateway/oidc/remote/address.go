package remote

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// errPrivate: the name leads to an address that is not public.
var errPrivate = errors.New("the address is not public")

// publicOnly is a net.Dialer's Control: it sees the address that is about to be connected to, after the name was looked up, so that a name which
// answers differently the second time gains nothing.
func publicOnly(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("looking at %q: %w", address, err)
	}
	if ip := net.ParseIP(host); ip == nil || !public(ip) {
		return errPrivate
	}
	return nil
}

// reserved are the networks that are neither private nor loopback to package net, and yet not anybody's public address (RFC 6890, RFC 8215). The
// IPv6 ones that carry an IPv4 address inside are here whole: a public server needs none of them.
func reserved() []string {
	return []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10",
	}
}

func public(ip net.IP) bool {
	a, ok := netip.AddrFromSlice(ip)
	if a = a.Unmap(); !ok || !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.Zone() != "" {
		return false
	}
	for _, n := range reserved() {
		if netip.MustParsePrefix(n).Contains(a) {
			return false
		}
	}
	return true
}
