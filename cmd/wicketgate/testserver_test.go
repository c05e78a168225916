package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestTheTestServerSaysWhereItIsTakesOrdersAndEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	ended := make(chan int, 1)
	var problems strings.Builder
	go func() { ended <- run(ctx, []string{"testserver"}, stdio{out: in, err: &problems}) }()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var at struct{ URL, Control string }
	if err := json.Unmarshal(line, &at); err != nil {
		t.Fatalf("it says %s: %v", line, err)
	}
	for _, order := range [][2]string{{"/users", `{"username": "jane"}`}, {"/sign-in", `{"username": "jane"}`}} {
		resp, err := http.Post(at.Control+order[0], "application/json", strings.NewReader(order[1]))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close() //nolint:errcheck // only read
		if text, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d: %s", order[0], resp.StatusCode, text)
		}
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(at.URL, "http://"), ":")
	if status := run(ctx, []string{"testserver", "--port", port}, stdio{out: io.Discard, err: io.Discard}); status != exitFailed {
		t.Errorf("on a port that is taken: exit status %d", status)
	}
	cancel()
	if status := <-ended; status != exitOK || problems.Len() > 0 {
		t.Errorf("exit status %d: %s", status, problems.String())
	}
}
