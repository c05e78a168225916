package ldaptest

import (
	"fmt"
	"testing"
)

// Mirror starts two OpenLDAP servers that replicate to each other (both writable, "mirror mode") and begin with the same entries.
// What is written to one is on the other some 10 ms later.
func Mirror(t testing.TB, o Options) (first, second *Server) {
	t.Helper()
	ports := [2]int{freePort(t), freePort(t)}
	var made [2]*slapd
	for i := range made {
		made[i] = prepareSlapd(t, o, ports[i], freePort(t), extra{
			global: fmt.Sprintf("serverID %d", i+1),
			database: fmt.Sprintf(`syncrepl rid=001 provider=ldap://127.0.0.1:%d bindmethod=simple binddn=%q credentials=%s
  searchbase=%q type=refreshAndPersist retry="1 +" timeout=5
multiprovider on
index entryCSN eq`, ports[1-i], AdminDN, AdminPassword, BaseDN),
			overlays: "\noverlay syncprov\nsyncprov-checkpoint 100 10\nsyncprov-sessionlog 1000\n",
		})
	}
	made[0].keep, made[1].keep = true, true // each is in the other's configuration
	made[0].fill(t, o)
	// The same identifiers and time stamps on both, or they would think they hold different entries of one name.
	copied := run(t, "", "slapcat", "-f", made[0].conf(), "-n", "1")
	run(t, string(copied), "slapadd", "-q", "-f", made[1].conf(), "-n", "1")
	made[1].start(t)
	return made[0].server(t, o), made[1].server(t, o)
}
