package fields

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif" // formats that people upload
	"image/jpeg"
	_ "image/png"
	"io"
	"net/http"

	xdraw "golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Bounds of an uploaded photo.
const (
	MaxUpload   = 8 << 20  // bytes that a person may send
	maxPixels   = 50 << 20 // pixels it may decode to: a small file can hold a huge picture
	photoSide   = 384      // pixels of the square that is kept
	maxKept     = 96 << 10 // bytes of the JPEG that is kept: every entry read carries it
	lowestTried = 40       // JPEG quality below which we do not go
)

// Photo reads an uploaded picture and makes of it what the directory keeps: an upright square JPEG of at most 384 pixels, made anew, so
// that nothing that came with the file (place, camera, scripts hidden in comments) survives.
//
// Errors: Invalid, with words that say what to do.
func Photo(upload io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(upload, MaxUpload+1))
	if err != nil {
		return nil, fmt.Errorf("reading the uploaded photo: %w", err)
	}
	if len(raw) > MaxUpload {
		return nil, fault.Say(fault.Invalid, ldapmap.Photo, "The photo is larger than %d MB. Please choose a smaller one.", MaxUpload>>20)
	}
	conf, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || conf.Width < 1 || conf.Height < 1 {
		return nil, notAPhoto(err)
	}
	if conf.Width > maxPixels/conf.Height {
		return nil, fault.Say(fault.Invalid, ldapmap.Photo, "The photo has too many pixels. Please choose a smaller one.")
	}
	picture, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, notAPhoto(err)
	}
	square := upright(crop(picture), orientation(raw))
	var out bytes.Buffer
	for quality := 85; quality >= lowestTried; quality -= 15 {
		out.Reset()
		if err := jpeg.Encode(&out, square, &jpeg.Options{Quality: quality}); err != nil {
			return nil, fmt.Errorf("encoding the photo: %w", err)
		}
		if out.Len() <= maxKept {
			break
		}
	}
	return out.Bytes(), nil
}

// Discard deletes what an upload has left in the temporary folder. net/http does so for the request that it made itself, but not for the copies
// of it that middleware passes on. A handler that takes a photo defers it before it reads the form.
func Discard(r *http.Request) {
	if r.MultipartForm != nil {
		_ = r.MultipartForm.RemoveAll() // nothing depends on it but room on the disk
	}
}

func notAPhoto(err error) error {
	say := fault.Say(fault.Invalid, ldapmap.Photo, "This file is not a photo that we can read. Please choose a JPEG, PNG, GIF or WebP picture.")
	say.Err = err
	return say
}

// crop takes the largest square from the middle, made smaller if needed, on white where the picture is transparent.
func crop(src image.Image) *image.RGBA {
	b := src.Bounds()
	side := min(b.Dx(), b.Dy())
	from := image.Rect(0, 0, side, side).Add(b.Min).Add(image.Pt((b.Dx()-side)/2, (b.Dy()-side)/2))
	to := image.NewRGBA(image.Rect(0, 0, min(side, photoSide), min(side, photoSide)))
	draw.Draw(to, to.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	xdraw.CatmullRom.Scale(to, to.Bounds(), src, from, xdraw.Over, nil)
	return to
}

// upright turns and mirrors a square as the EXIF orientation (1 to 8) asks.
func upright(src *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return src
	}
	n := src.Bounds().Dx() - 1
	to := image.NewRGBA(src.Bounds())
	for y := 0; y <= n; y++ {
		for x := 0; x <= n; x++ {
			// where the pixel that belongs at x, y lies in the file
			fx, fy := x, y
			switch orientation {
			case 2:
				fx = n - x
			case 3:
				fx, fy = n-x, n-y
			case 4:
				fy = n - y
			case 5:
				fx, fy = y, x
			case 6:
				fx, fy = y, n-x
			case 7:
				fx, fy = n-y, n-x
			case 8:
				fx, fy = n-y, x
			}
			to.SetRGBA(x, y, src.RGBAAt(fx, fy))
		}
	}
	return to
}

// orientation finds the EXIF orientation in a JPEG: 1 if there is none or it cannot be read. Phones write pictures lying on their
// side and say so there (CIPA DC-008, tag 0x0112).
func orientation(raw []byte) int {
	const upright = 1
	if !bytes.HasPrefix(raw, []byte{0xff, 0xd8}) {
		return upright
	}
	for p := 2; p+4 <= len(raw) && raw[p] == 0xff && raw[p+1] != 0xda; {
		size := int(binary.BigEndian.Uint16(raw[p+2:]))
		if size < 2 || p+2+size > len(raw) {
			return upright
		}
		if body := raw[p+4 : p+2+size]; raw[p+1] == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return tiffOrientation(body[6:])
		}
		p += 2 + size
	}
	return upright
}

func tiffOrientation(t []byte) int {
	const upright = 1
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case len(t) < 8:
		return upright
	case bytes.HasPrefix(t, []byte("MM")):
		order = binary.BigEndian
	}
	dir := uint64(order.Uint32(t[4:]))
	if dir+2 > uint64(len(t)) {
		return upright
	}
	entries := uint64(order.Uint16(t[dir:]))
	for i := range entries {
		at := dir + 2 + 12*i
		if at+12 > uint64(len(t)) {
			return upright
		}
		if order.Uint16(t[at:]) == 0x0112 {
			return int(order.Uint16(t[at+8:]))
		}
	}
	return upright
}
