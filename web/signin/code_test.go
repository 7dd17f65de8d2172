package signin

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// The vectors are those of RFC 4226, appendix D, and, by their last six digits, of RFC 6238, appendix B, for SHA-1.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	secret := []byte("12345678901234567890")
	for step, want := range map[int64]string{
		0: "755224", 1: "287082", 2: "359152", 3: "969429", 4: "338314", 5: "254676", 6: "287922", 7: "162583", 8: "399871", 9: "520489",
		1111111109 / 30: "081804", 1234567890 / 30: "005924", 2000000000 / 30: "279037", 20000000000 / 30: "353130",
	} {
		if got, err := codeAt(secret, step); got != want || err != nil {
			t.Errorf("the code of step %d is %q, %v; want %q", step, got, err, want)
		}
	}
}

func TestACodeIsTakenAHalfMinuteEarlyOrLate(t *testing.T) {
	secret := newSecret()
	now := time.Unix(1_000_000_000, 0)
	here := now.Unix() / 30
	for away, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		code, err := codeAt(secret, here+away)
		if err != nil {
			t.Fatal(err)
		}
		step, ok, err := stepOf(secret, " "+code[:3]+" "+code[3:], now)
		if ok != want || err != nil || ok && step != here+away {
			t.Errorf("the code of %d half minutes away: step %d, %v, %v; want %v", away, step-here, ok, err, want)
		}
	}
	for _, typed := range []string{"", "12345", "1234567", "abcdef"} {
		if _, ok, _ := stepOf(secret, typed, now); ok {
			t.Errorf("%q is taken for a code", typed)
		}
	}
}

func TestAnAppIsToldWhoseSecretItIs(t *testing.T) {
	u, err := url.Parse(appAddress([]byte("12345678901234567890"), "ada lovelace&co", "lab.example.org"))
	if err != nil {
		t.Fatal(err)
	}
	if got := u.Query().Get("secret"); got != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" {
		t.Errorf("the secret is %q", got)
	}
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/vmstudy (lab.example.org):ada lovelace&co" || strings.Contains(u.RawQuery, "+") {
		t.Errorf("the address is %v", u)
	}
}

func TestARecoveryCodeIsReadHoweverItIsTyped(t *testing.T) {
	codes, hashes := newRecoveryCodes()
	seen := map[string]bool{}
	for i, c := range codes {
		seen[c] = true
		for _, typed := range []string{c, strings.ToUpper(c), strings.ReplaceAll(c, "-", ""), " " + strings.ReplaceAll(c, "-", " ") + " "} {
			if string(hashRecoveryCode(typed)) != string(hashes[i]) {
				t.Errorf("%q is not read as %q", typed, c)
			}
		}
	}
	if len(seen) != recoveryCodes {
		t.Errorf("%d different codes, want %d", len(seen), recoveryCodes)
	}
}

func TestWhatIsHalfDoneIsForgottenInTime(t *testing.T) {
	var h halves
	key := func(i int) [sha256.Size]byte { return sha256.Sum256([]byte(fmt.Sprint(i))) }
	now := time.Unix(0, 0)
	h.keep(key(1), half{to: "/lab"}, now)
	if got, ok := h.find(key(1), now.Add(halfLasts-1)); !ok || got.to != "/lab" {
		t.Errorf("before its time is over: %v, %v", got, ok)
	}
	if _, ok := h.find(key(1), now.Add(halfLasts)); ok {
		t.Error("it is there when its time is over")
	}
	for i := range 2*mostHalf + 5 {
		h.keep(key(i), half{}, now)
		if len(h.of) > mostHalf {
			t.Fatalf("%d are remembered, want at most %d", len(h.of), mostHalf)
		}
	}
	h.keep(key(-1), half{}, now)
	if !h.drop(key(-1)) || h.drop(key(-1)) {
		t.Error("what is finished once can be finished again")
	}
}
