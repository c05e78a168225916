package logo_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc/logo"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// noise is the picture that compresses worst.
func noise(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = byte(r.Uint32())
	}
	return m
}

func file(t *testing.T, encode func(b *bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// shown decodes what a page would get.
func shown(t *testing.T, address string) image.Image {
	t.Helper()
	text, ok := strings.CutPrefix(address, "data:image/png;base64,")
	raw, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(address) > 40<<10 {
		t.Fatalf("%.60s has %d bytes: %v", address, len(address), err)
	}
	m, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestALogoIsDrawnAnewSmallEnoughAndWithItsTransparency(t *testing.T) {
	t.Parallel()
	clear := image.NewNRGBA(image.Rect(0, 0, 300, 150))
	clear.Set(299, 149, color.NRGBA{R: 255, A: 255})
	for name, c := range map[string]struct {
		file []byte
		w, h int
	}{
		"png":   {file(t, func(b *bytes.Buffer) error { return png.Encode(b, clear) }), 128, 64},
		"jpeg":  {file(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, clear, nil) }), 128, 64},
		"gif":   {file(t, func(b *bytes.Buffer) error { return gif.Encode(b, clear, nil) }), 128, 64},
		"small": {file(t, func(b *bytes.Buffer) error { return png.Encode(b, noise(16, 16)) }), 16, 16},
		"thin":  {file(t, func(b *bytes.Buffer) error { return png.Encode(b, noise(2000, 1)) }), 128, 1},
		"noise": {file(t, func(b *bytes.Buffer) error { return png.Encode(b, noise(96, 96)) }), 64, 64},
	} {
		// What hangs on to the file does not come along.
		address, err := logo.Of(append(c.file, "<script>alert(1)</script>"...))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m := shown(t, address)
		if m.Bounds().Dx() != c.w || m.Bounds().Dy() != c.h {
			t.Errorf("%s: %v", name, m.Bounds())
		}
		if again, err := logo.OfAddress(address); err != nil || shown(t, again).Bounds() != m.Bounds() {
			t.Errorf("%s, of its address: %v", name, err)
		}
		if _, _, _, a := m.At(0, 0).RGBA(); name == "png" && a != 0 {
			t.Errorf("it is not transparent: %d", a)
		}
	}
}

func TestWhatIsNoPictureOrTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	svg := `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><circle r="4"/></svg>`
	huge := file(t, func(b *bytes.Buffer) error { return png.Encode(b, image.NewGray(image.Rect(0, 0, 4097, 1024))) })
	for name, bad := range map[string][]byte{
		"nothing": nil, "text": []byte("hello"), "svg": []byte(svg), "half a picture": huge[:len(huge)/2], "many pixels": huge, "large": make([]byte, logo.MaxFile+1),
	} {
		if address, err := logo.Of(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %.40s %v", name, address, err)
		} else if e, ok := fault.WordsOf(err); !ok || e.Field != "logo_uri" {
			t.Errorf("%s: nothing is said: %v", name, err)
		}
	}
	for _, bad := range []string{"", "data:", "data:image/png;base64,%%%", "data:text/html;base64,PGI+", "https://example.org/logo.png"} {
		if _, err := logo.OfAddress(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if address, err := logo.OfTrusted([]byte(svg)); err != nil || !strings.HasPrefix(address, "data:image/svg+xml;base64,") {
		t.Errorf("an administrator's SVG: %.40s %v", address, err)
	}
	if _, err := logo.OfTrusted([]byte("<svg " + strings.Repeat("x", 40<<10))); !fault.Is(err, fault.Invalid) {
		t.Errorf("a large SVG: %v", err)
	}
	if _, err := logo.OfTrusted([]byte("<html>")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a page: %v", err)
	}
}
