package fields_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/fields"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// picture is blue with a red upper left quarter: enough to tell how it was turned.
func picture(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.RGBA{B: 255, A: 255}), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(0, 0, w/2, h/2), image.NewUniform(color.RGBA{R: 255, A: 255}), image.Point{}, draw.Src)
	return m
}

func jpegOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withExif puts an EXIF block with the orientation (and a place, which nobody should ever see) behind the JPEG's first marker.
func withExif(raw []byte, orientation uint16, order binary.ByteOrder) []byte {
	mark := "II*\x00"
	if order == binary.BigEndian {
		mark = "MM\x00*"
	}
	tiff := []byte(mark)
	put := func(v any) { tiff, _ = binary.Append(tiff, order, v) }
	put(uint32(8))
	put(uint16(1))
	put(uint16(0x0112))
	put(uint16(3))
	put(uint32(1))
	put(orientation)
	put(uint16(0))
	put(uint32(0))
	body := append([]byte("Exif\x00\x00"), tiff...)
	body = append(body, "GPS 44.8378 -0.5792"...)
	out := append([]byte{}, raw[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), raw[2:]...)
}

func TestPhotoStandsUprightWhateverThePhoneWrote(t *testing.T) {
	t.Parallel()
	// the corner in which the red quarter must be seen, for each EXIF orientation
	corners := map[uint16][2]int{0: {0, 0}, 1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}, 99: {0, 0}}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for orientation, corner := range corners {
			out, err := fields.Photo(bytes.NewReader(withExif(jpegOf(t, picture(64, 64)), orientation, order)))
			if err != nil {
				t.Fatal(err)
			}
			m, format, err := image.Decode(bytes.NewReader(out))
			if err != nil || format != "jpeg" {
				t.Fatalf("what is kept is %s (%v), want jpeg", format, err)
			}
			r, _, b, _ := m.At(16+32*corner[0], 16+32*corner[1]).RGBA()
			if r < b {
				t.Errorf("orientation %d (%v): the red quarter is not in corner %v", orientation, order, corner)
			}
			if bytes.Contains(out, []byte("GPS")) || bytes.Contains(out, []byte("Exif")) {
				t.Errorf("orientation %d: what came with the file was kept", orientation)
			}
		}
	}
}

func TestPhotoIsMadeASmallSquare(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{2000, 1000}, {300, 900}, {1, 1}} {
		var b bytes.Buffer
		if err := png.Encode(&b, picture(size[0], size[1])); err != nil {
			t.Fatal(err)
		}
		out, err := fields.Photo(&b)
		if err != nil {
			t.Fatal(err)
		}
		conf, err := jpeg.DecodeConfig(bytes.NewReader(out))
		if err != nil || conf.Width != conf.Height || conf.Width > 384 || len(out) > 96<<10 {
			t.Errorf("%v became %dx%d in %d bytes (%v)", size, conf.Width, conf.Height, len(out), err)
		}
	}
}

func TestPhotoThatIsNone(t *testing.T) {
	t.Parallel()
	good := jpegOf(t, picture(64, 64))
	// a PNG header that promises 60,000 x 60,000 pixels
	var b bytes.Buffer
	if err := png.Encode(&b, picture(2, 2)); err != nil {
		t.Fatal(err)
	}
	bomb := b.Bytes()
	binary.BigEndian.PutUint32(bomb[16:], 60_000)
	binary.BigEndian.PutUint32(bomb[20:], 60_000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	if _, err := fields.Photo(bytes.NewReader(bomb)); err == nil || !strings.Contains(err.Error(), "pixels") {
		t.Errorf("a picture of 3.6 billion pixels: %v", err)
	}
	for name, upload := range map[string][]byte{
		"nothing":          nil,
		"a text":           []byte("hello"),
		"an SVG":           []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"half a JPEG":      good[:len(good)/2],
		"only a header":    good[:4],
		"too many pixels":  bomb,
		"more than 8 MB":   append(bytes.Clone(good), make([]byte, fields.MaxUpload)...),
		"a broken marker":  append([]byte{0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff}, good[:20]...),
		"a GIF in name":    []byte("GIF89a"),
		"a polyglot start": []byte("\xff\xd8<html>"),
	} {
		out, err := fields.Photo(bytes.NewReader(upload))
		said, ok := fault.WordsOf(err)
		if out != nil || !fault.Is(err, fault.Invalid) || !ok || said.Field != "photo" {
			t.Errorf("%s: got %d bytes and %v, want a refusal in words", name, len(out), err)
		}
	}
	if _, err := fields.Photo(strings.NewReader("")); err == nil {
		t.Error("an empty upload was taken for a photo")
	}
}
