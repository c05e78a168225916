package config_test

import (
	"strings"
	"testing"
)

func TestClaimsOfAClientAreReadAndCheckedWithTheirLine(t *testing.T) {
	t.Parallel()
	const client = "admin_group: admins\nclients:\n- id: graphs\n  redirect_uris: ['https://graphs.example.org/cb']\n  claims:\n"
	file := func(claims string) string { return strings.Replace(minimal, "admin_group: admins", client+claims, 1) }
	cfg := good(t, file("    role: {groups: {names: {b: Admin, a: Editor}, first: true, otherwise: Viewer}, label: {en: Your role}, in: [id_token, userinfo]}\n    quota: {value: 5 GB}\n    all: {groups: {}}"))
	got := cfg.OIDCClients()[0].Claims
	role := got["role"]
	if role.Groups == nil || len(role.Groups.Names) != 2 || role.Groups.Names[0].Group != "b" || role.Groups.Names[0].As != "Admin" || !role.Groups.First || role.Groups.Otherwise != "Viewer" ||
		role.Label["en"] != "Your role" || len(role.In) != 2 || got["quota"].Values[0] != "5 GB" || got["all"].Groups == nil {
		t.Errorf("%+v", got)
	}
	for bad, want := range map[string]string{
		"    x: {field: usernam}":     `:17: clients[0].claims.x: found "usernam", wanted a field of directory.users.attributes (did you mean "username"?)`,
		"    x: {template: '{hat}'}":  `:17: clients[0].claims.x: found "hat"`,
		"    x: {fied: username}":     `:17: clients[0].claims.x.fied`,
		"    x: {}":                   `:16: clients[0].claims: wanted a value that fits`,
		"    sub: {value: x}":         "sub cannot be the name",
		"    x: {groups: {math: a}}":  "clients[0].claims.x.groups.math",
		"    x: {groups: {match: (}}": "no regular expression",
	} {
		if got := strings.Join(problems(t, file(bad)), "\n"); !strings.Contains(got, want) {
			t.Errorf("%s: got\n%s\nwant %s", bad, got, want)
		}
	}
}
