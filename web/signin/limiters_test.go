package signin

import (
	"testing"
	"time"

	"vmstudy/study"
)

// A laboratory with many tokens must not give the one that asks too often all of its tries back, whenever one more is remembered.
func TestManyTokensDoNotMakeTheServerForgetTheOneThatAsksTooOften(t *testing.T) {
	a, now := asks{}, time.Unix(0, 0)
	busy := study.TokenID(1)
	for range AsksAtOnce {
		if !a.allow(busy, now) {
			t.Fatalf("fewer than %d requests are allowed at once", AsksAtOnce)
		}
	}
	for i := range 2 * mostAskers {
		if !a.allow(study.TokenID(i+2), now) {
			t.Fatalf("the first request of token %d was refused", i+2)
		}
		if len(a.of) > mostAskers {
			t.Fatalf("%d tokens are remembered, want at most %d", len(a.of), mostAskers)
		}
	}
	if a.allow(busy, now) {
		t.Error("after many other tokens, the one that asked too often may ask again at once")
	}
}

func TestRefusalsAreRationedByAddressAndInAll(t *testing.T) {
	r, now := rationed{}, time.Unix(0, 0)
	count := func(n int, key func(int) string) (recorded int) {
		for i := range n {
			if r.allow(key(i), now) {
				recorded++
			}
		}
		return recorded
	}
	if n := count(100, func(int) string { return "192.0.2.1" }); n != refusalsAtOnce {
		t.Errorf("%d refusals of one address are recorded, want %d", n, refusalsAtOnce)
	}
	if !r.allow("192.0.2.2", now) {
		t.Error("another address has to pay for it")
	}
	if n := count(10_000, func(i int) string { return time.Duration(i).String() }); n > refusalsInAll {
		t.Errorf("%d refusals of ever new addresses are recorded, want at most %d", n, refusalsInAll)
	}
	if now = now.Add(refusalsEvery); !r.allow("192.0.2.1", now) {
		t.Errorf("after %v there is no other entry", refusalsEvery)
	}
}
