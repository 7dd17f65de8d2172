package catalogue

import "vmstudy/study"

// Words are what the scripts of a page can say.
type Words struct {
	Language string         `json:"language"`
	Texts    map[string]any `json:"texts"` // by key: a text, or a text for each plural category
}

// Script returns the texts of the scripts in the language; see static/words.js. It leaves out what is its own key.
func (t Tongue) Script() Words {
	l, forms := study.English, english()
	if Speaks(t.Language()) {
		l = t.Language()
	}
	switch l {
	case study.English:
	case Pseudo, PseudoRTL:
		forms = pseudo(forms)
	default:
		forms = formsOf("de")
	}
	w := Words{Language: string(l), Texts: map[string]any{}}
	if l == Pseudo || l == PseudoRTL {
		w.Language = "en" // browsers do not know how these write numbers
	}
	for _, key := range scriptTexts {
		switch f := forms[key]; {
		case f.plural != nil:
			w.Texts[key] = f.plural
		case f.text != key:
			w.Texts[key] = f.text
		}
	}
	return w
}

// scriptTexts are the keys that the scripts in static say. A test compares them.
var scriptTexts = []string{
	"%s for you",
	"Times “for you” are those of this computer: %s.",
	"The desktop has a US keyboard, on which there is no “%s”. Please leave it out.",
	"Some of what was measured is still in this browser and is being sent. Please leave this page open until this line goes away.",
	"Some of what was measured could not be taken. It stays in this browser and is tried again. Please tell the person who runs the study.",
	"This browser still holds measurements of another visit. They are sent once that visit's personal link is opened in this browser again.",
	"This browser still holds measurements of another visit, which could not be taken. Please tell the person who runs the study.",
	"%s of about %s MB",
	"%s MB",
	"about %d seconds left",
	"You can go on in %d seconds",
	"about %d minutes left",
	"The connection to the study was interrupted. Connecting again …",
	"The desktop is here again.",
	"The desktop is here. The time of the task has begun.",
	"The desktop answers late at the moment. What you do is kept, and will follow.",
	"The picture was interrupted. Connecting again …",
	"Well done: the task is complete",
	"Time is up",
	"Done",
	"You gave up this task",
	"The experimenter has ended this task",
	"The desktop has closed",
	"not answered yet",
	"%d %% of the line",
	"The desktop. Press Control, Alt and Shift together to leave it.",
	"%d seconds left",
	"Looking …",
	"The connection could not be measured. Please check again in a minute.",
	"%d × %d points",
	"%s ms",
	"%s and %s Mbps",
}
