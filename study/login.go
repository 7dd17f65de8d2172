package study

import "time"

// IdleLimit is for how long a login may not be used before it ends. A page that asks the server by itself, such as Live, uses it.
const IdleLimit = time.Hour

// SeenEvery is how exactly the use of a login is recorded.
const SeenEvery = time.Minute

// Login is a browser in which an experimenter is signed in.
type Login struct {
	ID       int64
	OpenedAt time.Time
	Sighting
	TokenSHA256 []byte
}

// Sighting is a use of a login.
type Sighting struct {
	At      time.Time
	From    string // address
	Browser string // what it calls itself
}
