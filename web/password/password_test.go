package password

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) {
	ExecMain()
	m.Run()
}

// hashed is the hash of ada's password. It is computed only once, because that takes long.
var hashed = sync.OnceValue(func() string { return Hash("enchantress of numbers") })

func TestPasswordsAreVerified(t *testing.T) {
	for password, want := range map[string]bool{"enchantress of numbers": true, "Enchantress of numbers": false, "": false} {
		if got, err := Verify(password, hashed()); got != want || err != nil {
			t.Errorf("Verify(%q) = %v, %v, want %v", password, got, err, want)
		}
	}
	if Hash("enchantress of numbers") == hashed() {
		t.Error("two hashes of one password are the same: the salt is not fresh")
	}
}

// TestVerifyAgreesWithTheReference checks a hash from the documentation of Python's argon2-cffi
// 21.1, which was computed by the reference implementation.
func TestVerifyAgreesWithTheReference(t *testing.T) {
	const hash = "$argon2id$v=19$m=65536,t=3,p=4$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg"
	if ok, err := Verify("correct horse battery staple", hash); !ok || err != nil {
		t.Errorf("verify = %v, %v, want true", ok, err)
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add(hashed())
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=255$AAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, hash string) {
		p, err := parsePHC(hash)
		if err != nil {
			return
		}
		again, err := parsePHC(p.String())
		if err != nil || again.String() != p.String() {
			t.Errorf("%q is read as %v, which is read as %v, %v", hash, p, again, err)
		}
	})
}

// cheap is a hash of the same password that takes next to no time to check. A normal hash may take
// minutes at the lowest priority, next to other tests.
func cheap() string {
	p := phc{memory: 64, passes: 1, lanes: 1, salt: make([]byte, saltBytes)}
	p.tag = argon2.IDKey([]byte("enchantress of numbers"), p.salt, p.passes, p.memory, p.lanes, tagBytes)
	return p.String()
}

func TestAProcessOfItsOwnSaysTheSame(t *testing.T) {
	for password, want := range map[string]bool{"enchantress of numbers": true, "Enchantress of numbers": false, "": false, "line\nbreak": false} {
		if got, err := VerifyAside(t.Context(), password, cheap()); got != want || err != nil {
			t.Errorf("VerifyAside(%q) = %v, %v, want %v", password, got, err, want)
		}
	}
	for _, garbled := range []string{"no hash at all", ""} {
		if _, err := VerifyAside(t.Context(), "x", garbled); err == nil || !strings.Contains(err.Error(), "not an argon2id") {
			t.Errorf("the garbled hash %q: %v, want an error that says so", garbled, err)
		}
	}
	hash, err := HashAside(t.Context(), "line\nbreak")
	if ok, wrong := Verify("line\nbreak", hash); !ok || err != nil || wrong != nil {
		t.Errorf("HashAside = %q, %v, which Verify takes for %v, %v", hash, err, ok, wrong)
	}
}

func TestNobodyMatchesADecoy(t *testing.T) {
	if ok, err := Verify("", Decoy()); ok || err != nil {
		t.Errorf("Verify = %v, %v, want false", ok, err)
	}
	if one, other := Decoy(), Decoy(); one == other {
		t.Error("two decoys are the same")
	}
}

func TestAProcessOfItsOwnEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the browser has gone")
	cancel(gone)
	if _, err := VerifyAside(ctx, "x", cheap()); !errors.Is(err, gone) {
		t.Errorf("VerifyAside: %v, want %v", err, gone)
	}
}

func TestThePriorityOfThisProcessStays(t *testing.T) {
	before, err := unix.Getpriority(unix.PRIO_PROCESS, os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := VerifyAside(t.Context(), "x", cheap()); err != nil {
		t.Fatal(err)
	}
	if after, err := unix.Getpriority(unix.PRIO_PROCESS, os.Getpid()); after != before || err != nil {
		t.Errorf("the priority was %d and is %d (%v)", before, after, err)
	}
}
