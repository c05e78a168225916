package sqlstate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// database is an opened database: its dialect, and where to send what.
type database struct {
	*dialect
	write, read *sql.DB // the same for PostgreSQL
	begin       *sql.TxOptions
	cleared     func() error // looks at what must be right before anything is opened
	health      func(context.Context) error
}

func (d database) close() error {
	if d.read == d.write {
		return d.write.Close()
	}
	return errors.Join(d.read.Close(), d.write.Close()) // the last to leave tidies up
}

func (d database) connections() (open, idle int) {
	s := d.write.Stats()
	open, idle = s.OpenConnections, s.Idle
	if d.read != d.write {
		s = d.read.Stats()
		open, idle = open+s.OpenConnections, idle+s.Idle
	}
	return open, idle
}

// Connections are made anew now and then, so that load spreads and certificates are checked again.
const (
	maxAge  = 30 * time.Minute
	maxIdle = 5 * time.Minute
	connect = 5 * time.Second
	// farewell is how long a server has to confirm that it gave a statement up.
	farewell = 500 * time.Millisecond
)

func openPostgreSQL(c Config) (database, error) {
	cfg, err := c.pgx()
	if err != nil {
		return database{}, err
	}
	db := stdlib.OpenDB(*cfg)
	db.SetMaxOpenConns(c.PoolSize)
	db.SetMaxIdleConns(c.PoolSize)
	db.SetConnMaxLifetime(maxAge)
	db.SetConnMaxIdleTime(maxIdle)
	d := postgresDialect()
	return database{
		dialect: d, write: db, read: db, cleared: func() error { return nil },
		begin: &sql.TxOptions{Isolation: sql.LevelReadCommitted}, // what was waited for must be seen, whatever the database's default
		health: func(ctx context.Context) error {
			var standby bool
			if err := db.QueryRowContext(ctx, d.standby).Scan(&standby); err != nil {
				return err
			}
			if standby {
				return fault.New(fault.Unavailable, "%s is a standby, which takes no writes", c.Where())
			}
			return nil
		},
	}, nil
}

// pgx makes the driver's configuration. Nothing of it comes from the environment (PGHOST, PGSSLMODE and their like) or from ~/.pgpass: what the file of
// the gateway does not say must not decide where records go.
func (c Config) pgx() (*pgx.ConnConfig, error) {
	t, err := parseURL(c.URL)
	if err != nil {
		return nil, err
	}
	roots, err := c.roots()
	if err != nil {
		return nil, err
	}
	var names, ports []string
	for _, h := range t.hosts {
		names, ports = append(names, h.name), append(ports, strconv.Itoa(h.port))
	}
	attributes := t.attributes
	if attributes == "" {
		attributes = "any"
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(t.user, "replaced below"), Path: "/" + t.database, RawQuery: url.Values{
		"host": {strings.Join(names, ",")}, "port": {strings.Join(ports, ",")}, "sslmode": {"disable"}, "target_session_attrs": {attributes},
		"connect_timeout": {strconv.Itoa(int(connect / time.Second))},
		"passfile":        {""}, "sslrootcert": {""}, "sslcert": {""}, "sslkey": {""}, "sslnegotiation": {"postgres"}, // there are defaults for these, too
	}.Encode()}
	cfg, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, errors.New("the environment has settings for PostgreSQL that cannot be read (PGSERVICE?)")
	}
	if len(cfg.Fallbacks) != len(t.hosts)-1 {
		return nil, fmt.Errorf("%d ways to %d hosts", len(cfg.Fallbacks)+1, len(t.hosts))
	}
	cfg.TLSConfig = c.tls(t, t.hosts[0], roots)
	for i, f := range cfg.Fallbacks {
		cfg.Fallbacks[i] = &pgconn.FallbackConfig{Host: f.Host, Port: f.Port, TLSConfig: c.tls(t, t.hosts[i+1], roots)}
	}
	if cfg.Password = c.Password; cfg.Password == "" {
		cfg.Password = t.password
	}
	cfg.RuntimeParams = map[string]string{"application_name": "wicketgate", "client_encoding": "UTF8"} // those that poolers let through
	// A statement that is given up must not be carried out once what it waits for is over: the server is told, on a connection of its own.
	cfg.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: farewell}
	}
	// One exchange for a statement, and nothing that a server keeps of it: a pooler may send the next one to another.
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	return cfg, nil
}
