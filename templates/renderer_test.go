package templates

import "testing"

func TestBuiltInTemplatesLoad(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{}); err != nil {
		t.Fatal(err)
	}
}
