package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testserver is a test server that runs.
type testserver struct {
	URL, Control string

	ended    chan int
	problems *strings.Builder // to be read once it has ended
}

func startTestserver(ctx context.Context, t *testing.T, stdin io.Reader, args ...string) *testserver {
	t.Helper()
	out, in := io.Pipe()
	s := &testserver{ended: make(chan int, 1), problems: &strings.Builder{}}
	go func() {
		s.ended <- run(ctx, append([]string{"testserver"}, args...), stdio{in: stdin, out: in, err: s.problems})
		_ = in.Close()
	}()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("it says nothing: %v", err)
	}
	if err := json.Unmarshal(line, s); err != nil {
		t.Fatalf("it says %s: %v", line, err)
	}
	return s
}

func (s *testserver) order(t *testing.T, path, order string) {
	t.Helper()
	resp, err := http.Post(s.Control+path, "application/json", strings.NewReader(order))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	if text, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		t.Errorf("%s: status %d: %s", path, resp.StatusCode, text)
	}
}

func TestTheTestServerSaysWhereItIsTakesOrdersAndEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := startTestserver(ctx, t, nil)
	s.order(t, "/users", `{"username": "jane"}`)
	s.order(t, "/sign-in", `{"username": "jane"}`)
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	var problems strings.Builder
	if status := run(ctx, []string{"testserver", "--port", port}, stdio{out: io.Discard, err: &problems}); status != exitFailed || !strings.Contains(problems.String(), "--port 0") {
		t.Errorf("on a port that is taken: exit status %d: %s", status, problems.String())
	}
	cancel()
	if status := <-s.ended; status != exitOK || s.problems.Len() > 0 {
		t.Errorf("exit status %d: %s", status, s.problems.String())
	}
}

func TestTheTestServerEndsWithItsStandardInput(t *testing.T) {
	t.Parallel()
	stdin, parent := io.Pipe()
	s := startTestserver(t.Context(), t, stdin, "--until-stdin-ends")
	if _, err := io.WriteString(parent, "what it reads does not matter\n"); err != nil {
		t.Fatal(err)
	}
	s.order(t, "/users", `{"username": "jane"}`)
	if err := parent.Close(); err != nil {
		t.Fatal(err)
	}
	if status := <-s.ended; status != exitOK || s.problems.Len() > 0 {
		t.Errorf("exit status %d: %s", status, s.problems.String())
	}
	if resp, err := http.Post(s.Control+"/reset", "application/json", strings.NewReader(`{}`)); err == nil {
		_ = resp.Body.Close()
		t.Error("it still takes orders")
	}
}

func TestTheTestServerStartsWithASeed(t *testing.T) {
	t.Parallel()
	seed := write(t, "seed.json", `{"users": [{"username": "ada", "groups": ["crew"]}], "clients": [{"client_id": "shop", "redirect_uris": ["https://shop.example/cb"]}]}`)
	config := write(t, "part.yaml", "tokens:\n  access: 2m\n")
	ctx, cancel := context.WithCancel(t.Context())
	s := startTestserver(ctx, t, nil, "--seed", seed, "--config", config)
	s.order(t, "/users/delete", `{"username": "ada"}`)
	s.order(t, "/reset", `{}`)
	s.order(t, "/tokens", `{"username": "ada", "client_id": "shop"}`)
	cancel()
	<-s.ended
}

func TestTheTestServerSaysWhatIsWrongWithItsFiles(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"no such file":        {"--seed", filepath.Join(t.TempDir(), "none.json")},
		"unknown field":       {"--seed", write(t, "seed.json", `{"people": []}`)},
		"it is JSON such as":  {"--seed", write(t, "seed.json", `users: []`)},
		"a user needs one":    {"--seed", write(t, "seed.json", `{"users": [{}]}`)},
		"more than":           {"--seed", write(t, "seed.json", strings.Repeat(" ", maxSeed+1))},
		"no such file or dir": {"--config", filepath.Join(t.TempDir(), "none.yaml")},
		"sesions":             {"--config", write(t, "part.yaml", "sesions: {idle: 1h}\n")},
		"more than 4 MB":      {"--config", write(t, "part.yaml", strings.Repeat("#", maxSeed+1))},
	} {
		var problems strings.Builder
		status := run(t.Context(), append([]string{"testserver"}, args...), stdio{out: io.Discard, err: &problems})
		if status != exitFailed || !strings.Contains(problems.String(), want) {
			t.Errorf("exit status %d: %s, want a word about %q", status, problems.String(), want)
		}
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
