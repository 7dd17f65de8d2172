package analysis

import (
	"slices"

	"vmstudy/study"
)

// interactionColumns are the columns of interactions.csv.
func interactionColumns(why verdicts) []Column[Interaction] {
	return slices.Concat(interactionHead, levelColumns(func(r Interaction) study.Condition { return r.Condition }), interactionTail, countColumns(why.ofInteraction))
}

var interactionHead = []Column[Interaction]{
	{"session_id", "", "Number of the session.", func(r Interaction) Value { return id(r.Session) }},
	{"participant", "", "Code of the participant.", func(r Interaction) Value { return Text(r.Participant) }},
	{"study_hash", "", "SHA-256 of the study's version.", func(r Interaction) Value { return Text(r.Hash) }},
	{"trial_id", "", "Number of the trial.", func(r Interaction) Value { return id(r.Trial) }},
	{"position", "", "Place of the trial in the session, counted from 1; 0 is practice.", func(r Interaction) Value { return Number(r.Position) }},
	{"attempt", "", "Number of the attempt within the trial.", func(r Interaction) Value { return Number(r.Attempt) }},
}

var interactionTail = []Column[Interaction]{
	{"page", "", "Number of the page, within the session, that measured it: a reload is a new page. NA in rows from before it was kept.", func(r Interaction) Value { return positive(r.Page).or(Unknown) }},
	{"batch", "", "Number of the batch, within the page, in which it was sent; see batches.csv. NA in rows from before it was kept.", func(r Interaction) Value { return positive(r.Batch).or(Unknown) }},
	{"number", "", "Number of the interaction within the page: it increases with time. Numbers that are not here are those of events.csv, or are missing, as pages.csv says.", func(r Interaction) Value { return Number(r.Number) }},
	{"kind", "", kindMeaning, func(r Interaction) Value { return Text(string(r.Kind)) }},
	{"input_at", "UTC", "When the browser says that the input happened (event.timeStamp), on the server's clock.", func(r Interaction) Value { return Moment(r.At) }},
	{"clock_uncertainty_ms", "ms", "By how much input_at may be wrong, either way, because browser and server have different clocks. Durations are measured on the browser's clock alone and not affected.", func(r Interaction) Value { return Millis(r.Uncertainty).or(Unknown) }},
	{"sent_ms", "ms", "From the input until the viewer had sent it.", func(r Interaction) Value { return Millis(r.Sent).or(Unknown) }},
	{"arrived_ms", "ms", "From the input until the first update that can answer it had reached the viewer; empty if none did, NA if nobody knows (is_cut).", func(r Interaction) Value { return ofAnswer(r, Millis(r.Arrived)) }},
	{"response_ms", "ms", responseMeaning, func(r Interaction) Value { return ofAnswer(r, Millis(r.Drawn)) }},
	{"quiet_ms", "ms", quietMeaning, func(r Interaction) Value { return ofAnswer(r, Millis(r.Quiet)) }},
	{"held_ms", "ms", "How long the key or button was down; NA if that is not known. Empty for wheels and moves.", func(r Interaction) Value { return ofPress(r, Millis(r.Held).or(Unknown)) }},
	{"machine_ms", "ms", "At the machine: from the input's arrival to the first byte of the answering update. Empty without an answer, NA if it is not known.", func(r Interaction) Value { return ofAnswered(r, Millis(r.Machine).or(Unknown)) }},
	{"delivery", "", "delivered: the input went into the guest; what a program there did with it, nobody sees. lost: it did not and will not, since the desktop's keyboard has no such key or the desktop closed before. NA if not known: the page or the attempt ended before it was told, or the row is from before it was kept. Empty for moves.", func(r Interaction) Value { return ofTimed(r, Text(string(r.Delivery)).or(Unknown)) }},
	{"delayed_ms", "ms", "How long the input waited at the machine until the guest had room for it, as a paused guest has not; 0 if it went in at once. It is in response_ms and machine_ms. Empty unless delivered.", func(r Interaction) Value {
		if r.Delivery != study.Delivered {
			return Value{}
		}
		return Number(float64(r.Delayed) / 1e6)
	}},
	{"update_bytes", "byte", "Size of the answering update. Empty without an answer, as the next five are.", func(r Interaction) Value { return ofAnswered(r, positive(r.Bytes).or(Unknown)) }},
	{"update_pixels", "pixel", "Area of the smallest rectangle around what it changed.", func(r Interaction) Value { return ofAnswered(r, positive(r.Area).or(Unknown)) }},
	{"update_left", "pixel", "That rectangle's left edge on the desktop, counted from 0; empty without an answer.", func(r Interaction) Value { return ofRect(r, r.Rect.Min.X) }},
	{"update_top", "pixel", "Its top edge.", func(r Interaction) Value { return ofRect(r, r.Rect.Min.Y) }},
	{"update_width", "pixel", "Its width.", func(r Interaction) Value { return ofRect(r, r.Rect.Dx()) }},
	{"update_height", "pixel", "Its height.", func(r Interaction) Value { return ofRect(r, r.Rect.Dy()) }},
	{"is_cut", "", "TRUE if nobody knows whether the input was answered: the page or its browser ended before 10 s had passed, or the server's word on answers was lost. Then response_ms is NA. Not known of data from before this was kept.", func(r Interaction) Value { return Flag(r.Cut) }},
	{"pointer_x", "pixel", "Where the pointer was on the desktop, from the left; empty for keys.", func(r Interaction) Value { return ofPointer(r, r.Pointer.X) }},
	{"pointer_y", "pixel", "Where the pointer was, from the top; empty for keys.", func(r Interaction) Value { return ofPointer(r, r.Pointer.Y) }},
	{"pointer_type", "", "What the participant pointed with, as the browser tells it: mouse (a touchpad, too), touch or pen. Empty for keys, NA in rows from before it was kept.", func(r Interaction) Value { return ofPointing(r, Text(string(r.PointerType)).or(Unknown)) }},
}

// The kinds of interactions, and where their times begin and end. docs/timing.md explains them in detail.
const (
	kindMeaning = "key: a key went down; one that repeats because it is held is not among them. click: a button of the pointer went down, or a finger tapped: timed from when it was lifted, since that is when it is known to be a tap. " +
		"wheel: the wheel turned by at least one step. drag: a button went up after the pointer had moved by 5 pixels or more with it; its press is a click of its own. " +
		"move: the pointer moved; only a sample, at most 10 a second, and not timed."
	responseMeaning = "Response time: from the input's event in the browser to the first animation frame after the viewer had drawn the first screen update " +
		"that can answer it: the first that draws something and that the machine began to send after the input had gone into the guest. Empty for moves, and if none was drawn within 10 s or the tab was hidden; NA if nobody knows (is_cut). " +
		"Not in it: the lag of keyboard, mouse and display, and of the browser's compositor. In it: the floor of the display path, which docs/timing.md gives. " +
		"That an update can be the answer is all that is known: a blinking cursor can be taken for one."
	quietMeaning = "From the input to the frame of the last update before the screen was quiet: no update arrived for 500 ms. " +
		"What later inputs changed meanwhile is in it. Empty if it was not quiet within 10 s; NA if nobody knows (is_cut)."
)

func ofRect(r Interaction, n int) Value {
	if r.Rect.Empty() {
		return Value{}
	}
	return Number(n)
}

// ofTimed is v for an input that the screen answers; nothing for moves.
func ofTimed(r Interaction, v Value) Value {
	if !r.Kind.Timed() {
		return Value{}
	}
	return v
}

// ofAnswer is v, which is about the answer; Unknown if nobody knows whether there was one.
func ofAnswer(r Interaction, v Value) Value { return ofTimed(r, v.or(whenever(r.Cut))) }

// ofAnswered is v if the input was answered; else nothing.
func ofAnswered(r Interaction, v Value) Value {
	if !r.Answered() {
		return Value{}
	}
	return v
}

// ofPress is v for an input that begins with a press; else nothing.
func ofPress(r Interaction, v Value) Value {
	if r.Kind == study.Wheel || r.Kind == study.Move {
		return Value{}
	}
	return v
}

// ofPointing is v for an input of the pointer; nothing for keys.
func ofPointing(r Interaction, v Value) Value {
	if r.Kind == study.Key {
		return Value{}
	}
	return v
}

func ofPointer(r Interaction, n int) Value { return ofPointing(r, Number(n)) }
