package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// maxForwarded bounds how many addresses of X-Forwarded-For are looked at; a chain of proxies has a handful.
const maxForwarded = 32

// clientIP finds the browser's address: the one that connected, or, if that is a trusted proxy, the rightmost address in
// X-Forwarded-For that is not one. What stands further left was written by whoever sent the request and proves nothing.
func clientIP(r *http.Request, trusted []netip.Prefix) netip.Addr {
	ip := parseAddr(r.RemoteAddr)
	if !ip.IsValid() || !contains(trusted, ip) {
		return ip
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && len(hops)-i <= maxForwarded; i-- {
		hop := parseAddr(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			break // not an address: what is known so far is the best there is
		}
		ip = hop
		if !contains(trusted, ip) {
			break
		}
	}
	return ip
}

// parseAddr reads "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]" and "[2001:db8::1]:80". Zones and IPv4 within IPv6 are
// taken off, so that one client has one address.
func parseAddr(s string) netip.Addr {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap().WithZone("")
	}
	return netip.Addr{}
}

func contains(prefixes []netip.Prefix, ip netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}
