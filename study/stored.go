package study

// Stored is one kind of data that is stored about a participant. Participants can read the list; docs/operating.md has it, too.
type Stored struct {
	Name string // for programs
	What string // a sentence or two for participants, in English; the catalogue has others
	Kept bool   // whether it stays when they have what they gave erased
}

// AllStored are all kinds of data that are stored about participants. A test of package postgres checks every table that refers to a participant
// against it.
func AllStored() []Stored {
	return []Stored{
		{"code", "A code, such as P001, in place of your name, and a personal link, which leads to your visit. Who invited you may know whose code it is; this program does not.", true},
		{"names", "If you came from a site such as Prolific or SONA: what the address said of you, such as your number there.", false},
		{"appointment", "Your appointments: when, at which station, and when, by whom and why they were made, moved or cancelled.", false},
		{"address", "An address for mail, only if you or the people who run the study have entered one: it is used for mails about your appointments and for nothing else, and goes as soon as you take it back, begin your last visit, or stop taking part.", false},
		{"mails", "Which mails about your appointments were sent, when, and whether that failed; not where to.", false},
		{"visit", "Your visit: when it began and ended, whether questions before it said that you take no part, that you have read and agreed to the text of the study, in which version and language, and which tasks you got in which order.", false},
		{"computer", "If you agreed to take part: what the page found about your computer before, such as its browser and system, the size of its screen, how fast it reaches this server, and which layout its keyboard has.", false},
		{"answers", "Your answers, and when you gave them.", false},
		{"tasks", "Of each task: when you asked for it, when the desktop appeared, when and how it ended.", false},
		{"inputs", "What your hands did in the desktop: when a key, a button or the wheel was used, where the pointer was, and how long the screen took to answer. Not which key, unless the screen is recorded and the page before your agreement says so.", false},
		{"events", "What explains these times: the name and version of your browser and system, the size of its window, whether the page was in front, and whether a connection broke.", false},
		{"network", "How much passed the network of the desktop in each second; not what.", false},
		{"recording", "A recording of the desktop's screen, only if the page before your agreement says so.", false},
		{"traces", "Which parts of the desktop's disk and memory were loaded, if it was loaded while you worked.", false},
		{"words", "What experimenters wrote to you or decided about your visit: messages, more time, whether a task counts and why; and what they noted of what they saw.", false},
		{"compensation", "What you got for taking part, when, and who gave it.", false},
		{"tombstone", "If you had what you gave erased: that you did, when, and how much it was.", true},
		{"audit", "Which experimenter looked at or changed something about you, and when; that you booked or cancelled a time, and when: by your code or the number of your visit.", true},
		{"browser", "In your own browser: a cookie that shows whose visit it is, and what was measured or typed until it is sent.", false},
	}
}
