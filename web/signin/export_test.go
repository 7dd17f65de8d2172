package signin

// What the tests from outside see of the inside.

const (
	LoginLasts  = loginLasts
	TriesAtOnce = triesAtOnce
	TriesEvery  = triesEvery
	CodesAtOnce = codesAtOnce
	CodesEvery  = codesEvery

	RecoveryOnce  = recoveryOnce
	RecoveryEvery = recoveryEvery
)

// CodeAt returns the code that an app shows in a half minute.
func CodeAt(secret []byte, step int64) (string, error) { return codeAt(secret, step) }
