package memdir

import (
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// directory is everything behind the sockets: the tree, its rules and one lock. Exported operations of Server
// and the op_*.go files take the lock; the rest is called with it held.
type directory struct {
	mu       sync.RWMutex
	tree     *tree
	schema   *schema
	known    knownTypes
	opts     Options
	policy   atomic.Pointer[PasswordPolicy]
	suffixes []dn
	root     dn
	nothing  dn
	access   []compiledRule
	dse      *node
	subentry *node
	refint   []*attributeType
	virtual  map[*attributeType]func(*node) attribute
	csn      struct {
		stamp string
		count int
	}
}

// knownTypes are the attribute types the server itself works with.
type knownTypes struct {
	objectClass, userPassword, entryUUID, entryCSN, entryDN, createTimestamp, modifyTimestamp, creatorsName,
	modifiersName, hasSubordinates, structuralObjectClass, subschemaSubentry, memberOf, member, uniqueMember,
	pwdChangedTime, pwdAccountLockedTime, pwdFailureTime, pwdHistory, pwdGraceUseTime, pwdReset,
	pwdStartTime, pwdEndTime *attributeType
}

func newKnownTypes(s *schema) knownTypes {
	a := s.mustAttribute
	return knownTypes{
		objectClass: a("objectClass"), userPassword: a("userPassword"), entryUUID: a("entryUUID"),
		entryCSN: a("entryCSN"), entryDN: a("entryDN"), createTimestamp: a("createTimestamp"),
		modifyTimestamp: a("modifyTimestamp"), creatorsName: a("creatorsName"), modifiersName: a("modifiersName"),
		hasSubordinates: a("hasSubordinates"), structuralObjectClass: a("structuralObjectClass"),
		subschemaSubentry: a("subschemaSubentry"), memberOf: a("memberOf"), member: a("member"),
		uniqueMember: a("uniqueMember"), pwdChangedTime: a("pwdChangedTime"),
		pwdAccountLockedTime: a("pwdAccountLockedTime"), pwdFailureTime: a("pwdFailureTime"),
		pwdHistory: a("pwdHistory"), pwdGraceUseTime: a("pwdGraceUseTime"), pwdReset: a("pwdReset"),
		pwdStartTime: a("pwdStartTime"), pwdEndTime: a("pwdEndTime"),
	}
}

func newDirectory(o Options) (*directory, error) {
	s, err := buildSchema(o.Schema)
	if err != nil {
		return nil, fmt.Errorf("memdir: reading the schema: %w", err)
	}
	if o.Random == nil {
		o.Random = rand.Reader
	} else {
		o.Random = &lockedReader{r: o.Random}
	}
	d := &directory{schema: s, known: newKnownTypes(s), opts: o, tree: newTree(s, o.Index)}
	for _, text := range o.Suffixes {
		name, err := s.parseDN(text)
		if err != nil || name.isRoot() {
			return nil, fmt.Errorf("memdir: suffix %q is not a DN", text)
		}
		d.suffixes = append(d.suffixes, name)
	}
	if d.root, err = s.parseDN(o.RootDN); err != nil || d.root.isRoot() {
		return nil, fmt.Errorf("memdir: RootDN %q is not a DN", o.RootDN)
	}
	if d.nothing, err = s.parseDN(o.RefintNothing); err != nil {
		return nil, fmt.Errorf("memdir: RefintNothing %q is not a DN", o.RefintNothing)
	}
	if d.access, err = compileRules(s, o.Access); err != nil {
		return nil, err
	}
	for _, name := range strings.Fields("member uniqueMember owner manager secretary roleOccupant seeAlso") {
		d.refint = append(d.refint, s.mustAttribute(name))
	}
	d.virtual = map[*attributeType]func(*node) attribute{
		d.known.entryDN:           d.entryDN,
		d.known.subschemaSubentry: d.subschemaSubentry,
		d.known.hasSubordinates:   d.hasSubordinates,
	}
	if !o.NoMemberOf {
		d.virtual[d.known.memberOf] = d.memberOf
	}
	d.buildSubschema()
	d.setPolicy(o.Policy)
	return d, nil
}

// setPolicy takes a copy, and announces the control or not.
func (d *directory) setPolicy(p *PasswordPolicy) {
	if p != nil {
		own := *p
		p = &own
	}
	d.policy.Store(p)
	d.buildRootDSE()
}

// lockedReader lets several connections share a deterministic source of randomness.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return io.ReadFull(l.r, p)
}

func (d *directory) now() time.Time { return d.opts.Clock().UTC() }

// single makes a one-value attribute out of a value the server itself chose.
func (d *directory) single(t *attributeType, value string) attribute {
	norm, err := d.schema.normalForm(t, value)
	if err != nil {
		norm = value
	}
	return attribute{typ: t, vals: []string{value}, norms: []string{norm}}
}

func boolText(b bool) string {
	if b {
		return "TRUE"
	}
	return "FALSE"
}

// stampCreation sets the operational attributes of a new entry that it does not carry yet (as in a loaded LDIF).
func (d *directory) stampCreation(e *entry, by dn) error {
	missing := func(t *attributeType) bool { return e.find(t, "") < 0 }
	if missing(d.known.entryUUID) {
		id, err := uuid.NewRandomFromReader(d.opts.Random)
		if err != nil {
			return fmt.Errorf("making an entryUUID: %w", err)
		}
		e.set(d.single(d.known.entryUUID, id.String()))
	}
	now := formatTime(d.now())
	for _, t := range []*attributeType{d.known.createTimestamp, d.known.modifyTimestamp} {
		if missing(t) {
			e.set(d.single(t, now))
		}
	}
	for _, t := range []*attributeType{d.known.creatorsName, d.known.modifiersName} {
		if missing(t) && !by.isRoot() {
			e.set(d.dnValue(t, by))
		}
	}
	if missing(d.known.entryCSN) {
		e.set(d.single(d.known.entryCSN, d.nextCSN()))
	}
	return nil
}

// stampChange says who changed the entry, and when.
func (d *directory) stampChange(e *entry, by dn) {
	e.set(d.single(d.known.modifyTimestamp, formatTime(d.now())))
	if !by.isRoot() {
		e.set(d.dnValue(d.known.modifiersName, by))
	}
	e.set(d.single(d.known.entryCSN, d.nextCSN()))
}

// nextCSN counts within the same microsecond, so that change numbers never repeat.
func (d *directory) nextCSN() string {
	stamp := formatTimeMicro(d.now())
	if stamp == d.csn.stamp {
		d.csn.count++
	} else {
		d.csn.stamp, d.csn.count = stamp, 0
	}
	return fmt.Sprintf("%s#%06x#000#000000", stamp, d.csn.count)
}

// suffixOf is the naming context d falls under.
func (d *directory) suffixOf(name dn) (dn, bool) {
	for _, s := range d.suffixes {
		if name.under(s) {
			return s, true
		}
	}
	return dn{}, false
}

// find returns the node of a name, or noSuchObject with the matched DN.
func (d *directory) find(name dn) (*node, error) {
	if n := d.tree.get(name); n != nil {
		return n, nil
	}
	return nil, d.noSuchObject(name)
}

func (d *directory) noSuchObject(name dn) error {
	r := &Result{Code: NoSuchObject}
	if n := d.tree.nearest(name); n != nil {
		r.MatchedDN = n.e.dn.text
	}
	return r
}

func (d *directory) entryDN(n *node) attribute { return d.dnValue(d.known.entryDN, n.e.dn) }

func (d *directory) subschemaSubentry(*node) attribute {
	return attribute{typ: d.known.subschemaSubentry, vals: []string{subschemaDN}, norms: []string{"cn=subschema"}}
}

func (d *directory) hasSubordinates(n *node) attribute {
	return d.single(d.known.hasSubordinates, boolText(len(n.children) > 0))
}

func (d *directory) dnValue(t *attributeType, name dn) attribute {
	return attribute{typ: t, vals: []string{name.text}, norms: []string{name.key}}
}

// attributesOf lists the attributes of a node that are typ or a subtype of it, computed ones included.
func (d *directory) attributesOf(n *node, typ *attributeType) []attribute {
	if compute := d.virtual[typ]; compute != nil {
		if a := compute(n); len(a.vals) > 0 {
			return []attribute{a}
		}
		return nil
	}
	var one [1]attribute
	out := one[:0]
	for _, a := range n.e.attrs {
		if a.typ == typ || a.typ.sup != nil && a.typ.is(typ) {
			out = append(out, a)
		}
	}
	return out
}
