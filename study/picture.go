package study

// Flow is when the VNC method sends what has changed on the screen. The zero Flow is OnRequest.
type Flow string

// The flows.
const (
	// OnRequest sends an update when the viewer has asked for one, as every VNC server can: RFC 6143, section 7.5.3. At most one
	// update comes in a round trip.
	OnRequest Flow = ""
	// Continuous sends updates by themselves, as many as the network has room for: the extension ContinuousUpdates of rfbproto.
	Continuous Flow = "continuous"
)

// Flows lists every flow.
func Flows() []Flow { return []Flow{OnRequest, Continuous} }

// Valid reports whether f is one of Flows.
func (f Flow) Valid() bool { return f == OnRequest || f == Continuous }

// Encoding is how the VNC method sends pixels. The zero Encoding is Lossless.
type Encoding string

// The encodings.
const (
	Lossless Encoding = ""     // every pixel as it is
	JPEG     Encoding = "jpeg" // pictures as JPEG, text and drawings as they are; a still screen becomes exact
	H264     Encoding = "h264" // as JPEG, but films as H.264 if the participant's browser can draw it
)

// Encodings lists every encoding.
func Encodings() []Encoding { return []Encoding{Lossless, JPEG, H264} }

// Valid reports whether e is one of Encodings.
func (e Encoding) Valid() bool { return e == Lossless || e.Lossy() }

// Lossy reports whether pictures lose something while they move.
func (e Encoding) Lossy() bool { return e == JPEG || e == H264 }

// Qualities of pictures that are sent as JPEG are from 0, the poorest, to MaxQuality. They are TigerVNC's.
const (
	MaxQuality   = 9
	UsualQuality = 6 // noVNC's, if nobody chooses
)

// Films as H.264 take at most as much as the FilmRate of the level, and less if the network lets less pass.
const (
	UsualFilmRate = 4 * Mbps // if nobody chooses
	LeastFilmRate = 100 * Kbps
	MostFilmRate  = 100 * Mbps
)

// MostFrames is the largest limit of updates a second that a level can set.
const MostFrames = 240

// PointerAt is where a far machine's pointer is drawn. The zero value is PointerHere.
type PointerAt string

// The places.
const (
	PointerHere  PointerAt = ""       // by the participant's browser, at once, in the shape that the machine gives it
	PointerThere PointerAt = "remote" // in the picture, where the machine has it, so a round trip late
)

// Valid reports whether p is one of these.
func (p PointerAt) Valid() bool { return p == PointerHere || p == PointerThere }
