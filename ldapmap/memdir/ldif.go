package memdir

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Bounds of an LDIF file.
const (
	maxLDIFLine   = 16 << 20
	maxLDIFFields = 300_000 // attribute lines of one record
)

// ldifRecord is a content record (RFC 2849) and the line it starts on.
type ldifRecord struct {
	line  int
	dn    string
	attrs []attributeValues
}

// readLDIF calls each with one record after the other. Errors name the line.
func readLDIF(in io.Reader, each func(ldifRecord) error) error {
	scanner := bufio.NewScanner(in)
	scanner.Buffer(make([]byte, 64<<10), maxLDIFLine)
	var lines []string
	number, start := 0, 0
	flush := func() error {
		if len(lines) == 0 {
			return nil
		}
		rec, err := parseRecord(lines, start)
		lines = lines[:0]
		if err != nil || rec == nil {
			return err
		}
		return each(*rec)
	}
	for scanner.Scan() {
		number++
		line := strings.TrimSuffix(scanner.Text(), "\r")
		switch {
		case line == "":
			if err := flush(); err != nil {
				return err
			}
		case line[0] == ' ':
			if len(lines) == 0 {
				return fmt.Errorf("line %d: a continuation of nothing", number)
			}
			lines[len(lines)-1] += line[1:]
			if len(lines[len(lines)-1]) > maxLDIFLine {
				return fmt.Errorf("line %d: value is too long", number)
			}
		default:
			if len(lines) == 0 {
				start = number
			}
			if len(lines) >= maxLDIFFields {
				return fmt.Errorf("line %d: more than %d lines in one record", number, maxLDIFFields)
			}
			lines = append(lines, line)
		}
	}
	if err := scanner.Err(); err != nil {
		return fmt.Errorf("line %d: %w", number+1, err)
	}
	return flush()
}

// parseRecord returns nil for a record of comments and the version line only.
func parseRecord(lines []string, start int) (*ldifRecord, error) {
	rec := &ldifRecord{line: start}
	index := map[string]int{}
	for i, line := range lines {
		if line[0] == '#' {
			continue
		}
		name, value, err := parseLDIFLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", start+i, err)
		}
		switch key := strings.ToLower(name); {
		case rec.dn == "" && key == "version":
			if value != "1" {
				return nil, fmt.Errorf("line %d: LDIF version %.20q is not 1", start+i, value)
			}
		case rec.dn == "" && key == "dn":
			if value == "" {
				return nil, fmt.Errorf("line %d: empty dn", start+i)
			}
			rec.dn = value
		case rec.dn == "":
			return nil, fmt.Errorf("line %d: want \"dn:\", found %.40q", start+i, name)
		case key == "changetype":
			if value != "add" {
				return nil, fmt.Errorf("line %d: changetype %.20s: only entries and additions can be loaded", start+i, value)
			}
		case key == "control":
			return nil, fmt.Errorf("line %d: controls cannot be loaded", start+i)
		default:
			at, ok := index[key]
			if !ok {
				at = len(rec.attrs)
				index[key] = at
				rec.attrs = append(rec.attrs, attributeValues{desc: name})
			}
			rec.attrs[at].values = append(rec.attrs[at].values, value)
		}
	}
	if rec.dn == "" {
		return nil, nil
	}
	return rec, nil
}

func parseLDIFLine(line string) (name, value string, err error) {
	name, value, ok := strings.Cut(line, ":")
	switch {
	case !ok || name == "":
		return "", "", fmt.Errorf("want \"attribute: value\", found %.40q", line)
	case strings.HasPrefix(value, "<"):
		return "", "", fmt.Errorf("%s: values from URLs are not read", name)
	case !strings.HasPrefix(value, ":"):
		return name, strings.TrimLeft(value, " "), nil
	}
	data, err := base64.StdEncoding.DecodeString(strings.Trim(value[1:], " "))
	if err != nil {
		return "", "", fmt.Errorf("%s: value is not base64: %w", name, err)
	}
	return name, string(data), nil
}

// LoadLDIF adds the entries of an LDIF file, parents before children: all of them, or none and an error that names the
// line. Operational attributes in the file are kept, so that a dump of WriteLDIF or slapcat comes back as it was,
// but for those the server computes. Passwords in clear are hashed. The policy does not apply.
func (s *Server) LoadLDIF(in io.Reader) error {
	d := s.dir
	d.mu.Lock()
	defer d.mu.Unlock()
	var added []*node
	err := readLDIF(in, func(rec ldifRecord) error {
		n, err := d.load(rec)
		if err != nil {
			return fmt.Errorf("line %d: %s: %w", rec.line, rec.dn, err)
		}
		added = append(added, n)
		return nil
	})
	if err != nil {
		for _, n := range slices.Backward(added) {
			d.tree.remove(n)
		}
		return fmt.Errorf("memdir: loading LDIF: %w", err)
	}
	return nil
}

func (d *directory) load(rec ldifRecord) (*node, error) {
	name, err := d.schema.parseDN(rec.dn)
	if err != nil {
		return nil, err
	}
	e, err := d.buildEntry(name, rec.attrs, true)
	if err != nil {
		return nil, err
	}
	if err := d.checkPlace(&session{admin: true}, e); err != nil {
		return nil, err
	}
	passwords := attribute{typ: d.known.userPassword}
	for _, v := range e.get(d.known.userPassword).vals {
		if scheme, _ := schemeOf(v); scheme == "" {
			if v, err = hashPassword(d.opts.PasswordScheme, v, d.opts.Random); err != nil {
				return nil, err
			}
		}
		passwords = passwords.with(v, v)
	}
	e.set(passwords)
	if err := d.checkSchema(e); err != nil {
		return nil, err
	}
	if len(d.tree.nodes) >= d.opts.Limits.Entries {
		return nil, fail(AdminLimitExceeded, "the directory is full")
	}
	if err := d.stampCreation(e, d.root); err != nil {
		return nil, err
	}
	return d.tree.add(e), nil
}

// WriteLDIF writes every entry, parents first; operational says whether with operational attributes. Password hashes are
// among the values.
func (s *Server) WriteLDIF(out io.Writer, operational bool) error {
	w := bufio.NewWriter(out)
	for _, n := range s.dir.stored() {
		writeLDIFLine(w, "dn", n.dn.text)
		for _, a := range n.attrs {
			if a.typ.operational && !operational {
				continue
			}
			for _, v := range a.vals {
				writeLDIFLine(w, a.desc(), v)
			}
		}
		w.WriteString("\n")
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("memdir: writing LDIF: %w", err)
	}
	return nil
}

// stored lists the entries, parents before children, whatever has been moved since.
func (d *directory) stored() []*entry {
	d.mu.RLock()
	defer d.mu.RUnlock()
	nodes := d.tree.all()
	slices.SortStableFunc(nodes, func(a, b *node) int { return len(a.e.dn.keys) - len(b.e.dn.keys) })
	out := make([]*entry, 0, len(nodes))
	for _, n := range nodes {
		out = append(out, n.e)
	}
	return out
}

// writeLDIFLine folds at 76 characters and encodes what is not a SAFE-STRING of RFC 2849.
func writeLDIFLine(w *bufio.Writer, name, value string) {
	line := name + ": " + value
	if !safeLDIF(value) {
		line = name + ":: " + base64.StdEncoding.EncodeToString([]byte(value))
	}
	for width := 76; len(line) > width; width = 75 {
		w.WriteString(line[:width] + "\n ")
		line = line[width:]
	}
	w.WriteString(line + "\n")
}

func safeLDIF(v string) bool {
	for i := 0; i < len(v); i++ {
		if c := v[i]; c >= 0x7f || c == 0 || c == '\n' || c == '\r' || c < ' ' {
			return false
		}
	}
	return v == "" || !strings.ContainsRune(" :<", rune(v[0])) && v[len(v)-1] != ' '
}
