package config

import (
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
	"github.com/wicketgate/wicketgate/ldapmap"
)

func (c *Config) resolveState(r *report) {
	s := &c.State
	if _, meant := r.lines["state.sql"]; s.InSQL() || meant && s.Base == "" {
		if s.Base != "" {
			r.at("state.base", s.Base, "either base, for records in the directory, or sql", "")
		}
		if s.Spelling != "" {
			r.at("state.spelling", s.Spelling, "no spelling for records in sql", "")
		}
		c.resolveSQL(r)
		return
	}
	if s.Base != "" {
		if _, err := ldapmap.ParseDN(s.Base); err != nil {
			r.at("state.base", s.Base, "a DN such as ou=wicketgate,dc=example,dc=org", err.Error())
		}
	} else {
		r.at("state.base", "", "the DN of an entry below which Wicketgate may keep its records, such as ou=wicketgate,dc=example,dc=org",
			"if nothing may be written in the directory: state.sql")
	}
	if s.Spelling != "" {
		oneOf(r, "state.spelling", s.Spelling, "applicationProcess", "serviceConnectionPoint")
	}
}

func (c *Config) resolveSQL(r *report) {
	q := &c.State.SQL
	q.File = c.absolute(q.File)
	q.URL = c.secret(r, "state.sql.url", q.URL, q.URLFile)
	q.Password = c.secret(r, "state.sql.password", q.Password, q.PasswordFile)
	c.readable(r, "state.sql.ca_file", &q.CAFile, false)
	c.database = sqlstate.Config{
		File: q.File, URL: q.URL.Reveal(), Password: q.Password.Reveal(), CAFile: q.CAFile, PoolSize: q.PoolSize, Timeout: q.Timeout,
	}
	for _, p := range c.database.Validate() {
		key := "state.sql"
		if p.Key != "" {
			key += "." + p.Key
		}
		unread := r.has("state.sql.url") || r.has("state.sql.url_file") || r.has("state.sql.file")
		if r.has(key) || p.Key == "" && unread { // what could not be read has been told
			continue
		}
		r.at(key, p.Found, p.Want, p.Hint)
	}
	if host := c.database.InTheClear(); host != "" {
		r.warn("state.sql.url", "", "a connection that is encrypted, without sslmode=disable", "anybody between here and "+host+" can read and change the records")
	}
}
