package state

import (
	"unicode"
	"unicode/utf8"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// CheckRecord tells whether a record keeps the bounds: what every Store checks before it sends a Create. Errors: Invalid.
func CheckRecord(r Record) error {
	if err := CheckPath(r.Path); err != nil {
		return err
	}
	if len(r.Values) == 0 {
		return fault.New(fault.Invalid, "record %s has no value", r.Path)
	}
	return checkValues(r.Path, "to keep", r.Values)
}

// CheckChange does the same for a Change. A value may stand in both lists, but in neither twice.
func CheckChange(p Path, remove, add []string) error {
	if err := CheckPath(p); err != nil {
		return err
	}
	if len(remove)+len(add) == 0 {
		return fault.New(fault.Invalid, "changing nothing in record %s", p)
	}
	if err := checkValues(p, "to remove", remove); err != nil {
		return err
	}
	return checkValues(p, "to add", add)
}

// CheckPath tells whether a path can name a record on every store. Errors: Invalid.
func CheckPath(p Path) error {
	switch p.Kind {
	case People, Clients, Keys, Pending:
	default:
		return fault.New(fault.Invalid, "there is no branch %q", string(p.Kind))
	}
	if err := CheckID(p.ID); err != nil {
		return fault.Wrap(fault.Invalid, err)
	}
	return nil
}

func checkValues(p Path, what string, values []string) error {
	if len(values) > MaxValues {
		return fault.New(fault.Invalid, "%d values %s in record %s: the limit is %d", len(values), what, p, MaxValues)
	}
	seen := make(map[string]struct{}, len(values))
	for i, v := range values {
		if len(v) > MaxValue {
			return fault.New(fault.Invalid, "value %d %s in record %s has %d bytes: the limit is %d", i+1, what, p, len(v), MaxValue)
		}
		if !utf8.ValidString(v) {
			return fault.New(fault.Invalid, "value %d %s in record %s is not UTF-8", i+1, what, p)
		}
		for _, c := range v {
			if unicode.IsControl(c) {
				return fault.New(fault.Invalid, "value %d %s in record %s has a control character", i+1, what, p)
			}
		}
		f := Fold(v)
		if f == "" {
			return fault.New(fault.Invalid, "value %d %s in record %s is empty", i+1, what, p)
		}
		if _, twice := seen[f]; twice {
			return fault.New(fault.Invalid, "value %d %s in record %s stands twice, as directories compare", i+1, what, p)
		}
		seen[f] = struct{}{}
	}
	return nil
}
