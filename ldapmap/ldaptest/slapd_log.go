package ldaptest

import (
	"os"
	"strings"
)

// countLog counts operations in slapd's log of level "stats". slapd writes an operation's line before it answers.
func countLog(file string) Counts {
	data, err := os.ReadFile(file)
	if err != nil {
		return Counts{}
	}
	var c Counts
	for line := range strings.SplitSeq(string(data), "\n") {
		_, line, ok := strings.Cut(line, " conn=")
		if !ok {
			continue
		}
		words := strings.Fields(line)
		if len(words) < 3 {
			continue
		}
		// conn=1000 op=1 SRCH base="..." ...; an operation's further lines say "SRCH attr=", "BIND anonymous mech=", "PASSMOD id=".
		switch words[2] {
		case "ACCEPT":
			c.Connections++
		case "BIND":
			if strings.Contains(line, " method=") {
				c.Bind++
			}
		case "SRCH":
			if strings.Contains(line, " SRCH base=") {
				c.Search++
			}
		case "CMP":
			c.Compare++
		case "ADD":
			c.Add++
		case "MOD":
			if strings.Contains(line, " MOD dn=") {
				c.Modify++
			}
		case "DEL":
			c.Delete++
		case "MODRDN":
			c.Rename++
		case "EXT":
			c.Extended++
		}
	}
	return c
}
