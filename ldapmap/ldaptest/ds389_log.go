package ldaptest

import (
	"os"
	"strings"
)

// countDS389Log counts operations in the access log of 389-DS, which has an operation's line before its answer is sent.
func countDS389Log(file string) Counts {
	data, err := os.ReadFile(file)
	if err != nil {
		return Counts{}
	}
	var c Counts
	for line := range strings.SplitSeq(string(data), "\n") {
		// [24/Nov/2026:20:11:03.4 +0000] conn=1 op=0 BIND dn="..." ...; what plugins do themselves has conn=Internal.
		_, line, ok := strings.Cut(line, "] conn=")
		words := strings.Fields(line)
		switch {
		case !ok || len(words) < 3 || strings.HasPrefix(line, "Internal"):
		case strings.Contains(line, " connection from "):
			c.Connections++
		default:
			c.count(words[2])
		}
	}
	return c
}

// count adds one operation by the word that 389-DS has for it.
func (c *Counts) count(word string) {
	switch word {
	case "BIND":
		c.Bind++
	case "SRCH":
		c.Search++
	case "CMP":
		c.Compare++
	case "ADD":
		c.Add++
	case "MOD":
		c.Modify++
	case "DEL":
		c.Delete++
	case "MODRDN":
		c.Rename++
	case "EXT":
		c.Extended++
	}
}
