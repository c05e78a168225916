package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Post sends a form to an application and returns the status of its answer, within the same bounds as Get. It follows no redirect: what is posted is
// for this address alone. Errors: Invalid for an address that is not to be posted to, else Unavailable.
func (f *Fetcher) Post(ctx context.Context, address string, form url.Values) (int, error) {
	if err := f.Check(address); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, MaxTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, fault.Wrap(fault.Invalid, err)
	}
	req.Header.Set("User-Agent", "wicketgate")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := *f.client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		code := fault.Unavailable
		if errors.Is(err, errPrivate) {
			code = fault.Invalid
		}
		return 0, fault.Wrap(code, fmt.Errorf("posting to an application: %w", err))
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, MaxBytes) // so that the connection can be used again
	return resp.StatusCode, nil
}
