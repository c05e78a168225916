package config

import (
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// Directory is how to reach the directory, and how people and groups are spelt in it.
type Directory struct {
	// URLs are the servers, best first: ldaps://host, ldap://host or ldapi://%2Fpath. When the first one fails the next takes over until
	// it is back. Required.
	URLs ldapmap.Strings `yaml:"urls"`
	// StartTLS protects ldap:// connections (RFC 4511 4.14). Without it ldap:// is taken for this machine only.
	StartTLS bool `yaml:"starttls"`
	// CAFile is a PEM file with the authorities that the servers' certificates come from. Default: those of the system.
	CAFile string `yaml:"ca_file"`
	// ServerName is the name in the certificates, if it is not the host of the URL.
	ServerName string `yaml:"server_name"`
	// InsecureSkipVerify takes any certificate. For a laboratory only.
	InsecureSkipVerify bool `yaml:"insecure_skip_verify"`
	// AllowPlaintext lets passwords travel unprotected to another machine.
	AllowPlaintext bool `yaml:"allow_plaintext"`
	// BindDN is the service account.
	BindDN string `yaml:"bind_dn"`
	// BindPassword is its password.
	BindPassword Secret `yaml:"bind_password"`
	// BindPasswordFile is a file with the password.
	BindPasswordFile string `yaml:"bind_password_file"`

	// DialTimeout bounds connecting to a server. Default 5s.
	DialTimeout time.Duration `yaml:"dial_timeout"`
	// Timeout bounds one operation. Default 10s.
	Timeout time.Duration `yaml:"timeout"`
	// PoolSize is the most connections to each server. Default 16, at least 2.
	PoolSize int `yaml:"pool_size"`
	// PageSize is the number of entries asked for at once. Default 500.
	PageSize int `yaml:"page_size"`

	// Preset fills in what users and groups leave out. `wicketgate config presets` lists them. Default: openldap if users maps no attributes, else
	// none.
	Preset string `yaml:"preset"`
	// Dialect is the way in which the server wants passwords changed: 389ds, activedirectory, openldap or standard (RFC 3062 and nothing else).
	// Default: by what the server says about itself, which is right unless it hides that.
	Dialect string `yaml:"dialect"`
	// Users says where people are and how they are spelt.
	Users ldapmap.UsersSpec `yaml:"users"`
	// Groups says where groups are and how they are spelt. Without a base there are no groups.
	Groups ldapmap.GroupsSpec `yaml:"groups"`
}
