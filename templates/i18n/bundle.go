package i18n

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

//go:embed *.po
var builtin embed.FS

// maxCatalogue bounds one PO file, in bytes: ours are a tenth of it.
const maxCatalogue = 1 << 20

// Bundle holds every language the program can speak.
type Bundle struct {
	locales []*Locale
	matcher language.Matcher
}

// Option changes how a Bundle is made.
type Option func(*options)

type options struct {
	zone *time.Location
}

// Zone sets the time zone in which dates are written. The default is UTC.
func Zone(zone *time.Location) Option { return func(o *options) { o.zone = zone } }

// Load reads the catalogues that come with the program, and on top of them the PO files at the root of overlay (nil: none).
// An overlay file named after a language we know ("fr.po") replaces single texts; one with another name ("de.po") adds
// that language. A file that is too big, not UTF-8, or whose translation does not take the same arguments as the English text is an error
// that names the file and the text.
func Load(overlay fs.FS, opts ...Option) (*Bundle, error) {
	settings := options{zone: time.UTC}
	for _, opt := range opts {
		opt(&settings)
	}
	catalogues := map[language.Tag][]*catalogue{}
	for _, source := range []fs.FS{overlay, builtin} {
		if source == nil {
			continue
		}
		if err := loadAll(source, catalogues); err != nil {
			return nil, err
		}
	}
	return newBundle(catalogues, settings.zone), nil
}

// loadAll appends the catalogues of one folder, so that those of the folder read first win.
func loadAll(source fs.FS, into map[language.Tag][]*catalogue) error {
	names, err := fs.Glob(source, "*.po")
	if err != nil {
		return fmt.Errorf("looking for translations: %w", err)
	}
	for _, name := range names {
		tag, err := language.Parse(strings.TrimSuffix(path.Base(name), ".po"))
		if err != nil {
			return fmt.Errorf("translations %s: the file must be named after a language, such as fr.po or pt-BR.po", name)
		}
		data, err := readBounded(source, name)
		if err != nil {
			return fmt.Errorf("translations %s: %w", name, err)
		}
		c, err := parseCatalogue(data)
		if err != nil {
			return fmt.Errorf("translations %s: %w", name, err)
		}
		into[tag] = append(into[tag], c)
	}
	return nil
}

func readBounded(source fs.FS, name string) ([]byte, error) {
	f, err := source.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxCatalogue+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxCatalogue {
		return nil, errors.New("the file is larger than 1 MB")
	}
	return data, nil
}

func newBundle(catalogues map[language.Tag][]*catalogue, zone *time.Location) *Bundle {
	b := &Bundle{}
	var tags []language.Tag
	for tag := range catalogues {
		tags = append(tags, tag)
	}
	// The matcher falls back to its first language: English.
	sort.Slice(tags, func(i, j int) bool {
		if (tags[i] == language.English) != (tags[j] == language.English) {
			return tags[i] == language.English
		}
		return tags[i].String() < tags[j].String()
	})
	for _, tag := range tags {
		b.locales = append(b.locales, newLocale(tag, catalogues[tag], zone))
	}
	b.matcher = language.NewMatcher(tags)
	return b
}

// Match picks the language for a reader: the first of preferred that we speak (BCP 47, such as the person's own
// preferredLanguage or a choice kept in a cookie; empty ones are skipped), else the best of an Accept-Language header
// (RFC 9110 12.5.4), else English. Malformed input is ignored.
func (b *Bundle) Match(acceptLanguage string, preferred ...string) *Locale {
	for _, p := range preferred {
		// preferredLanguage may hold a whole Accept-Language value (RFC 2798 2.7).
		if loc := b.match(p); loc != nil {
			return loc
		}
	}
	if loc := b.match(acceptLanguage); loc != nil {
		return loc
	}
	return b.locales[0]
}

// maxAccept bounds an Accept-Language value, in bytes; browsers send less than a hundred.
const maxAccept = 500

func (b *Bundle) match(accept string) *Locale {
	if accept == "" || len(accept) > maxAccept {
		return nil
	}
	wanted, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(wanted) == 0 {
		return nil
	}
	_, i, confidence := b.matcher.Match(wanted...)
	if confidence == language.No {
		return nil
	}
	return b.locales[i]
}

// Locale returns the locale of exactly this tag, or nil.
func (b *Bundle) Locale(tag string) *Locale {
	for _, loc := range b.locales {
		if loc.Tag() == tag {
			return loc
		}
	}
	return nil
}

// Locales returns every language, English first.
func (b *Bundle) Locales() []*Locale { return append([]*Locale(nil), b.locales...) }

// NativeName is the language's name in itself ("français"), for a language switch.
func (l *Locale) NativeName() string {
	if name := display.Self.Name(l.tag); name != "" {
		return name
	}
	return l.tag.String()
}
