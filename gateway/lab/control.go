package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"reflect"
)

// maxOrder bounds an order, in bytes.
const maxOrder = 1 << 20

// Control takes Orders as JSON by POST, and answers with JSON; a wrong one with status 400 and {"error": "..."}.
//
// It does whatever it is told, so it must be served on loopback only. Pages in a browser cannot reach it: it takes nothing but JSON, no request that names an
// origin, and no Host but a loopback one.
func (l *Lab) Control() http.Handler {
	mux := http.NewServeMux()
	for _, o := range l.Orders() {
		mux.Handle("POST "+o.Path, o.handler)
		mux.HandleFunc(o.Path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Allow", http.MethodPost)
			refuse(w, http.StatusMethodNotAllowed, "orders are posted")
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "there is no such order: docs/reference/testserver.md lists them")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r.Host) || r.Header.Get("Origin") != "" {
			refuse(w, http.StatusForbidden, "this address is for programs on this machine, not for pages in a browser")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// order makes an Order of what does it.
func order[T, A any](path, does string, do func(context.Context, T) (A, error)) Order {
	return Order{Path: path, Does: does, Takes: reflect.TypeFor[T](), Gives: reflect.TypeFor[A](), handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
			refuse(w, http.StatusUnsupportedMediaType, "orders are JSON, with Content-Type: application/json")
			return
		}
		var o T
		in := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxOrder))
		in.DisallowUnknownFields()
		err := in.Decode(&o)
		if err == nil {
			if _, more := in.Token(); !errors.Is(more, io.EOF) {
				err = errors.New("something follows the order")
			}
		}
		if err != nil {
			refuse(w, http.StatusBadRequest, fmt.Sprintf("this is not the JSON of an order for %s: %v", path, err))
			return
		}
		answer, err := do(r.Context(), o)
		if err != nil {
			refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		reply(w, http.StatusOK, answer)
	})}
}

func refuse(w http.ResponseWriter, status int, why string) {
	reply(w, status, map[string]string{"error": why})
}

func reply(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // whoever hung up does not want it
}

// loopback tells whether a Host header names this machine.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
