// Package logo makes of somebody's picture a logo that pages can show: a small PNG inside the page itself, since pages load nothing from elsewhere.
//
// The picture is decoded and drawn anew, so that nothing of the file survives but how it looks. gateway/oidc/registration uses it for what applications
// bring, selfservice/clients and `wicketgate client` for what administrators choose. It imports nothing of ours but ldapmap/fault.
package logo

import (
	"bytes"
	"encoding/base64"
	"image"
	_ "image/gif"  // formats that logos come in
	_ "image/jpeg" //
	"image/png"
	"strings"

	xdraw "golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

const (
	// MaxFile bounds the file, in bytes.
	MaxFile = 1 << 20
	// maxPixels bounds what it decodes to: a small file can hold a huge picture.
	maxPixels = 4 << 20
	// maxLogo bounds the address that is made of it, in bytes; it stands in the application's record.
	maxLogo = 40 << 10

	field = "logo_uri" // its name by RFC 7591
)

// Of makes a data: address of a PNG, JPEG, GIF or WebP picture. Errors: Invalid, with words that say what to do.
func Of(file []byte) (string, error) {
	if len(file) > MaxFile {
		return "", fault.Say(fault.Invalid, field, "The picture has more than %d KB.", MaxFile>>10)
	}
	head, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil || head.Width < 1 || head.Height < 1 {
		return "", unreadable(err)
	}
	if head.Width > maxPixels/head.Height {
		return "", fault.Say(fault.Invalid, field, "The picture has too many pixels. Please choose a smaller one.")
	}
	picture, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return "", unreadable(err)
	}
	for _, side := range []int{128, 96, 64, 48} { // noise of 48 pixels a side fits in any case
		var out bytes.Buffer
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		if err := encoder.Encode(&out, within(picture, side)); err != nil {
			return "", unreadable(err)
		}
		if address := dataURL("image/png", out.Bytes()); len(address) <= maxLogo {
			return address, nil
		}
	}
	return "", fault.Say(fault.Invalid, field, "The picture has too many pixels. Please choose a smaller one.")
}

// OfTrusted is Of for what an administrator chose: an SVG is taken as it is. Pages show it as a picture, in which no script runs.
func OfTrusted(file []byte) (string, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(file, []byte("\ufeff"))), []byte("<")) || !bytes.Contains(file, []byte("<svg")) {
		return Of(file)
	}
	address := dataURL("image/svg+xml", file)
	if len(address) > maxLogo {
		return "", fault.Say(fault.Invalid, field, "The picture has more than %d KB.", maxLogo*3/4>>10)
	}
	return address, nil
}

// OfAddress is Of for a data: address.
func OfAddress(address string) (string, error) {
	kind, text, found := strings.Cut(strings.TrimPrefix(address, "data:"), ";base64,")
	file, err := base64.StdEncoding.DecodeString(text)
	if !found || !strings.HasPrefix(kind, "image/") || err != nil {
		return "", unreadable(err)
	}
	return Of(file)
}

func unreadable(err error) error {
	say := fault.Say(fault.Invalid, field, "This is not a picture that we can read. Please choose a PNG, JPEG, GIF or WebP picture.")
	say.Err = err
	return say
}

// within draws a picture anew, made smaller if it is larger than side.
func within(src image.Image, side int) image.Image {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	if most := max(w, h); most > side {
		w, h = max(1, w*side/most), max(1, h*side/most)
	}
	to := image.NewNRGBA(image.Rect(0, 0, w, h))
	xdraw.CatmullRom.Scale(to, to.Bounds(), src, b, xdraw.Src, nil)
	return to
}

func dataURL(kind string, file []byte) string {
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(file)
}
