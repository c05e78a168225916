package sqlstate_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// files are what lies in the folder of a file.
func files(t *testing.T, file string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(file))
	ok(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func fileOf(t *testing.T) place {
	t.Helper()
	return place{kind: "sqlite", cfg: sqlstate.Config{File: filepath.Join(t.TempDir(), "state.db")}}
}

func TestTheFileIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	p := fileOf(t)
	s := p.open(t)
	ok(t, s.Create(t.Context(), state.Record{Path: one, Values: []string{"x"}}))
	names := files(t, p.cfg.File)
	if len(names) != 3 {
		t.Errorf("there are %q; the log (-wal) and its index (-shm) are expected beside the file", names)
	}
	for _, name := range names {
		info, err := os.Stat(filepath.Join(filepath.Dir(p.cfg.File), name))
		ok(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
}

func TestAFileThatEverybodyMayUseIsRefused(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{0o604, 0o602, 0o644, 0o666} {
		p := fileOf(t)
		ok(t, os.WriteFile(p.cfg.File, nil, 0o600))
		ok(t, os.Chmod(p.cfg.File, mode))
		s := p.open(t)
		fails(t, s.Prepare(t.Context()), fault.Denied, "everybody on this machine", "chmod")
		_, err := s.Rehearse(t.Context())
		fails(t, err, fault.Denied)
		ok(t, os.Chmod(p.cfg.File, 0o660)) // a group is somebody's decision
		ok(t, s.Prepare(t.Context()))
	}
}

func TestAFileThatCannotBeIsSaidSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ok(t, os.WriteFile(filepath.Join(dir, "text"), []byte(strings.Repeat("no database\n", 100)), 0o600))
	ok(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	for name, want := range map[string]struct {
		code  fault.Code
		words string
	}{
		"missing/state.db": {fault.Invalid, "the folder of"},
		"text":             {fault.Invalid, "no SQLite database"},
		"folder":           {fault.Denied, "is a directory"},
	} {
		s := place{cfg: sqlstate.Config{File: filepath.Join(dir, name)}}.open(t)
		fails(t, s.Prepare(t.Context()), want.code, want.words)
		if _, err := s.Rehearse(t.Context()); err == nil || !strings.Contains(err.Error(), want.words) {
			t.Errorf("rehearsing %s: %v", name, err)
		}
	}
}

// A name with everything that means something in a URI.
func TestAFileMayHaveAnyName(t *testing.T) {
	t.Parallel()
	cfg := sqlstate.Config{File: filepath.Join(t.TempDir(), "été #1 100% ?mode=memory&x=y.db")}
	s := place{cfg: cfg}.open(t)
	ok(t, s.Prepare(t.Context()))
	if _, err := os.Stat(cfg.File); err != nil {
		t.Error(err)
	}
}

func TestALockedFileIsWaitedForAndThenSaidToBeBusy(t *testing.T) {
	t.Parallel()
	p := fileOf(t)
	ok(t, p.open(t).Create(t.Context(), state.Record{Path: one, Values: []string{"x"}}))
	db, err := sql.Open("sqlite", p.cfg.File)
	ok(t, err)
	t.Cleanup(func() { ok(t, db.Close()) })
	other, err := db.Conn(t.Context())
	ok(t, err)
	_, err = other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	ok(t, err)

	p.cfg.Timeout = 200 * time.Millisecond
	s := p.open(t)
	err = s.Change(t.Context(), one, []string{"x"}, []string{"y"})
	fails(t, err, fault.Unavailable, "busy with others")
	if _, err := s.Get(t.Context(), one); err != nil {
		t.Errorf("reading meanwhile: %v", err)
	}
	done := make(chan error)
	p.cfg.Timeout = time.Minute
	patient := p.open(t)
	go func() { done <- patient.Change(context.WithoutCancel(t.Context()), one, []string{"x"}, []string{"y"}) }()
	_, err = other.ExecContext(t.Context(), "COMMIT")
	ok(t, err)
	ok(t, <-done)
	ok(t, other.Close())
}

func TestAFileThatIsTakenAwayIsNoticed(t *testing.T) {
	t.Parallel()
	p := fileOf(t)
	s := p.open(t)
	ok(t, s.Health(t.Context()))
	ok(t, os.Rename(p.cfg.File, p.cfg.File+".old"))
	fails(t, s.Health(t.Context()), fault.Unavailable, "taken away or replaced")
	ok(t, os.WriteFile(p.cfg.File, nil, 0o600))
	fails(t, s.Health(t.Context()), fault.Unavailable, "taken away or replaced")
	if st := s.Status(); st.Up || st.Error == "" {
		t.Errorf("the status is %+v", st)
	}
}
