package profile_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image/jpeg"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/fields"
	"github.com/wicketgate/wicketgate/gateway/housetest"
)

// upload sends the profile form with a file in it.
func upload(t *testing.T, b *housetest.Browser, name string, content []byte, values ...string) *housetest.Page {
	t.Helper()
	return housetest.Upload(t, b, "/profile", "photo", name, content, values...)
}

func TestAPhotoIsMadeSmallAndItsOwnerAloneSeesIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g *housetest.Gateway) {
		b := g.SignIn(t, "ada")
		page := upload(t, b, "me.png", picture(t, 900, 500), "mobile", "+44 7700 900123")
		if page.Status != 200 || !page.Says("Your changes are saved.") {
			t.Fatalf("status %d: %s", page.Status, page.Text("main"))
		}
		photo := page.Find(`main img[src^="/profile/photo/"]`).First().AttrOr("src", "")
		shown := b.Get(photo)
		if shown.Status != 200 || shown.Header.Get("Content-Type") != "image/jpeg" || shown.Header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(shown.Header.Get("Cache-Control"), "private") {
			t.Errorf("status %d, %v", shown.Status, shown.Header)
		}
		conf, err := jpeg.DecodeConfig(strings.NewReader(shown.Body))
		if err != nil || conf.Width != 384 || conf.Height != 384 {
			t.Errorf("the photo is %+v, %v", conf, err)
		}
		if got := values(t, g.Directory, "ada", "jpegPhoto"); len(got) != 1 || got[0] != shown.Body {
			t.Error("the directory has another picture")
		}
		if got := values(t, g.Directory, "ada", "mobile"); got[0] != "+44 7700 900123" {
			t.Errorf("what stood beside it was not written: %q", got)
		}
		if page := g.SignIn(t, "lee").Get(photo); page.Status != http.StatusNotFound {
			t.Errorf("somebody else gets status %d", page.Status)
		}
		if page := g.Browser(t).Get(photo); page.URL.Path != "/signin" {
			t.Errorf("a stranger is at %s", page.URL)
		}
		page = b.Get("/profile").Submit("main form.sheet", "photo_remove", "1")
		if page.Status != 200 || len(values(t, g.Directory, "ada", "jpegPhoto")) != 0 {
			t.Errorf("removing it: status %d", page.Status)
		}
		if page := b.Get(photo); page.Status != http.StatusNotFound {
			t.Errorf("the photo that was removed: status %d", page.Status)
		}
	})
}

func TestWhatIsNoPhotoIsRefusedInWordsAndTheFormIsKept(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	for name, bad := range map[string]struct {
		content []byte
		words   string
	}{
		"text":      {[]byte("<script>alert(1)</script>"), "not a photo"},
		"svg":       {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "not a photo"},
		"cut off":   {picture(t, 100, 100)[:200], "not a photo"},
		"empty":     {nil, "not a photo"},
		"a bomb":    {bomb(), "too many pixels"},
		"too large": {make([]byte, fields.MaxUpload+1), "larger than 8 MB"},
	} {
		page := upload(t, b, "photo.png", bad.content, "mobile", "+44 7700 900456")
		if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Text(".summary"), bad.words) {
			t.Errorf("%s: status %d: %s", name, page.Status, page.Text(".summary"))
		}
		if v := page.Find(`[name="mobile"]`).AttrOr("value", ""); v != "+44 7700 900456" {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	if page := upload(t, b, "huge.png", make([]byte, fields.MaxUpload+1<<20)); page.Status != http.StatusRequestEntityTooLarge || !page.Has("main h1") {
		t.Errorf("a body that is far too large: status %d", page.Status)
	}
	if got := values(t, g.Directory, "ada", "mobile"); got[0] != "+44 7700 900001" {
		t.Errorf("the telephone is %q", got)
	}
}

// bomb is a PNG of a few bytes that says it has 40,000 by 40,000 pixels.
func bomb() []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	b = binary.BigEndian.AppendUint32(b, 40_000)
	b = binary.BigEndian.AppendUint32(b, 40_000)
	b = append(b, 8, 2, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
}

// It cannot run beside others, since the temporary folder is the process's own.
func TestUploadsLeaveNothingBehindOnTheDisk(t *testing.T) {
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	noisy := bytes.Repeat([]byte("no photo "), 100_000)
	for range 3 {
		if page := upload(t, b, "photo.png", noisy); page.Status != http.StatusUnprocessableEntity {
			t.Fatalf("status %d", page.Status)
		}
	}
	// A handler tidies up after its answer has been sent.
	for late := time.Now().Add(20 * time.Second); ; runtime.Gosched() {
		left, err := os.ReadDir(folder)
		if err == nil && len(left) == 0 {
			return
		}
		if err != nil || time.Now().After(late) {
			t.Fatalf("%d files are left, %v", len(left), err)
		}
	}
}
