package check

import (
	"context"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap/directory"
)

// connect tries every server by itself, since a failover that was never tried is none; then it reads root DSE and schema from the one that
// serves. It returns false if none does.
func (c *checker) connect(ctx context.Context) bool {
	c.section("Directory")
	transport := c.cfg.Transport()
	up := 0
	for _, url := range transport.URLs {
		one := transport
		one.URLs = []string{url}
		if c.server(ctx, url, one) {
			up++
		} else {
			c.found.down = append(c.found.down, url)
		}
	}
	if up == 0 {
		return false
	}
	var err error
	if c.dir, err = directory.Open(transport, directory.WithClock(c.opts.Clock)); err != nil {
		c.bad("%v", err)
		return false
	}
	c.person = directory.NewPeople(c.dir, c.cfg.Mapping, directory.PeopleClock(c.opts.Clock))
	c.found.connected = true
	c.readSchema(ctx)
	return true
}

func (c *checker) server(ctx context.Context, url string, cfg directory.Config) bool {
	d, err := directory.Open(cfg, directory.WithClock(c.opts.Clock))
	if err != nil {
		c.bad("%s: %v", url, err)
		return false
	}
	defer func() { _ = d.Close() }()
	if err := d.Health(ctx); err != nil {
		c.bad("%s: %v", url, err)
		if strings.Contains(err.Error(), "invalidCredentials") { // the code is that of a connection that could not be made
			c.line("", "check directory.bind_dn and directory.bind_password")
		}
		return false
	}
	caps, err := d.Capabilities(ctx)
	if err != nil {
		c.bad("%s: %v", url, err)
		return false
	}
	c.caps = caps
	as := "without a service account"
	if cfg.BindDN != "" {
		as = "as " + cfg.BindDN
	}
	how := "without TLS"
	switch {
	case strings.HasPrefix(url, "ldaps:"):
		how = "with TLS"
	case cfg.StartTLS:
		how = "with StartTLS"
	case strings.HasPrefix(url, "ldapi:"):
		how = "by a local socket"
	}
	c.ok("%s: %s, signed in %s %s", url, strings.TrimSpace(string(caps.Vendor)+" "+caps.Version), as, how)
	return true
}

// suits says whether the preset was made for what answers. Memdir and servers that do not tell are as OpenLDAP.
func (c *checker) suits() {
	preset := c.cfg.Directory.Preset
	var better string
	switch c.caps.Vendor {
	case directory.ActiveDirectory:
		better = "activedirectory"
	case directory.Samba:
		better = "samba"
	case directory.LLDAP:
		better = "lldap"
	case directory.DS389:
		if better = "389ds"; preset == "freeipa" {
			better = preset
		}
	}
	if better != "" && preset != "" && preset != better {
		c.warn("directory.preset is %s, but this looks like %s: the preset %s was made for it", preset, c.caps.Vendor, better)
	}
}

func (c *checker) readSchema(ctx context.Context) {
	c.suits()
	root, err := c.dir.RootDSE(ctx)
	if err != nil {
		c.warn("the root DSE cannot be read: %v", err)
	} else if len(root.NamingContexts) > 0 {
		c.ok("it holds %s", strings.Join(root.NamingContexts, ", "))
	}
	for _, can := range []struct {
		has       bool
		what, not string
	}{
		{c.caps.PasswordModify, "changes passwords by the password operation (RFC 3062)", ""},
		{c.caps.PasswordPolicy, "tells about expired and locked passwords (password policy control)", "expired and locked passwords look like wrong ones, unless the directory tells in its own way"},
		{c.caps.Paging, "gives long lists in pages", "lists longer than the server's limit are cut"},
	} {
		switch {
		case can.has:
			c.ok("it %s", can.what)
		case can.not != "" && c.caps.Vendor != directory.ActiveDirectory && c.caps.Vendor != directory.Samba:
			c.warn("%s", can.not)
		}
	}
	if c.schema, err = c.dir.Schema(ctx); err != nil {
		c.warn("the schema cannot be read, so the mapping is not compared with it: %v", err)
		return
	}
	problems := c.cfg.Mapping.Check(c.schema.ForMapping())
	for _, p := range problems {
		p.Path = "directory." + p.Path
		if p.Warning {
			c.warn("%s", p)
		} else {
			c.bad("%s", p)
			c.found.mapping = append(c.found.mapping, p.Path)
		}
	}
	if len(problems) == 0 {
		c.ok("its schema knows every attribute of the mapping")
	}
}
