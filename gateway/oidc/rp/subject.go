package rp

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// The subject types (OpenID Connect Core 8).
const (
	SubjectPublic   = "public"
	SubjectPairwise = "pairwise"
)

// SubjectTypes are both.
func SubjectTypes() []string { return []string{SubjectPublic, SubjectPairwise} }

// SubjectID is the SubjectField of a client that knows people by their stable id.
const SubjectID = "id"

// Subject is what a client says about the name, sub, under which it knows people.
type Subject struct {
	// SubjectType is public, which is the same name as at other clients, or pairwise, which is a name for the client's sector alone. Empty: as the provider
	// has it.
	SubjectType string `json:"subject_type,omitempty"`
	// SectorURI names the sector of a client with redirect URIs of several hosts: a document there lists them (OpenID Connect Core 8.1).
	SectorURI string `json:"sector_identifier_uri,omitempty"`
	// SubjectField is the field whose value is the name, or "id". Empty: as the provider has it. Not of RFC 7591.
	SubjectField string `json:"subject_field,omitempty"`
}

// ErrSectors tells that a client has no one sector.
var ErrSectors = errors.New("its redirect URIs have several hosts, so a sector_identifier_uri is needed (OpenID Connect Core 8.1)")

// Sector is whom a pairwise subject is for (OpenID Connect Core 8.1): the host of the sector_identifier_uri, or that of the redirect URIs. Those that lead to the person's
// own machine say nothing of whose the application is; where there are no others, the client is a sector of its own. Errors: ErrSectors.
func (c *Client) Sector() (string, error) {
	if c.SectorURI != "" {
		u, err := url.Parse(c.SectorURI)
		if err != nil {
			return "", err
		}
		return strings.ToLower(u.Hostname()), nil
	}
	var hosts []string
	for _, r := range c.RedirectURIs {
		u, err := url.Parse(r)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || Loopback(u.Hostname()) {
			continue
		}
		if host := strings.ToLower(u.Hostname()); !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	switch len(hosts) {
	case 0:
		return "client " + c.ID, nil // no host has a space in it
	case 1:
		return hosts[0], nil
	default:
		return "", ErrSectors
	}
}

var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

func (c *Client) checkSubject(bad report) {
	const sector = "sector_identifier_uri"
	if c.SubjectType != "" {
		checkOneOf("subject_type", c.SubjectType, SubjectTypes(), bad)
	}
	if c.SubjectType == SubjectPairwise {
		if c.SubjectField != "" {
			bad("subject_field", "%s does not go with %s.", cutText(c.SubjectField, maxShown), SubjectPairwise)
		}
		if _, err := c.Sector(); err != nil {
			bad(sector, "The addresses that people come back to have several hosts: this is needed too.")
		}
	}
	if c.SubjectField != "" && !fieldName.MatchString(c.SubjectField) {
		bad("subject_field", "%s is no name of a field.", cutText(c.SubjectField, maxShown))
	}
	if c.SectorURI == "" {
		return
	}
	u, err := url.Parse(c.SectorURI)
	if err != nil || len(c.SectorURI) > maxRequestURI || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || !Loopback(u.Hostname())) {
		bad(sector, "%s is no https address of %d characters at most.", cutText(c.SectorURI, maxShown), maxRequestURI)
	}
}
