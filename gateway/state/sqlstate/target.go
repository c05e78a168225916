package sqlstate

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// target is a URL of PostgreSQL, taken apart.
type target struct {
	user, password string
	hosts          []host // in the order in which they are tried
	database       string
	sslmode        string // "" for what is right for the host
	attributes     string // target_session_attrs
}

type host struct {
	name string // or the folder of a socket
	port int
}

func (h host) socket() bool { return strings.HasPrefix(h.name, "/") }

func (h host) local() bool {
	ip := net.ParseIP(h.name)
	return h.socket() || h.name == "localhost" || ip != nil && ip.IsLoopback()
}

func (h host) String() string {
	if h.socket() {
		return h.name
	}
	return net.JoinHostPort(h.name, strconv.Itoa(h.port))
}

// String is the target without its password.
func (t target) String() string {
	var at []string
	for _, h := range t.hosts {
		at = append(at, h.String())
	}
	return fmt.Sprintf("%s at %s", t.database, strings.Join(at, ", "))
}

// escaped is the hint for everything that a password with odd characters may have led to.
const escaped = "in a password, characters such as / @ : ? # must be written %2F %40 %3A %3F %23; or it stands in password_file"

// parseURL takes a URL apart. It is stricter than libpq: a parameter that it does not know is an error, since it could be one that weakens
// something. No error repeats any part of the URL.
func parseURL(text string) (target, error) {
	rest, ok := strings.CutPrefix(text, "postgres://")
	if !ok {
		if rest, ok = strings.CutPrefix(text, "postgresql://"); !ok {
			return target{}, errors.New("it begins with postgres://")
		}
	}
	rest, query, _ := strings.Cut(rest, "?")
	authority, path, _ := strings.Cut(rest, "/")
	t := target{}
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, password, _ := strings.Cut(authority[:at], ":")
		var err, err2 error
		t.user, err = url.PathUnescape(user)
		t.password, err2 = url.PathUnescape(password)
		if err != nil || err2 != nil || strings.ContainsAny(password, "@:/") {
			return target{}, errors.New(escaped)
		}
		authority = authority[at+1:]
	}
	database, err := url.PathUnescape(path)
	switch {
	case err != nil || strings.ContainsAny(path, "/@:#"):
		return target{}, errors.New(escaped)
	case database == "":
		return target{}, errors.New("the name of the database is missing")
	case t.user == "":
		return target{}, errors.New("the name of the user is missing")
	}
	t.database = database
	params, err := parameters(query)
	if err != nil {
		return target{}, err
	}
	t.sslmode, t.attributes = params["sslmode"], params["target_session_attrs"]
	return t, t.readHosts(authority, params["host"], params["port"])
}

func (t *target) readHosts(authority, folder, port string) error {
	names := strings.Split(authority, ",")
	if authority == "" {
		names = []string{folder}
	}
	for _, name := range names {
		h := host{port: 5432}
		p := port
		if plain, err := url.PathUnescape(name); err == nil && strings.HasPrefix(plain, "/") {
			h.name = plain
			if folder, after, ok := strings.Cut(plain, ":"); ok {
				h.name, p = folder, after
			}
		} else if n, after, err := net.SplitHostPort(name); err == nil {
			h.name, p = n, after
		} else {
			h.name = strings.Trim(name, "[]")
		}
		if h.name == "" {
			return errors.New("the name of the host is missing; for a socket, host=/run/postgresql behind a ?")
		}
		if !h.socket() && net.ParseIP(h.name) == nil && strings.ContainsAny(h.name, "/@:#% ") {
			return errors.New(escaped)
		}
		if p != "" {
			n, err := strconv.ParseUint(p, 10, 16)
			if err != nil || n == 0 {
				return errors.New("a port is a number; " + escaped)
			}
			h.port = int(n)
		}
		t.hosts = append(t.hosts, h)
	}
	if len(t.hosts) > 1 && t.attributes == "" {
		t.attributes = "read-write" // of several, one takes writes
	}
	return nil
}

// parameters reads what stands behind the ?.
func parameters(query string) (map[string]string, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, errors.New(escaped)
	}
	allowed := map[string][]string{
		"host": nil, "port": nil,
		"sslmode":              {"disable", "require", "verify-ca", "verify-full"},
		"target_session_attrs": {"any", "read-write", "primary"},
	}
	out := map[string]string{}
	for name, all := range values {
		words, known := allowed[name]
		switch {
		case !known:
			return nil, errors.New("the parameters are host, port, sslmode and target_session_attrs; ca_file names certificate authorities")
		case len(all) != 1 || all[0] == "":
			return nil, fmt.Errorf("%s has one value", name)
		case words != nil && !slices.Contains(words, all[0]):
			return nil, fmt.Errorf("%s is one of %s", name, strings.Join(words, ", "))
		}
		out[name] = all[0]
	}
	return out, nil
}
