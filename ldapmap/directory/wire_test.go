package directory

import (
	"bytes"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestTrueIsWrittenAsServersReadIt(t *testing.T) {
	t.Parallel()
	message := func(b *ber.Packet) []byte {
		m := ber.NewSequence("")
		m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 1, ""))
		op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, 12, nil, "")
		op.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, strings.Repeat("\x01\x01\x01", 100), ""))
		op.AppendChild(b)
		m.AppendChild(op)
		return m.Bytes()
	}
	wrong := message(ber.NewBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, true, ""))
	right := message(ber.NewLDAPBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, true, ""))
	before := bytes.Clone(wrong)
	if got := strictBooleans(wrong); !bytes.Equal(got, right) {
		t.Errorf("want % x\ngot  % x", right, got)
	}
	if !bytes.Equal(wrong, before) {
		t.Error("the caller's bytes were changed")
	}
	no := message(ber.NewBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, false, ""))
	for _, same := range [][]byte{right, no, nil, {0x30}, {0x30, 0x80}, {0x30, 0x85, 1, 1, 1, 1, 1}, {0x30, 0x7f, 1}, {0x3f, 1, 1}, wrong[:40]} {
		if got := strictBooleans(same); !bytes.Equal(got, same) {
			t.Errorf("% x was changed to % x", same, got)
		}
	}
}

func FuzzStrictBooleans(f *testing.F) {
	f.Add([]byte{0x30, 0x03, 0x01, 0x01, 0x01})
	f.Fuzz(func(t *testing.T, data []byte) {
		once := strictBooleans(bytes.Clone(data))
		if len(once) != len(data) || !bytes.Equal(strictBooleans(once), once) {
			t.Errorf("% x became % x", data, once)
		}
	})
}

func TestEveryResultHasAMeaning(t *testing.T) {
	t.Parallel()
	for code, want := range map[uint16]fault.Code{
		32: fault.NotFound, 68: fault.Conflict, 20: fault.Conflict, 16: fault.Conflict, 50: fault.Denied, 49: fault.Denied,
		19: fault.Invalid, 21: fault.Invalid, 17: fault.Invalid, 65: fault.Invalid, 64: fault.Invalid,
		51: fault.Unavailable, 52: fault.Unavailable, 85: fault.Unavailable, 10: fault.Internal, 4711: fault.Internal,
	} {
		p := ber.NewSequence("")
		err := explain(OpModify, "x", "y", true, resultOf(OpModify, &ldap.Error{ResultCode: code, Packet: p, Err: errText("why\nso")}))
		if got, ok := ResultCode(err); !ok || got != code || !fault.Is(err, want) {
			t.Errorf("%d: %v", code, err)
		}
		if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "why so") {
			t.Errorf("the text of %d: %q", code, err)
		}
	}
}

type errText string

func (e errText) Error() string { return string(e) }

func TestAReferralIsNotFollowedButShown(t *testing.T) {
	t.Parallel()
	raw := append([]byte{0x30, 0x22, 0x02, 0x01, 0x01, 0x67, 0x1d, 0x0a, 0x01, 0x0a, 0x04, 0x00, 0x04, 0x00, 0xa3, 0x14, 0x04, 0x12}, "ldap://m.example.o"...)
	p, err := ber.DecodePacketErr(raw)
	if err != nil {
		t.Fatal(err)
	}
	r := resultOf(OpModify, ldap.GetLDAPError(p))
	if r == nil || len(r.Referrals) != 1 || !strings.Contains(r.Error(), "ldap://m.example.o") || !strings.Contains(r.Error(), "name the server") {
		t.Errorf("%v", r)
	}
}

func TestVendorsAreToldApart(t *testing.T) {
	t.Parallel()
	root := func(pairs ...string) *RootDSE {
		e := &ldapmap.Entry{}
		for i := 0; i < len(pairs); i += 2 {
			e.Attributes = append(e.Attributes, ldapmap.Attribute{Name: pairs[i], Values: []string{pairs[i+1]}})
		}
		return readRoot(e)
	}
	for want, r := range map[Vendor]*RootDSE{
		OpenLDAP:        root("objectClass", "OpenLDAProotDSE"),
		DS389:           root("vendorName", "389 Project"),
		LLDAP:           root("vendorName", "LLDAP"),
		Samba:           root("vendorName", "Samba Team (https://www.samba.org)", "domainFunctionality", "4", "defaultNamingContext", "dc=x"),
		ActiveDirectory: root("domainFunctionality", "7", "defaultNamingContext", "dc=x"),
		UnknownVendor:   root("vendorName", "Somebody"),
	} {
		if got := vendorOf(r); got != want {
			t.Errorf("%s is taken for %s", want, got)
		}
	}
}
