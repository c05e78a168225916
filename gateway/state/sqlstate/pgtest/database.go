package pgtest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Database is a database of Role.
type Database struct {
	Name string
	URL  string // by TCP, without the password

	server *Server
}

// Database makes a new, empty database. statements are carried out in it by the superuser.
func (s *Server) Database(t testing.TB, statements ...string) *Database {
	t.Helper()
	return s.DatabaseWith(t, "", statements...)
}

// DatabaseWith is Database with more words for CREATE DATABASE.
func (s *Server) DatabaseWith(t testing.TB, words string, statements ...string) *Database {
	t.Helper()
	d := &Database{Name: fmt.Sprintf("test%d", s.next.Add(1)), server: s}
	s.sql(t, super, "CREATE DATABASE "+d.Name+" OWNER "+Role+" "+words)
	d.URL = fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s", Role, s.Port, d.Name)
	d.SQL(t, statements...)
	return d
}

// SQL carries out statements in the database as the superuser.
func (d *Database) SQL(t testing.TB, statements ...string) {
	t.Helper()
	d.server.sql(t, d.Name, statements...)
}

// Socket is the folder of the server's socket, where everybody is whom they say they are.
func (s *Server) Socket() string { return s.dir }

func (s *Server) socket(database string) string {
	return fmt.Sprintf("host=%s port=%d user=%s dbname=%s sslmode=disable", s.dir, s.Port, super, database)
}

func (s *Server) sql(t testing.TB, database string, statements ...string) {
	t.Helper()
	ctx := context.Background() // also while a test cleans up
	conn, err := pgx.Connect(ctx, s.socket(database))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, q := range statements {
		if _, err := conn.Exec(ctx, q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

// Counts are statements that a server has carried out.
type Counts struct{ Select, Insert, Update, Delete, Other int }

// Minus is what came since before.
func (c Counts) Minus(before Counts) Counts {
	return Counts{c.Select - before.Select, c.Insert - before.Insert, c.Update - before.Update, c.Delete - before.Delete, c.Other - before.Other}
}

var (
	statement = regexp.MustCompile(`(?m)^(\w*) LOG:  (?:statement|execute [^:]+): (.*)$`)
	ping      = []byte("-- ping") // the driver's, before it uses a connection that lay idle
)

// Counts reads them from the server's log, where each is written before it is carried out.
func (d *Database) Counts() Counts {
	text, _ := os.ReadFile(d.server.log())
	var c Counts
	for _, m := range statement.FindAllSubmatch(text, -1) {
		if string(m[1]) != d.Name || bytes.Contains(m[2], ping) {
			continue
		}
		verb, _, _ := bytes.Cut(bytes.ToLower(m[2]), []byte(" "))
		switch string(verb) {
		case "select":
			c.Select++
		case "insert":
			c.Insert++
		case "update":
			c.Update++
		case "delete":
			c.Delete++
		default:
			c.Other++
		}
	}
	return c
}
