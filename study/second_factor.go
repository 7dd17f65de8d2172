package study

import "time"

// SecondFactor is what somebody proves beside their password when they sign in: that they have an app which shares a secret with this server,
// and counts the time as it does (RFC 6238: SHA-1, six digits, half minutes).
type SecondFactor struct {
	Secret     []byte // 20 bytes
	EnrolledAt time.Time
	LastStep   int64 // the half minute since 1970 of the newest code that was used
	Codes      int   // recovery codes that were not used yet
}

// Why a second factor is not what somebody thinks.
var (
	ErrCodeUsed      = Refuse(ErrDenied, "This code was used already. Wait until the app shows the next one.")
	ErrSecondAlready = Refuse(ErrConflict, "This account has a second factor already. Remove that one first.")
)
