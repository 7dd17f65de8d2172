package signin

// What the tests from outside see of the inside.

const (
	LoginLasts  = loginLasts
	TriesAtOnce = triesAtOnce
	TriesEvery  = triesEvery
)
