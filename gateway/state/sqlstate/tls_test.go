package sqlstate

import "testing"

// Whom a connection would trust, without making one.
func TestOnlyTheWayWithinThisMachineIsUnprotectedByItself(t *testing.T) {
	t.Parallel()
	for url, want := range map[string][]string{ // the name in each certificate; empty for none
		"postgres://w@db.example.org/r":                     {"db.example.org"},
		"postgres://w@db.example.org/r?sslmode=require":     {"db.example.org"},
		"postgres://w@db.example.org/r?sslmode=verify-ca":   {"db.example.org"},
		"postgres://w@db.example.org/r?sslmode=disable":     {""},
		"postgres://w@192.0.2.1/r":                          {"192.0.2.1"},
		"postgres://w@localhost/r":                          {""},
		"postgres://w@127.0.0.1/r":                          {""},
		"postgres://w@[::1]/r":                              {""},
		"postgres://w@localhost/r?sslmode=verify-full":      {"localhost"},
		"postgres://w@/r?host=/run/postgresql":              {""},
		"postgres://w@localhost,db.example.org,127.0.0.1/r": {"", "db.example.org", ""},
	} {
		cfg, err := Config{URL: url}.pgx()
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		all := []string{""}
		if cfg.TLSConfig != nil {
			all[0] = cfg.TLSConfig.ServerName
		}
		for _, f := range cfg.Fallbacks {
			name := ""
			if f.TLSConfig != nil {
				name = f.TLSConfig.ServerName
			}
			all = append(all, name)
		}
		if len(all) != len(want) {
			t.Errorf("%s: %q, want %q", url, all, want)
			continue
		}
		for i := range all {
			if all[i] != want[i] {
				t.Errorf("%s: %q, want %q", url, all, want)
			}
		}
		if cfg.TLSConfig != nil && cfg.TLSConfig.InsecureSkipVerify {
			t.Errorf("%s: anybody is trusted", url)
		}
	}
}
