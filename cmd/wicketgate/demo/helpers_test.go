package demo_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
)

func aPicture(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 300, 200))
	for x := range 300 {
		for y := range 200 {
			m.Set(x, y, color.RGBA{R: uint8(x), G: uint8(y), B: 90, A: 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// mailOf looks an address up in the directory.
func (w *world) mailOf(uid string) string {
	w.t.Helper()
	for _, e := range w.LDAP().Entries() {
		if e.Value("uid") == uid {
			return e.Value("mail")
		}
	}
	w.t.Fatalf("nobody is called %s", uid)
	return ""
}
