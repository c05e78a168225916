package config

import (
	"time"

	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
)

// State says where the program's own records are: in the directory, below base, or in a database.
type State struct {
	// Base is the DN of an entry below which the service account may add, change and delete. Wicketgate makes its branches there. Either this or sql.
	Base string `yaml:"base"`
	// Spelling is the object class of the records: applicationProcess, or serviceConnectionPoint. Default: the second where the directory is an Active Directory, in
	// which the first belongs to the system, else the first.
	Spelling string `yaml:"spelling"`
	// SQL keeps the records in a database, for a directory in which nothing may be written.
	SQL SQL `yaml:"sql"`
}

// InSQL tells whether the records are in a database.
func (s *State) InSQL() bool { return s.SQL != SQL{} }

// SQL is a database for the records: a SQLite file for one machine, or PostgreSQL for any number.
type SQL struct {
	// File is a SQLite file, for a Wicketgate on one machine. It is made if it is not there, for the user that runs Wicketgate alone. Either this or url.
	File string `yaml:"file"`
	// URL is a database of PostgreSQL: postgres://user@host/database. The connection is encrypted and the certificate verified, unless the host is this machine or the
	// URL ends in ?sslmode=disable. Several hosts with commas between them: the one that takes writes is used. For a socket: postgres://user@/database?host=/run/postgresql.
	URL Secret `yaml:"url"`
	// URLFile is a file with the URL.
	URLFile string `yaml:"url_file"`
	// Password is that of the user, if it does not stand in url.
	Password Secret `yaml:"password"`
	// PasswordFile is a file with the password.
	PasswordFile string `yaml:"password_file"`
	// CAFile is a PEM file with the authorities that the server's certificate comes from. Default: those of the system.
	CAFile string `yaml:"ca_file"`
	// PoolSize is the most connections of each replica. Default 8, at least 2. PostgreSQL takes 100 from all together unless told otherwise.
	PoolSize int `yaml:"pool_size"`
	// Timeout bounds one operation. Default 10s.
	Timeout time.Duration `yaml:"timeout"`
}

// Database is the configuration of the database of the records, if State is InSQL.
func (c *Config) Database() sqlstate.Config { return c.database }
