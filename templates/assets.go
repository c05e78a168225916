package templates

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"sort"
	"strconv"
	"strings"
)

// StaticPrefix is where Renderer.Static must be mounted.
const StaticPrefix = "/static/"

// assets are the static files, each under an address that changes with its content.
type assets struct {
	urls  map[string]string // "style.css" -> "/static/style.0a1b2c3d4e.css"
	files map[string]asset  // by address
}

type asset struct {
	contentType string
	plain       []byte
	gzipped     []byte // nil where it would not help
}

func newAssets(theme *theme) (*assets, error) {
	a := &assets{urls: map[string]string{}, files: map[string]asset{}}
	contents := map[string][]byte{}
	entries, err := fs.ReadDir(builtin, "static")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if contentType(e.Name()) == "" {
			continue // Licences and notes are not served.
		}
		if contents[e.Name()], err = fs.ReadFile(builtin, "static/"+e.Name()); err != nil {
			return nil, err
		}
	}
	if contents["style.css"], err = stylesheet(); err != nil {
		return nil, err
	}
	for name, data := range theme.static {
		contents[name] = data
	}
	names := make([]string, 0, len(contents))
	for name := range contents {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if err := a.add(name, contents[name]); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// stylesheet joins the files of the folder css.
func stylesheet() ([]byte, error) {
	names, err := fs.Glob(builtin, "css/*.css")
	if err != nil {
		return nil, err
	}
	var css bytes.Buffer
	for _, name := range names {
		data, err := fs.ReadFile(builtin, name)
		if err != nil {
			return nil, err
		}
		css.Write(data)
	}
	return css.Bytes(), nil
}

func (a *assets) add(name string, data []byte) error {
	sum := sha256.Sum256(data)
	ext := path.Ext(name)
	url := StaticPrefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
	file := asset{contentType: contentType(name), plain: data}
	if strings.HasPrefix(file.contentType, "text/") || strings.HasSuffix(ext, "svg") {
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := z.Write(data); err != nil {
			return fmt.Errorf("compressing %s: %w", name, err)
		}
		if err := z.Close(); err != nil {
			return fmt.Errorf("compressing %s: %w", name, err)
		}
		file.gzipped = b.Bytes()
	}
	a.urls[name], a.files[url] = url, file
	return nil
}

func (a *assets) url(name string) string { return a.urls[name] }

// ServeHTTP answers GET and HEAD. An address never changes its content, so browsers may keep it for ever (RFC 8246).
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	file, ok := a.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	// An SVG opened by itself is a document: it gets no rights at all.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	h.Set("Vary", "Accept-Encoding")
	body := file.plain
	if file.gzipped != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = file.gzipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
}

func acceptsGzip(header string) bool {
	for _, part := range strings.Split(header, ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q := strings.ReplaceAll(params, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

// contentType is the type of a file we serve, or "" for those we do not.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".webp":
		return "image/webp"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".ico":
		return "image/x-icon"
	case ".woff2":
		return "font/woff2"
	}
	return ""
}
