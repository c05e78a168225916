package demo_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/cmd/wicketgate/demo"
)

// Somebody (or their script) takes the first addresses from what is printed: the gateway's own, then the directory's. Each of them answers.
func TestTheFirstAddressesPrintedAreTheGatewayAndTheDirectory(t *testing.T) {
	t.Parallel()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	var said string
	out := writer(func(p []byte) {
		said += string(p)
		if !strings.Contains(said, "What to try") {
			return
		}
		addresses := regexp.MustCompile(`(http|ldap)://(127\.0\.0\.1:\d+)`).FindAllStringSubmatch(said, -1)
		var kinds []string
		for _, a := range addresses[:4] {
			kinds = append(kinds, a[1])
			c, err := net.Dial("tcp", a[2])
			if err != nil {
				t.Errorf("%s does not answer: %v", a[0], err)
				continue
			}
			_ = c.Close()
		}
		if got := strings.Join(kinds, " "); got != "http ldap http http" {
			t.Errorf("the addresses are %s:\n%s", got, said)
		}
		if hint := "ldapsearch -x -H " + addresses[1][0]; !strings.Contains(said, hint) {
			t.Errorf("there is no %q", hint)
		}
		end()
	})
	if err := demo.Run(ctx, demo.Options{Out: out, Log: slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil))}); err != nil {
		t.Errorf("ending the demo: %v", err)
	}
	if said == "" {
		t.Error("nothing was printed")
	}
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}
