package study

import (
	"strings"
	"time"
	"unicode/utf8"
)

// EventKind is a kind of event.
type EventKind string

// Events that a page reports.
const (
	PageOpened    EventKind = "page_opened"    // the page with the desktop began; Detail: what browser and screen it has
	PageHidden    EventKind = "page_hidden"    // the tab went out of sight
	PageShown     EventKind = "page_shown"     // the tab came back into sight
	PictureUnseen EventKind = "picture_unseen" // the first picture is drawn only now, since the tab was out of sight when it was ready; so the time to it is unknown
	FocusLost     EventKind = "focus_lost"     // keys go elsewhere; Detail: the window lost the focus, or only the desktop in it
	FocusGot      EventKind = "focus_got"      // keys go to the desktop again
	Resized       EventKind = "resized"        // the page has another size; Detail: which
	ScreenLost    EventKind = "screen_lost"    // the viewer's connection broke
	ScreenBack    EventKind = "screen_back"    // the viewer is connected again and shows a picture
	LineLost      EventKind = "line_lost"      // the page's connection for measurements broke
	LineBack      EventKind = "line_back"      // the page's connection for measurements is open again
	StorageDenied EventKind = "storage_denied" // the browser gives the page no storage: what is not acknowledged is lost when the page ends
	StorageFull   EventKind = "storage_full"   // the browser's storage is full, with the same consequence
	NoteShown     EventKind = "note_shown"     // the participant saw an experimenter's note
	SlowShown     EventKind = "slow_shown"     // the page told the participant that the desktop answers late
	TextTyped     EventKind = "text_typed"     // the page typed a text from the clipboard panel into the desktop; Detail: how many characters
	TextCopied    EventKind = "text_copied"    // a text was copied in the desktop and shown on the page; Detail: how many characters
)

// Events that the server reports.
const (
	PageJoined     EventKind = "page_joined"     // a page's connection for measurements was opened
	MachinePaused  EventKind = "machine_paused"  // the machine was held until pages that it needs arrive
	MachineResumed EventKind = "machine_resumed" // the machine runs again
	MachineWaited  EventKind = "machine_waited"  // the machine waited for pages, 50 ms or longer; Detail: how long, for how many
	MachineWarned  EventKind = "machine_warned"  // the machine has a fault that may change the measurements; Detail: which
	MoveBegan      EventKind = "move_began"      // the machine stopped, to go on at another host
	MoveResumed    EventKind = "move_resumed"    // it goes on there; Detail: how long it stood
	MoveFailed     EventKind = "move_failed"     // it could not, and goes on where it was; Detail: why
	MoveComplete   EventKind = "move_complete"   // everything of it is there; Detail: after how long, how many bytes, what it waited for
	NetworkMade    EventKind = "network_made"    // the link was made; Detail: its stages with their parameters and seeds
	NetworkChanged EventKind = "network_changed" // a phase of the network's schedule began or ended; Detail: the new condition
)

// Actions of experimenters. By says who it was, and Detail says why.
const (
	NoteSent EventKind = "note_sent"
	Extended EventKind = "extended" // the time of the task was extended
	EndedBy  EventKind = "ended"    // the attempt was ended
	MovedBy  EventKind = "moved"    // the machine was moved to another host
)

// DetailLimit bounds the detail of an event, in bytes.
const DetailLimit = 1000

// Detail returns says as the detail of an event: without what no text may contain, and cut to DetailLimit.
func Detail(says string) string {
	says = strings.ReplaceAll(strings.ToValidUTF8(says, "\uFFFD"), "\x00", "\uFFFD")
	if len(says) <= DetailLimit {
		return says
	}
	end := DetailLimit
	for !utf8.RuneStart(says[end]) {
		end--
	}
	return says[:end]
}

// Event is something that happened in a session and may explain what was measured then.
type Event struct {
	Session SessionID // set only when read from the database
	Attempt AttemptID // 0 if it belongs to no attempt
	Page    int       // the page that reported it; 0 for the server and for experimenters
	Batch   int64     // the batch in which the page sent it
	Number  int64     // as Interaction.Number; 0 unless a page reported it
	Kind    EventKind
	At      time.Time      // on the server's clock
	Detail  string         // for people, in a few words
	By      ExperimenterID // who did it; 0 if no experimenter did
	Name    string         // of By; set only when read from the database
}
