package config

import (
	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// checkSubject tells what is wrong with where subjects come from. Whoever can write the field can become somebody else at every application.
func (c *Config) checkSubject(r *report, key, subject string) {
	if subject == "" || subject == rp.SubjectID || subject == rp.SubjectPairwise || c.Mapping == nil || c.Rules == nil {
		return
	}
	f, mapped := c.Mapping.Field(subject)
	switch {
	case !mapped:
		words := []string{rp.SubjectID, rp.SubjectPairwise}
		for _, f := range c.Mapping.Fields() {
			words = append(words, f.Name)
		}
		hint := ""
		if near := ldapmap.Nearest(subject, words); near != "" {
			hint = "did you mean \"" + near + "\"?"
		}
		r.at(key, subject, "id, pairwise, or a field of directory.users.attributes", hint)
	case oidc.SubjectFrom(f) != nil:
		r.at(key, subject, "a field with one value that is a name", oidc.SubjectFrom(f).Error())
	case !f.ReadOnly && c.Rules.EverybodyWrites(subject):
		r.at(key, subject, "a field that people cannot change themselves", "whoever writes it can become somebody else at an application: take it out of policy, or make it read_only")
	default:
		r.warn(key, subject, "id or pairwise", "whoever gets another value is a stranger to applications, and whoever gets somebody's old value is taken for them: never give one twice")
	}
}
