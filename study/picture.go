package study

// Flow is when the VNC method sends what has changed on the screen. The zero Flow is OnRequest.
type Flow string

// The flows.
const (
	// OnRequest sends an update when the viewer has asked for one, as every VNC server can: RFC 6143, section 7.5.3. At most one
	// update comes in a round trip.
	OnRequest Flow = ""
	// Continuous sends updates by themselves, as many as the network holds: the extension ContinuousUpdates of rfbproto.
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
)

// Encodings lists every encoding.
func Encodings() []Encoding { return []Encoding{Lossless, JPEG} }

// Valid reports whether e is one of Encodings.
func (e Encoding) Valid() bool { return e == Lossless || e == JPEG }

// Qualities of JPEG are from 0, the poorest, to MaxQuality. They are TigerVNC's.
const (
	MaxQuality   = 9
	UsualQuality = 6 // noVNC's, if nobody chooses
)
