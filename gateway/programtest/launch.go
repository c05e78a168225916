package programtest

import (
	"bytes"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// Launch starts a program that ends with the test, which is shown what the program complained about if it fails. cmd is made with the test's context; problems
// is its standard error. What Launch returns is closed when the program has ended.
func Launch(t *testing.T, cmd *exec.Cmd, problems *bytes.Buffer) <-chan struct{} {
	t.Helper()
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // how it ended is in what it complained about
	}()
	t.Cleanup(func() {
		<-ended // the context of the test has ended, and with it the program
		if t.Failed() {
			t.Logf("the application complained: %s", problems)
		}
	})
	return ended
}
