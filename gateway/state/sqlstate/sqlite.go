package sqlstate

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"sync"

	_ "modernc.org/sqlite" // the driver, in Go: no cgo

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func openSQLite(c Config) (database, error) {
	// Writers stand in line for one connection, in the order in which they came: SQLite itself would have them try again and again. Replicas
	// on the same machine, and commands, do meet in the file; what is busy then is tried again (again.go).
	write, err := sql.Open("sqlite", dsn(c.File, "journal_mode(WAL)"))
	if err != nil {
		return database{}, err
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", dsn(c.File, "query_only(1)"))
	if err != nil {
		return database{}, errors.Join(err, write.Close())
	}
	read.SetMaxOpenConns(c.PoolSize)
	read.SetMaxIdleConns(c.PoolSize)
	f := &file{path: c.File}
	d := sqliteDialect()
	return database{dialect: d, write: write, read: read, cleared: f.claim, health: func(ctx context.Context) error {
		if err := f.still(); err != nil {
			return err
		}
		var standby bool
		return read.QueryRowContext(ctx, d.standby).Scan(&standby)
	}}, nil
}

// dsn opens a file that is there already: who makes it decides who may read it. synchronous(FULL) waits for the disk with every change, since one that a loss of
// power takes back could be a revocation. The wait for a lock is short, as nothing interrupts it.
func dsn(path, pragma string) string {
	u := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{
		"mode": {"rw"}, "_txlock": {"immediate"}, "_pragma": {"busy_timeout(50)", pragma, "synchronous(FULL)"},
	}.Encode()}
	return u.String()
}

// file is the file of a database, as it was when it was opened.
type file struct {
	path string
	mu   sync.Mutex
	was  os.FileInfo
}

// claim makes the file if it is not there, for its owner alone, and refuses one that everybody may use.
func (f *file) claim() error {
	made, err := os.OpenFile(f.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return fault.New(fault.Invalid, "the folder of %s is missing", f.path)
		}
		return fault.Wrap(fault.Denied, err)
	}
	info, err := made.Stat()
	if err := errors.Join(err, made.Close()); err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fault.New(fault.Invalid, "%s is no file", f.path)
	}
	if !closedToOthers(info.Mode()) {
		return fault.New(fault.Denied, "everybody on this machine may use %s: chmod o= makes it safe, and whoever could write it may have added to it", f.path)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.was = info
	return nil
}

// still tells whether the path leads to the file that is open. If not, what is written now is lost when the program ends.
func (f *file) still() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.path)
	if err != nil || !os.SameFile(info, f.was) {
		return fault.New(fault.Unavailable, "%s was taken away or replaced while it was open: restart Wicketgate", f.path)
	}
	return nil
}
