package config

import (
	"fmt"

	signing "github.com/wicketgate/wicketgate/gateway/oidc/keys"
)

// maxKeyFiles bounds the signing keys that are brought along.
const maxKeyFiles = 10

// SigningKeys are the keys of Tokens.SigningKeyFiles.
func (c *Config) SigningKeys() []signing.Fixed { return c.Tokens.keys }

func (c *Config) resolveKeys(r *report) {
	files := c.Tokens.SigningKeyFiles
	if len(files) > maxKeyFiles {
		r.at("tokens.signing_key_files", fmt.Sprint(len(files))+" files", fmt.Sprintf("at most %d", maxKeyFiles), "")
		return
	}
	for i, file := range files {
		key := fmt.Sprintf("tokens.signing_key_files[%d]", i)
		text, ok := c.secretFile(r, key, file)
		if !ok {
			continue
		}
		one, err := signing.ParseFixed(text)
		if err != nil {
			r.at(key, file, "a private key for RS256, ES256 or EdDSA", err.Error())
			continue
		}
		c.Tokens.keys = append(c.Tokens.keys, one)
	}
}
