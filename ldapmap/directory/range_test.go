package directory_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"

	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// pieces is a server that answers a search as Active Directory does for a group of n members, size at a time. stuck makes it give the first
// piece again and again.
func pieces(t *testing.T, n, size int, stuck bool) string {
	t.Helper()
	return listen(t, func(c net.Conn) {
		for {
			p, err := ber.ReadPacket(c)
			if err != nil || len(p.Children) < 2 || p.Children[1].Tag != 3 {
				return
			}
			from := 0
			for _, a := range p.Children[1].Children[7].Children {
				if _, r, ok := strings.Cut(a.Value.(string), ";range="); ok && !stuck {
					_, _ = fmt.Sscanf(r, "%d-*", &from)
				}
			}
			_, _ = c.Write(piece(p.Children[0].Value.(int64), from, n, size))
		}
	})
}

func text(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

func piece(id int64, from, n, size int) []byte {
	to, name := min(from+size, n), ""
	if name = fmt.Sprintf("member;range=%d-%d", from, to-1); to == n {
		name = fmt.Sprintf("member;range=%d-*", from)
	}
	attribute := func(name string, values ...string) *ber.Packet {
		a, set := ber.NewSequence(""), ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		for _, v := range values {
			set.AppendChild(text(v))
		}
		a.AppendChild(text(name))
		a.AppendChild(set)
		return a
	}
	var values []string
	for i := from; i < to; i++ {
		values = append(values, fmt.Sprintf("cn=%d", i))
	}
	attrs := ber.NewSequence("")
	attrs.AppendChild(attribute("cn", "group"))
	attrs.AppendChild(attribute("member"))
	attrs.AppendChild(attribute(name, values...))
	entry := ber.Encode(ber.ClassApplication, ber.TypeConstructed, 4, nil, "")
	entry.AppendChild(text("cn=group"))
	entry.AppendChild(attrs)
	done := ber.Encode(ber.ClassApplication, ber.TypeConstructed, 5, nil, "")
	done.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, 0, ""))
	done.AppendChild(text(""))
	done.AppendChild(text(""))
	var out []byte
	for _, op := range []*ber.Packet{entry, done} {
		m := ber.NewSequence("")
		m.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
		m.AppendChild(op)
		out = append(out, m.Bytes()...)
	}
	return out
}

func TestAGroupOfManyMembersIsReadWhole(t *testing.T) {
	t.Parallel()
	d := connect(t, directory.Config{URLs: []string{pieces(t, 4000, 1500, false)}})
	check := func(members []string) {
		t.Helper()
		if len(members) != 4000 || members[0] != "cn=0" || members[3999] != "cn=3999" {
			t.Errorf("%d members came", len(members))
		}
	}
	e := read(t, d.Directory, "cn=group")
	check(e.Values("member"))
	if len(e.Attributes) != 2 || e.Value("cn") != "group" {
		t.Errorf("%d attributes", len(e.Attributes))
	}
	all, err := d.Find(t.Context(), directory.Search{Base: "cn=group"})
	if err != nil || len(all) != 1 {
		t.Fatal(err)
	}
	check(all[0].Values("member"))
	if n := d.count(directory.OpSearch, ""); n != 6 {
		t.Errorf("twice three pieces took %d searches", n)
	}
}

func TestAServerThatNeverEndsAGroupIsStopped(t *testing.T) {
	t.Parallel()
	d := connect(t, directory.Config{URLs: []string{pieces(t, 4000, 1500, true)}})
	_, err := d.Read(t.Context(), "cn=group")
	wantCode(t, err, fault.Internal)
	mustContain(t, err, "and then no more")
	d = connect(t, directory.Config{URLs: []string{pieces(t, 4000, 1500, false)}, MaxValues: 2000})
	_, err = d.Read(t.Context(), "cn=group")
	wantCode(t, err, fault.Internal)
	mustContain(t, err, "more than 2000 values")
}
