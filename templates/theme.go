package templates

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
)

// The parts of a theme folder, all optional:
//
//	theme.yaml             name, help_url, help_mail, colours (see Theme)
//	logo.svg               or logo.png, logo.webp: beside the name
//	favicon.svg            or favicon.png, favicon.ico
//	style.css              added after ours
//	static/*               files for templates: {{asset "tree.svg"}}
//	html/**, mail/**       templates, each replacing ours of the same path
//	i18n/*.po              texts: fr.po replaces single texts, de.po adds a language
const (
	maxThemeYAML     = 64 << 10
	maxThemeTemplate = 256 << 10
	maxThemeStatic   = 512 << 10
	maxThemeFiles    = 200
)

// Theme is theme.yaml.
type Theme struct {
	Name     string `yaml:"name"`
	HelpURL  string `yaml:"help_url"`
	HelpMail string `yaml:"help_mail"`
	// Colours replaces ours, as #rrggbb.
	Colours struct {
		Light Colours `yaml:"light"`
		Dark  Colours `yaml:"dark"`
	} `yaml:"colours"`
}

// theme is a theme folder, read and checked.
type theme struct {
	settings     Theme
	folder       fs.FS // nil: none
	static       map[string][]byte
	translations fs.FS // nil: none
}

func (t *theme) brand(b Brand) Brand {
	b.Name = firstOf(b.Name, t.settings.Name, "Wicketgate")
	b.HelpURL = firstOf(b.HelpURL, t.settings.HelpURL)
	b.HelpMail = firstOf(b.HelpMail, t.settings.HelpMail)
	b.URL = strings.TrimRight(b.URL, "/")
	return b
}

func loadTheme(folder fs.FS) (*theme, error) {
	t := &theme{folder: folder, static: map[string][]byte{}}
	if folder == nil {
		return t, nil
	}
	files, err := listTheme(folder)
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		if err := t.take(name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	css, err := t.settings.stylesheet()
	if err != nil {
		return nil, fmt.Errorf("theme.yaml: %w", err)
	}
	if css != "" {
		t.static["colours.css"] = []byte(css)
	}
	return t, nil
}

func listTheme(folder fs.FS) ([]string, error) {
	var files []string
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := path.Base(name); name != "." && strings.HasPrefix(base, ".") { // .git, .DS_Store
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.IsDir() {
			files = append(files, name)
		}
		if len(files) > maxThemeFiles {
			return fmt.Errorf("there are more than %d files: is this really the theme's folder?", maxThemeFiles)
		}
		return nil
	})
	return files, err
}

// take looks at one file of the folder; one that means nothing is an error, since somebody put it there to have an effect.
func (t *theme) take(name string) error {
	dir, base := path.Split(name)
	stem := strings.TrimSuffix(base, path.Ext(base))
	switch {
	case name == "theme.yaml":
		data, err := t.read(name, maxThemeYAML)
		if err != nil {
			return err
		}
		err = yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&t.settings)
		if err != nil && !errors.Is(err, io.EOF) {
			return errors.New(strings.TrimSpace(yaml.FormatError(err, false, true)))
		}
		return nil
	case dir == "i18n/" && strings.HasSuffix(name, ".po"):
		var err error
		t.translations, err = fs.Sub(t.folder, "i18n")
		return err
	case strings.HasPrefix(dir, "html/"), strings.HasPrefix(dir, "mail/"):
		if _, err := fs.Stat(builtin, name); err != nil {
			return fmt.Errorf("there is no such template to replace; %s", nearest(name))
		}
		_, err := t.read(name, maxThemeTemplate)
		return err
	case dir == "" && (stem == "logo" || stem == "favicon") && strings.HasPrefix(contentType(base), "image/"):
		return t.serve(name, base)
	case name == "style.css":
		return t.serve(name, "custom.css")
	case dir == "static/" && contentType(base) != "":
		return t.serve(name, base)
	case strings.HasPrefix(strings.ToUpper(base), "README"), strings.HasPrefix(strings.ToUpper(base), "LICEN"):
		return nil
	}
	return errors.New("a theme has theme.yaml, logo.svg, favicon.svg, style.css and the folders static, html, mail and i18n; this file has no effect")
}

func (t *theme) serve(name, as string) error {
	data, err := t.read(name, maxThemeStatic)
	if err != nil {
		return err
	}
	t.static[as] = data
	return nil
}

func (t *theme) read(name string, limit int64) ([]byte, error) {
	f, err := t.folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("the file is larger than %d KB", limit>>10)
	}
	return data, nil
}

// source is the text of a template and the name errors give it.
func (t *theme) source(name string) (label, text string, err error) {
	if t.folder != nil {
		if _, err := fs.Stat(t.folder, name); err == nil {
			data, err := t.read(name, maxThemeTemplate)
			return "theme/" + name, string(data), err
		}
	}
	data, err := fs.ReadFile(builtin, name)
	return name, string(data), err
}

// parse adds a template file to a set. Errors of html/template start with the name and line.
func (t *theme) parse(set *template.Template, name string) error {
	label, text, err := t.source(name)
	if err != nil {
		return fmt.Errorf("reading the template %s: %w", name, err)
	}
	if _, err := set.New(label).Parse(text); err != nil {
		return fmt.Errorf("reading the templates: %w", err)
	}
	return nil
}

// nearest lists the templates beside a mistyped one.
func nearest(name string) string {
	dir := path.Dir(name)
	entries, err := fs.ReadDir(builtin, dir)
	if err != nil {
		return "see the folders html and mail of the program's templates"
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	sort.Strings(names)
	return fmt.Sprintf("%s has %s", dir, strings.Join(names, ", "))
}
