package ldaptest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"testing"
)

// reserved is a port that no server here uses. Whoever listens on it owns the whole address: the kernel lets one have it, in this process
// or in another, and takes it back when that process ends, however it ends.
const reserved = 47

// ownAddress finds an address of the loopback network that is nobody's, for servers whose ports cannot be chosen, and keeps it for the
// time of the test. The ports are tried too, since something else of this machine may listen on all addresses.
func ownAddress(t testing.TB, ports ...int) string {
	t.Helper()
	var last error
	for range 50 {
		// 127.0.0.x is where people put things by hand.
		ip := fmt.Sprintf("127.%d.%d.%d", 1+rand.IntN(254), rand.IntN(256), 1+rand.IntN(254))
		hold, err := net.Listen("tcp4", net.JoinHostPort(ip, strconv.Itoa(reserved)))
		if err == nil {
			if err = tryPorts(ip, ports); err == nil {
				t.Cleanup(func() { hold.Close() })
				return ip
			}
			hold.Close()
		}
		if errors.Is(err, os.ErrPermission) {
			notTested(t, "only root may listen on ports below 1024 here (net.ipv4.ip_unprivileged_port_start says which)")
		}
		last = err
	}
	notTested(t, fmt.Sprintf("no address of the loopback network is free: %v", last))
	return ""
}

func tryPorts(ip string, ports []int) error {
	for _, p := range ports {
		l, err := net.Listen("tcp4", net.JoinHostPort(ip, strconv.Itoa(p)))
		if err != nil {
			return err
		}
		l.Close()
	}
	return nil
}
