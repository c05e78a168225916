package sqlstate

import (
	"encoding/json"
)

// dialect is how a database spells the verbs, each of which is one statement, carried out whole or not at all by itself. Parameters 1 and 2 are always
// kind and id.
type dialect struct {
	name   string // "PostgreSQL"; the name of its files in schema
	folder string

	get    string
	create string // 3: body
	change string // 3...: what changeArgs gives
	why    string // 3, 4: keys to remove, keys to add; says whether all of the first and any of the second are there
	delete string
	list   string // 2: the last id of the page before, 3: how many

	changeArgs func(c change) []any
	keys       func([]string) any

	// lock makes migrations of others wait, within a transaction; versioned says whether there is a table of versions.
	lock, versioned string
	// about gives the server's version and whether the way to it is encrypted; standby whether it takes no writes.
	about, standby string
}

// change is what a Change does, by keys.
type change struct {
	remove []string          // keys that must be there
	fresh  []string          // keys that must not be there: those to add that are not among those to remove
	add    map[string]string // texts by key
}

func postgresDialect() *dialect {
	return &dialect{
		name: "PostgreSQL", folder: "postgresql",
		get:    `SELECT body FROM wicketgate_records WHERE kind = $1 AND id = $2`,
		create: `INSERT INTO wicketgate_records (kind, id, body) VALUES ($1, $2, $3::jsonb) ON CONFLICT DO NOTHING`,
		// An UPDATE that had to wait for another looks at the row anew before it decides (PostgreSQL, 13.2.1, "Read Committed"): of many at once one succeeds.
		change: `UPDATE wicketgate_records SET body = (body - $3::text[]) || $4::jsonb
WHERE kind = $1 AND id = $2 AND body ?& $3::text[] AND NOT body ?| $5::text[]`,
		why:        `SELECT body ?& $3::text[], body ?| $4::text[] FROM wicketgate_records WHERE kind = $1 AND id = $2`,
		delete:     `DELETE FROM wicketgate_records WHERE kind = $1 AND id = $2`,
		list:       `SELECT id, body FROM wicketgate_records WHERE kind = $1 AND id > $2 ORDER BY id LIMIT $3`,
		changeArgs: func(c change) []any { return []any{c.remove, text(c.add), c.fresh} },
		keys:       func(k []string) any { return k },
		lock:       `SELECT pg_advisory_xact_lock(8243110785106)`, // a number that nobody else has picked
		// Not to_regclass: what it says may be older than the lock.
		versioned: `SELECT count(*) > 0 FROM pg_class WHERE relname = 'wicketgate_records_version' AND pg_table_is_visible(oid)`,
		about:     `SELECT current_setting('server_version'), coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)`,
		standby:   `SELECT pg_is_in_recovery()`,
	}
}

func sqliteDialect() *dialect {
	return &dialect{
		name: "SQLite", folder: "sqlite",
		get:    `SELECT body FROM wicketgate_records WHERE kind = ?1 AND id = ?2`,
		create: `INSERT INTO wicketgate_records (kind, id, body) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING`,
		// A merge patch (RFC 7396) removes what is null. There is one writer at a time.
		change: `UPDATE wicketgate_records SET body = json_patch(body, ?3)
WHERE kind = ?1 AND id = ?2
AND (SELECT count(*) FROM json_each(body) AS v WHERE v.key IN (SELECT value FROM json_each(?4))) = json_array_length(?4)
AND NOT EXISTS (SELECT 1 FROM json_each(body) AS v WHERE v.key IN (SELECT value FROM json_each(?5)))`,
		why: `SELECT (SELECT count(*) FROM json_each(body) AS v WHERE v.key IN (SELECT value FROM json_each(?3))) = json_array_length(?3),
EXISTS (SELECT 1 FROM json_each(body) AS v WHERE v.key IN (SELECT value FROM json_each(?4)))
FROM wicketgate_records WHERE kind = ?1 AND id = ?2`,
		delete: `DELETE FROM wicketgate_records WHERE kind = ?1 AND id = ?2`,
		list:   `SELECT id, body FROM wicketgate_records WHERE kind = ?1 AND id > ?2 ORDER BY id LIMIT ?3`,
		changeArgs: func(c change) []any {
			patch := make(map[string]any, len(c.remove)+len(c.add))
			for _, k := range c.remove {
				patch[k] = nil
			}
			for k, v := range c.add {
				patch[k] = v
			}
			return []any{text(patch), text(c.remove), text(c.fresh)}
		},
		keys:      func(k []string) any { return text(k) },
		lock:      `SELECT 1`, // its transactions begin with the lock
		versioned: `SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'wicketgate_records_version'`,
		about:     `SELECT sqlite_version(), false`,
		standby:   `SELECT false`,
	}
}

// text is v in JSON. What is given to it can always be encoded.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("sqlstate: " + err.Error())
	}
	return string(b)
}
