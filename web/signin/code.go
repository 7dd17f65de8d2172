package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// Codes of apps are those of RFC 6238 with the values that every app takes: SHA-1, six digits, a new one each half minute.
const (
	codeLasts   = 30 * time.Second
	codesAround = 1  // a code is taken for so many half minutes before and after its own, because clocks differ
	secretSize  = 20 // bytes, as RFC 4226 recommends
)

// plainBase32 is how apps read a secret.
var plainBase32 = base32.StdEncoding.WithPadding(base32.NoPadding)

// newSecret returns a secret to share with an app.
func newSecret() []byte {
	secret := make([]byte, secretSize)
	rand.Read(secret) // never fails: see crypto/rand
	return secret
}

// codeAt returns the code of a half minute.
func codeAt(secret []byte, step int64) (string, error) {
	return hotp.GenerateCodeCustom(plainBase32.EncodeToString(secret), uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
}

// stepOf returns the half minute whose code was typed, if that is one around now. People type spaces, as apps show them.
func stepOf(secret []byte, typed string, now time.Time) (step int64, ok bool, err error) {
	typed = unspaced(typed)
	here := now.Unix() / int64(codeLasts/time.Second)
	for s := here - codesAround; s <= here+codesAround; s++ {
		code, err := codeAt(secret, s)
		if err != nil {
			return 0, false, fmt.Errorf("code of a second factor: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(code), []byte(typed)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok, nil
}

func unspaced(typed string) string { return strings.Join(strings.Fields(typed), "") }

// kindOf returns of which kind what somebody typed can be: codes of apps have six digits.
func kindOf(typed string) codeKind {
	typed = unspaced(typed)
	if len(typed) == 6 && strings.Trim(typed, "0123456789") == "" {
		return ofApp
	}
	return recovery
}

// appAddress returns what a QR code tells an app: the secret, and whose it is where.
func appAddress(secret []byte, name, at string) string {
	label := url.PathEscape("vmstudy (" + at + "):" + name)
	values := url.Values{"secret": {plainBase32.EncodeToString(secret)}, "issuer": {"vmstudy (" + at + ")"}}
	return "otpauth://totp/" + label + "?" + strings.ReplaceAll(values.Encode(), "+", "%20") // apps do not read a plus as a space
}

// recoveryCodes is how many recovery codes somebody gets.
const recoveryCodes = 10

// newRecoveryCodes returns recovery codes, of 120 random bits each, and what is stored of them.
func newRecoveryCodes() (codes []string, hashes [][]byte) {
	for range recoveryCodes {
		b := make([]byte, 15)
		rand.Read(b)
		text := strings.ToLower(plainBase32.EncodeToString(b))
		codes = append(codes, strings.ReplaceAll(spaced(text), " ", "-"))
		hashes = append(hashes, hashRecoveryCode(text))
	}
	return codes, hashes
}

// hashRecoveryCode returns what is stored of a recovery code, however it was typed.
func hashRecoveryCode(typed string) []byte {
	plain := strings.ToLower(strings.Join(strings.FieldsFunc(typed, func(r rune) bool { return r == '-' || r == ' ' }), ""))
	sum := sha256.Sum256([]byte(plain))
	return sum[:]
}
