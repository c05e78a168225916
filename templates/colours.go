package templates

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Colours are those of one scheme that a theme may choose; the rest follows from them. Each is #rrggbb or empty.
type Colours struct {
	// Accent is for buttons and links.
	Accent string `yaml:"accent"`
	// Gate is the large surface behind the door.
	Gate string `yaml:"gate"`
	// Lamp is the warm light: of notices, of what is current, of the focus on the gate.
	Lamp string `yaml:"lamp"`
}

// The surfaces the accent must be readable on, as in css/1-colours.css.
const (
	lightPaper, darkPaper = "#fffdf8", "#22241f"
	onAccentLight         = "#ffffff"
	onAccentDark          = "#10201a"
)

// stylesheet writes the custom properties a theme changes; "" if it changes none.
func (t Theme) stylesheet() (string, error) {
	light, err := t.Colours.Light.properties("light", lightPaper, onAccentLight)
	if err != nil {
		return "", err
	}
	dark, err := t.Colours.Dark.properties("dark", darkPaper, onAccentDark)
	if err != nil {
		return "", err
	}
	var css strings.Builder
	if light != "" {
		fmt.Fprintf(&css, ":root{%s}\n", light)
	}
	if dark != "" {
		fmt.Fprintf(&css, "@media (prefers-color-scheme:dark){:root{%s}}\n", dark)
	}
	return css.String(), nil
}

var hexColour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

func (c Colours) properties(scheme, paper, onAccent string) (string, error) {
	var css strings.Builder
	for _, p := range []struct{ key, value string }{{"accent", c.Accent}, {"gate", c.Gate}, {"lamp", c.Lamp}} {
		if p.value == "" {
			continue
		}
		if !hexColour.MatchString(p.value) {
			return "", fmt.Errorf("colours.%s.%s: %q should be a colour such as #1e5945", scheme, p.key, p.value)
		}
		fmt.Fprintf(&css, "--%s:%s;", p.key, p.value)
	}
	if c.Accent != "" {
		for _, against := range []string{paper, onAccent} {
			// WCAG 2.2, 1.4.3: text needs 4.5 to 1.
			if ratio := contrast(c.Accent, against); ratio < 4.5 {
				return "", fmt.Errorf("colours.%s.accent: %s cannot be read well beside %s (contrast %.1f, needed 4.5); choose a %s one",
					scheme, c.Accent, against, ratio, map[string]string{"light": "darker", "dark": "lighter"}[scheme])
			}
		}
	}
	return css.String(), nil
}

// contrast is the ratio of WCAG 2.2 between two #rrggbb colours, from 1 to 21.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func luminance(colour string) float64 {
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		v := float64(n) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}
