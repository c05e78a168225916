package config_test

import (
	"strings"
	"testing"
)

func TestSubjectsThatPeopleCouldChooseOrThatAreNoNamesAreRefused(t *testing.T) {
	t.Parallel()
	const here, wiki = "admin_group: admins", "\nclients: [{id: a, redirect_uris: ['https://a/b', 'https://c/d']"
	for name, c := range map[string]struct{ new, want string }{
		"unknown":            {"subject: usernam", `:12: subject: found "usernam", wanted id, pairwise, or a field of directory.users.attributes (did you mean "username"?)`},
		"many values":        {"subject: emails", `:12: subject: found "emails", wanted a field with one value`},
		"chosen by people":   {"subject: given_name", `:12: subject: found "given_name", wanted a field that people cannot change themselves`},
		"of one client":      {here + wiki + ", subject: given_name}]", `:13: clients[0].subject: found "given_name", wanted a field that people`},
		"several hosts":      {here + wiki + ", subject: pairwise}]", `:13: clients[0].sector_identifier_uri: wanted a`},
		"several hosts, all": {"subject: pairwise" + wiki + "}]", `:13: clients[0].sector_identifier_uri: wanted a`},
		"sector":             {here + wiki + ", sector_identifier_uri: 'http://x.example.org'}]", `:13: clients[0].sector_identifier_uri: wanted a`},
		"userinfo":           {here + wiki + ", userinfo_alg: HS256}]", `:13: clients[0].userinfo_alg: wanted a`},
	} {
		got := strings.Join(problems(t, strings.Replace(minimal, here, c.new, 1)), "\n")
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: got\n%s\nwant %s", name, got, c.want)
		}
		if n := strings.Count(got, "\n") + 1; n != 1 {
			t.Errorf("%s is told %d times: %s", name, n, got)
		}
	}
}

func TestSubjectsReachTheClients(t *testing.T) {
	t.Parallel()
	cfg := good(t, strings.Replace(minimal, "admin_group: admins", `admin_group: admins
subject: pairwise
clients:
- {id: a, redirect_uris: ['https://a/b'], subject: username, userinfo_alg: ES256}
- {id: b, redirect_uris: ['https://a/b', 'https://c/d'], subject: pairwise, sector_identifier_uri: 'https://a/sector'}
- {id: c, redirect_uris: ['https://a/b'], subject: id}`, 1))
	all := cfg.OIDCClients()
	if cfg.Subject != "pairwise" || all[0].SubjectField != "username" || all[0].UserinfoAlg != "ES256" || all[1].SubjectType != "pairwise" || all[1].SectorURI != "https://a/sector" || all[2].SubjectField != "id" {
		t.Errorf("%q, %+v", cfg.Subject, all)
	}
	if len(cfg.Warnings) != 1 || cfg.Warnings[0].Key != "clients[0].subject" || !strings.Contains(cfg.Warnings[0].String(), "never give one twice") {
		t.Errorf("warnings: %v", cfg.Warnings)
	}
}
