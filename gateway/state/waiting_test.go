package state_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
)

func TestWhatWaitsIsTakenByOneAndClearedAwayWhenNobodyComes(t *testing.T) {
	t.Parallel()
	now := t1
	store := &statetest.Memory{}
	records := state.NewRecords(store, func() time.Time { return now })
	ctx := t.Context()
	one := state.Waiting{ID: state.Digest("one"), Expires: t1.Add(time.Minute), Text: "Sealed-Text  ,~^"}
	two := state.Waiting{ID: state.Digest("two"), Expires: t1.Add(time.Minute), Text: "x"}
	for _, v := range []state.Waiting{one, two} {
		if err := records.Keep(ctx, v); err != nil {
			t.Fatal(err)
		}
	}
	got, err := records.Kept(ctx, one.ID)
	if err != nil || got != one {
		t.Fatalf("%+v, %v", got, err)
	}
	var wg sync.WaitGroup
	var won, late atomic.Int32
	for range 16 {
		wg.Go(func() {
			switch err := records.Take(ctx, one); {
			case err == nil:
				won.Add(1)
			case errors.Is(err, state.ErrUsed):
				late.Add(1)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || late.Load() != 15 {
		t.Errorf("%d took it, %d came late", won.Load(), late.Load())
	}
	now = t1.Add(time.Minute)
	for _, id := range []string{one.ID, two.ID, state.Digest("never")} {
		if _, err := records.Kept(ctx, id); !errors.Is(err, state.ErrExpired) {
			t.Errorf("%s: %v", id[:4], err)
		}
	}
	if records.Keep(ctx, two) == nil || records.Keep(ctx, state.Waiting{ID: "x", Expires: now.Add(time.Hour)}) == nil {
		t.Error("what has expired, or has no good name, was kept")
	}
	if _, err := records.Kept(ctx, strings.Repeat("G", 64)); err == nil {
		t.Error("a bad id was looked up")
	}
	now = now.Add(state.Skew + time.Second)
	if swept, err := (&state.Janitor{Records: records}).Round(ctx); err != nil || swept.Deleted != 1 {
		t.Errorf("the janitor: %+v, %v", swept, err)
	}
}

func TestWhatWaitsIsAnsweredByOne(t *testing.T) {
	t.Parallel()
	records := state.NewRecords(&statetest.Memory{}, func() time.Time { return t1 })
	ctx := t.Context()
	waits := state.Waiting{ID: state.Digest("one"), Expires: t1.Add(time.Minute), Text: "who?"}
	if err := records.Answer(ctx, waits, state.Waiting{Expires: waits.Expires, Text: "nobody"}); !errors.Is(err, state.ErrUsed) {
		t.Errorf("what never waited was answered: %v", err)
	}
	if err := records.Keep(ctx, waits); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var won, late atomic.Int32
	for i := range 16 {
		wg.Go(func() {
			err := records.Answer(ctx, waits, state.Waiting{Expires: waits.Expires.Add(time.Minute), Text: "me " + strings.Repeat("x", i)})
			switch {
			case err == nil:
				won.Add(1)
			case errors.Is(err, state.ErrUsed):
				late.Add(1)
			}
		})
	}
	wg.Wait()
	got, err := records.Kept(ctx, waits.ID)
	if won.Load() != 1 || late.Load() != 15 || err != nil || !strings.HasPrefix(got.Text, "me ") || !got.Expires.Equal(waits.Expires.Add(time.Minute)) {
		t.Errorf("%d answered, %d came late; what stands: %+v, %v", won.Load(), late.Load(), got, err)
	}
}
