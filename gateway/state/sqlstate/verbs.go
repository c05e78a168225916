package sqlstate

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/wicketgate/wicketgate/gateway/state"
)

// querier is a database or a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// verbs are the five verbs on a database or within a transaction, once each: no checks, no second try. Errors are those of state.Store, errAgain,
// or the driver's.
type verbs struct {
	*dialect
	write, read querier
}

// errAgain says that a change was refused for a reason that was gone when it was looked for.
var errAgain = errors.New("the record changed meanwhile")

func (v verbs) doGet(ctx context.Context, p state.Path) (state.Record, error) {
	var body []byte
	err := v.read.QueryRowContext(ctx, v.get, string(p.Kind), p.ID).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return state.Record{}, state.ErrNotFound
	}
	if err != nil {
		return state.Record{}, err
	}
	return record(p, body)
}

func record(p state.Path, body []byte) (state.Record, error) {
	var texts map[string]string
	if err := json.Unmarshal(body, &texts); err != nil {
		return state.Record{}, fmt.Errorf("the row was changed by somebody else: %w", err)
	}
	r := state.Record{Path: p, Values: make([]string, 0, len(texts))}
	for _, t := range texts {
		r.Values = append(r.Values, t)
	}
	return r, nil
}

func (v verbs) doCreate(ctx context.Context, r state.Record) error {
	return v.one(ctx, state.ErrExists, v.create, string(r.Kind), r.ID, text(byKey(r.Values)))
}

func (v verbs) doDelete(ctx context.Context, p state.Path) error {
	return v.one(ctx, state.ErrNotFound, v.delete, string(p.Kind), p.ID)
}

func (v verbs) doChange(ctx context.Context, p state.Path, remove, add []string) error {
	c := change{remove: make([]string, 0, len(remove)), fresh: make([]string, 0, len(add)), add: byKey(add)}
	asserted := make(map[string]struct{}, len(remove))
	for _, value := range remove {
		k := key(value)
		c.remove = append(c.remove, k)
		asserted[k] = struct{}{}
	}
	for k := range c.add {
		if _, ok := asserted[k]; !ok {
			c.fresh = append(c.fresh, k)
		}
	}
	err := v.one(ctx, errAgain, v.change, append([]any{string(p.Kind), p.ID}, v.changeArgs(c)...)...)
	if !errors.Is(err, errAgain) {
		return err
	}
	var all, anyFresh bool
	err = v.write.QueryRowContext(ctx, v.why, string(p.Kind), p.ID, v.keys(c.remove), v.keys(c.fresh)).Scan(&all, &anyFresh)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return state.ErrNotFound
	case err != nil:
		return err
	case !all:
		return state.ErrGone
	case anyFresh:
		return state.ErrPresent
	}
	return errAgain
}

// one carries out a statement that changes one row, or none and that means otherwise.
func (v verbs) one(ctx context.Context, otherwise error, statement string, args ...any) error {
	result, err := v.write.ExecContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return otherwise
	}
	return err
}

// doPage reads the records that follow an id.
func (v verbs) doPage(ctx context.Context, k state.Kind, after string, size int) (page []state.Record, err error) {
	rows, err := v.read.QueryContext(ctx, v.list, string(k), after, size)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		p := state.Path{Kind: k}
		var body []byte
		if err := rows.Scan(&p.ID, &body); err != nil {
			return nil, err
		}
		r, err := record(p, body)
		if err != nil {
			return nil, fmt.Errorf("record %s: %w", p, err)
		}
		page = append(page, r)
	}
	return page, rows.Err()
}

// key is what is compared of a value: 128 bits of a digest, since a value may be longer than an index or a look at every value could bear.
func key(value string) string { return state.Digest(state.Fold(value))[:32] }

func byKey(values []string) map[string]string {
	texts := make(map[string]string, len(values))
	for _, value := range values {
		texts[key(value)] = value
	}
	return texts
}
