package check

import (
	"fmt"
	"io"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/audit"
)

// report prints as it goes: a server that does not answer takes its time, and an administrator wants to see which.
type report struct {
	out io.Writer
}

func (r *report) section(name string) { _, _ = fmt.Fprintf(r.out, "\n%s\n", name) }

func (r *report) ok(format string, args ...any)   { r.line("ok", format, args...) }
func (r *report) warn(format string, args ...any) { r.line("note", format, args...) }
func (r *report) bad(format string, args ...any)  { r.line("NO", format, args...) }

// line prints one finding. Whatever came from a server is freed of control characters; line ends stay, for LDIF to copy.
func (r *report) line(mark, format string, args ...any) {
	var clean []string
	for line := range strings.SplitSeq(strings.TrimRight(fmt.Sprintf(format, args...), "\n"), "\n") {
		clean = append(clean, audit.Clean(line, 2000))
	}
	_, _ = fmt.Fprintf(r.out, "  %-5s %s\n", mark, strings.Join(clean, "\n        "))
}
