package screen

import (
	"image"
)

// NoteMessage is a note from an experimenter to the participant.
type NoteMessage struct {
	Type string `json:"type"` // "note"
	Text string `json:"text"`
}

// AnswerMessage names an update of the screen, and the inputs for which this update is the first
// one that can show their effect. Type "gap" says that messages of connection conn were
// dropped; type "lost", that no more will come for it; type "delivery", that the inputs went into
// the guest or are lost.
type AnswerMessage struct {
	Type   string         `json:"type"`
	Conn   int64          `json:"conn"`
	Update int            `json:"update,omitempty"` // the number of the update message, from 1
	Bytes  int64          `json:"bytes,omitempty"`
	Area   int64          `json:"area,omitempty"` // of Rect, in pixels
	Rect   RectMessage    `json:"rect,omitzero"`  // the smallest rectangle around what the update draws
	Inputs []inputMessage `json:"inputs,omitempty"`
	Lost   bool           `json:"lost,omitempty"` // only for "delivery": the inputs did not go into the guest, and never will
}

// inputMessage is one input in an answer.
type inputMessage struct {
	N       int   `json:"n"`                 // the number that tap.Input gives it
	Machine int64 `json:"machine,omitempty"` // from the input's arrival at the machine to the update's first byte
	Delayed int64 `json:"delayed,omitempty"` // only for "delivery": how long the input had waited
}

// RectMessage is left, top, width and height, in pixels of the desktop.
type RectMessage [4]int

func rectOf(r image.Rectangle) RectMessage { return RectMessage{r.Min.X, r.Min.Y, r.Dx(), r.Dy()} }

// Rectangle returns the rectangle that r stands for.
func (r RectMessage) Rectangle() image.Rectangle {
	return image.Rectangle{Min: image.Pt(r[0], r[1]), Max: image.Pt(r[0]+r[2], r[1]+r[3])}
}
