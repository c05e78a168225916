package check

import (
	"crypto/tls"
	"io/fs"
	"os"

	"github.com/wicketgate/wicketgate/templates"
)

// files reads what the gateway reads when it starts, beside the configuration itself: the theme, and the certificate. Neither needs a directory, and
// with either broken it does not start.
func (c *checker) files() {
	var theme fs.FS
	brand := c.cfg.Brand
	if brand.Theme != "" {
		theme = os.DirFS(brand.Theme)
	}
	renderer, err := templates.New(templates.Options{
		Theme: theme, Now: c.opts.Clock,
		Brand: templates.Brand{Name: brand.Name, URL: c.cfg.PublicURL, HelpURL: brand.HelpURL, HelpMail: brand.HelpMail},
	})
	c.renderer = renderer
	switch {
	case err != nil:
		c.bad("templates and texts: %v", err)
		c.found.start = "it does not start: the theme cannot be used"
	case theme != nil:
		c.ok("the theme in %s", brand.Theme)
	}
	if t := c.cfg.TLS; t.Cert != "" && t.Key != "" {
		if _, err := tls.LoadX509KeyPair(t.Cert, t.Key); err != nil {
			c.bad("the certificate (tls.cert, tls.key): %v", err)
			c.found.start = "it does not start: the certificate cannot be used"
			return
		}
		c.ok("the certificate in %s", t.Cert)
	}
}
