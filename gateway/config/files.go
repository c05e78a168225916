package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxSecret bounds a file with a secret, in bytes.
const maxSecret = 64 << 10

// absolute makes a path of the file start from the file's folder, so that the program can be started from anywhere.
func (c *Config) absolute(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.folder, path)
}

// secret gives a secret that may stand in the file or in one of its own. The line end of a file is not part of it.
func (c *Config) secret(r *report, key string, here Secret, file string) Secret {
	if file == "" {
		return here
	}
	if !here.IsZero() {
		r.at(key+"_file", file, "either "+key+" or "+key+"_file", "")
		return here
	}
	if text, ok := c.secretFile(r, key+"_file", file); ok {
		return NewSecret(text)
	}
	return here
}

// secretFile reads a file with a secret in it. What is wrong with it is reported under key.
func (c *Config) secretFile(r *report, key, file string) (string, bool) {
	f, err := os.Open(c.absolute(file))
	if err != nil {
		r.at(key, file, "a file that can be read", reason(err))
		return "", false
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	text := strings.TrimRight(string(data), "\r\n")
	switch {
	case err != nil:
		r.at(key, file, "a file that can be read", reason(err))
	case len(data) > maxSecret:
		r.at(key, file, "a file of at most 64 KiB", "")
	case text == "":
		r.at(key, file, "a file with the secret", "it is empty")
	default:
		if info, err := f.Stat(); err == nil && info.Mode().Perm()&0o004 != 0 {
			r.warn(key, file, "a file that not everybody on this machine may read", "chmod o-r "+file)
		}
		return text, true
	}
	return "", false
}

// readable checks that a file or folder is there, and makes its path absolute.
func (c *Config) readable(r *report, key string, path *string, folder bool) {
	if *path == "" {
		return
	}
	found, want := *path, "a file that can be read"
	if folder {
		want = "a folder that can be read"
	}
	*path = c.absolute(*path)
	info, err := os.Stat(*path)
	switch {
	case err != nil:
		r.at(key, found, want, reason(err))
	case info.IsDir() != folder:
		r.at(key, found, want, "")
	}
}

// reason is the operating system's word without the path, which stands beside it already.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
