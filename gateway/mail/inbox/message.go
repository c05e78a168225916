package inbox

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Message is one mail as it arrived.
type Message struct {
	// ID counts from 1 in the order of arrival.
	ID int
	At time.Time
	// From and To are the envelope's: who the server was told, whatever the headers say.
	From    string
	To      []string
	Subject string // decoded
	Header  mail.Header
	Text    string // the text/plain part
	HTML    string // the text/html part
	// Links are the addresses in Text, then those of HTML that Text lacks, each once, in order.
	Links []string
	Raw   []byte
}

// Link returns the first link that contains part, or "".
func (m Message) Link(part string) string {
	for _, l := range m.Links {
		if strings.Contains(l, part) {
			return l
		}
	}
	return ""
}

// maxDepth bounds multiparts within multiparts.
const maxDepth = 5

// parse fills a message from its bytes. What cannot be parsed is an error: the server then refuses the mail, so that a broken one is
// noticed by who sent it.
func parse(raw []byte) (Message, error) {
	m := Message{Raw: raw}
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return m, fmt.Errorf("reading the headers: %w", err)
	}
	m.Header = parsed.Header
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject")); err != nil {
		return m, fmt.Errorf("decoding the subject: %w", err)
	}
	h := parsed.Header
	if err := m.part(h.Get("Content-Type"), h.Get("Content-Transfer-Encoding"), parsed.Body, 0); err != nil {
		return m, err
	}
	m.Links = links(m.Text, m.HTML)
	return m, nil
}

// part reads one part of the body, and the parts below it.
func (m *Message) part(contentType, encoding string, body io.Reader, depth int) error {
	if contentType == "" {
		contentType = "text/plain" // RFC 2045 5.2
	}
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return fmt.Errorf("reading the content type: %w", err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		if depth == maxDepth {
			return errors.New("the parts are nested too deeply")
		}
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("reading the parts: %w", err)
			}
			if err := m.part(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p, depth+1); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("decoding a %s part: %w", kind, err)
	}
	switch {
	case kind == "text/plain" && m.Text == "":
		m.Text = strings.ReplaceAll(string(text), "\r\n", "\n")
	case kind == "text/html" && m.HTML == "":
		m.HTML = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	return nil
}

var address = regexp.MustCompile(`https?://[^\s<>"')\]]+`)

func links(text, page string) []string {
	var found []string
	add := func(l string) {
		if l != "" && !slices.Contains(found, l) {
			found = append(found, l)
		}
	}
	for _, l := range address.FindAllString(text, -1) {
		add(strings.TrimRight(l, ".,;:!?"))
	}
	tokens := html.NewTokenizer(strings.NewReader(page))
	for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		for _, a := range tokens.Token().Attr {
			if a.Key == "href" && address.MatchString(a.Val) {
				add(a.Val)
			}
		}
	}
	return found
}
