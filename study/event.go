package study

import "time"

// EventKind is a kind of event.
type EventKind string

// What a page tells of itself.
const (
	PageOpened    EventKind = "page_opened"    // the page with the desktop began; Detail: what browser and screen it has
	PageHidden    EventKind = "page_hidden"    // the tab went out of sight
	PageShown     EventKind = "page_shown"     // it came back
	PictureUnseen EventKind = "picture_unseen" // the first picture is seen now; the tab was out of sight when there was one to show, so how long it took is not known
	FocusLost     EventKind = "focus_lost"     // the keyboard went elsewhere; Detail: away from the window, or only from the desktop
	FocusGot      EventKind = "focus_got"      // it came back
	Resized       EventKind = "resized"        // the page has another size; Detail: which
	ScreenLost    EventKind = "screen_lost"    // the viewer's connection broke
	ScreenBack    EventKind = "screen_back"    // it stands again and shows a picture
	LineLost      EventKind = "line_lost"      // the page's connection for measurements broke
	LineBack      EventKind = "line_back"      // it stands again
	StorageDenied EventKind = "storage_denied" // the browser keeps nothing on disk: what is not acknowledged lives as long as the page
	StorageFull   EventKind = "storage_full"   // as above, since there is no more room
	NoteShown     EventKind = "note_shown"     // the participant saw an experimenter's note
	SlowShown     EventKind = "slow_shown"     // the page said that the desktop answers late
	TextTyped     EventKind = "text_typed"     // the page typed a text of the participant's into the desktop; Detail: how many characters
	TextCopied    EventKind = "text_copied"    // the desktop handed out what was copied in it; Detail: how many characters
)

// What the server tells.
const (
	PageJoined     EventKind = "page_joined"     // a page's connection for measurements was opened
	MachinePaused  EventKind = "machine_paused"  // the machine was stopped to wait for what it needs
	MachineResumed EventKind = "machine_resumed" // it went on
	MachineWaited  EventKind = "machine_waited"  // it waited for pages, 50 ms or longer; Detail: how long, for how many
	MachineWarned  EventKind = "machine_warned"  // something of it is not as it should be and may change what is measured; Detail: what
	NetworkMade    EventKind = "network_made"    // the link was made; Detail: its stages with their parameters and seeds
	NetworkChanged EventKind = "network_changed" // a phase of the network's schedule began; Detail: the condition that holds since
)

// What experimenters do. Their events say who it was, and Detail says why.
const (
	NoteSent EventKind = "note_sent"
	Extended EventKind = "extended" // the time of the task was extended
	EndedBy  EventKind = "ended"    // the attempt was ended
)

// fromPage are the kinds that a page may tell.
var fromPage = map[EventKind]bool{
	PageOpened: true, PageHidden: true, PageShown: true, PictureUnseen: true, FocusLost: true, FocusGot: true, Resized: true,
	ScreenLost: true, ScreenBack: true, LineLost: true, LineBack: true, StorageDenied: true, StorageFull: true,
	NoteShown: true, SlowShown: true, TextTyped: true, TextCopied: true,
}

// FromPage reports whether a page may tell events of kind k.
func (k EventKind) FromPage() bool { return fromPage[k] }

// DetailLimit bounds the detail of an event, in bytes.
const DetailLimit = 1000

// Event is something that happened in a session and may explain what was measured then.
type Event struct {
	Session SessionID // set when it is read
	Attempt AttemptID // 0 for one that belongs to no attempt
	Page    int       // the page that tells it; 0 for the server and for experimenters
	Batch   int64     // in which the page sent it
	Number  int64     // as Interaction.Number; 0 unless a page tells it
	Kind    EventKind
	At      time.Time      // on the server's clock
	Detail  string         // for people, in a few words
	By      ExperimenterID // who did it; 0 if no experimenter did
	Name    string         // of By, set when it is read
}
