package analysis

import (
	"math"
	"slices"
	"strconv"

	"vmstudy/study"
)

// The columns of each file, in their order.

// participantColumns are the columns of participants.csv.
func participantColumns(at places) []Column[study.Participant] {
	hash := Column[study.Participant]{"study_hash", "", "SHA-256 of the version that the participant's session follows; empty before the first visit.", func(p study.Participant) Value {
		return Text(at.sessions[p.Session].hash)
	}}
	return slices.Concat(participantHead, []Column[study.Participant]{hash}, countColumns(at.ofParticipant))
}

var participantHead = []Column[study.Participant]{
	{"participant", "", "Code of the participant within the study.", func(p study.Participant) Value { return Text(p.Code) }},
	{"is_pilot", "", "TRUE for people who tried the study out; left out of an export unless asked for.", func(p study.Participant) Value { return Flag(p.Pilot) }},
	{"is_simulated", "", "TRUE for participants who are no people: the program made up what they gave. All rows of an export are TRUE here, or none is.", func(p study.Participant) Value { return Flag(p.Simulated) }},
	{"added_at", "UTC", "When the participant was added to the study.", func(p study.Participant) Value { return Moment(p.AddedAt) }},
	{"session_id", "", "The participant's session; empty before the first visit.", func(p study.Participant) Value { return id(p.Session) }},
	{"has_finished", "", "TRUE if the session came to its end.", func(p study.Participant) Value { return Flag(p.Finished) }},
}

// sessionColumns are the columns of sessions.csv.
func sessionColumns(set study.AnalysisSet) []Column[study.Session] {
	return slices.Concat(sessionHead, placeColumns(set.At), sessionTail, countColumns(set.Session))
}

var sessionHead = []Column[study.Session]{
	{"session_id", "", "Number of the session.", func(s study.Session) Value { return id(s.ID) }},
	{"participant", "", "Code of the participant.", func(s study.Session) Value { return Text(s.Participant.Code) }},
	{"is_pilot", "", "TRUE for a pilot participant.", func(s study.Session) Value { return Flag(s.Participant.Pilot) }},
	{"is_simulated", "", "TRUE for a simulated participant.", func(s study.Session) Value { return Flag(s.Participant.Simulated) }},
	{"study_version", "", "Number of the published version that the session follows.", func(s study.Session) Value { return Number(s.Version.Number) }},
	{"study_hash", "", "SHA-256 of that version's canonical text.", func(s study.Session) Value { return Text(s.Version.Hash) }},
	{"order", "", "How sequences of conditions are made: williams, latin or random.", func(s study.Session) Value { return Text(string(s.Version.Design.Order)) }},
	{"seed", "", "Seed of every random choice in the study.", func(s study.Session) Value { return Seed(s.Version.Design.Seed) }},
}

var sessionTail = []Column[study.Session]{
	{"started_at", "UTC", "When the participant pressed the button behind the personal link.", func(s study.Session) Value { return Moment(s.StartedAt) }},
	{"language", "", "The language in which the participant read the study, as a BCP 47 tag.", func(s study.Session) Value { return Text(string(s.Speaks())) }},
	{"consented_at", "UTC", "When the participant consented.", func(s study.Session) Value { return Moment(s.ConsentedAt) }},
	{"screened_at", "UTC", "When the participant had answered the screening; empty if nothing was asked.", func(s study.Session) Value { return Moment(s.ScreenedAt) }},
	{"is_turned_away", "", "TRUE if the answers to the screening say that the participant takes no part. Then there is neither a place nor a trial.", func(s study.Session) Value { return Flag(s.TurnedAway) }},
	{"visit", "", "In which visit the participant is or, between two, which comes next, counted from 1. In studies of one visit it is 1.", func(s study.Session) Value { return Number(s.Visit()) }},
	{"ended_at", "UTC", "When the participant saw the end; empty while the session is open.", func(s study.Session) Value { return Moment(s.EndedAt) }},
	{"keyboard", "", "Layout of the participant's own keyboard (us, gb, de, fr). Empty if it is not known, or is another.", func(s study.Session) Value { return Text(s.Found.Keyboard) }},
	{"keyboard_by", "", "How that was found. map: the browser said it. keys: the participant pressed keys. choice: they chose it, or that it is another, from a list.", func(s study.Session) Value { return Text(string(s.Found.KeyboardBy)) }},
	{"browser", "", "Browser with its main version, as it says before consent. Empty, as those that follow until server_up_mbps, if nothing was looked at.", func(s study.Session) Value { return Text(s.Found.Browser) }},
	{"system", "", "Operating system, as the browser says.", func(s study.Session) Value { return Text(s.Found.System) }},
	{"is_secure", "", "TRUE if the page had come in a secure way, as over https.", func(s study.Session) Value { return whenFound(s, Flag(s.Found.Secure)) }},
	{"screen_width", "px", "Width of the computer's screen, in CSS pixels.", func(s study.Session) Value { return positive(s.Found.Screen.W) }},
	{"screen_height", "px", "Height of the computer's screen, in CSS pixels.", func(s study.Session) Value { return positive(s.Found.Screen.H) }},
	{"window_width", "px", "Width of the page, in CSS pixels, which a zoom changes.", func(s study.Session) Value { return positive(s.Found.Window.W) }},
	{"window_height", "px", "Height of the page, in CSS pixels.", func(s study.Session) Value { return positive(s.Found.Window.H) }},
	{"pixel_ratio", "", "Physical pixels for each CSS pixel: that of the screen times the zoom of the page.", func(s study.Session) Value { return positive(s.Found.Scale) }},
	{"pointer", "", "Best pointing device. fine: a mouse, a touchpad or a pen. coarse: a finger. none: there is none.", func(s study.Session) Value { return Text(string(s.Found.Pointer)) }},
	{"server_rtt_ms", "ms", "Round trip between page and server, the median of several, beyond which the networks of the conditions are added. Empty, as the next two are, if it was not measured.", func(s study.Session) Value { return Millis(s.Found.RTT) }},
	{"server_down_mbps", "Mbps", "Bandwidth from the server, in 10^6 bits a second, of at most 1 MiB.", func(s study.Session) Value { return positive(s.Found.Down.Mbps()) }},
	{"server_up_mbps", "Mbps", "Bandwidth to the server, the same.", func(s study.Session) Value { return positive(s.Found.Up.Mbps()) }},
	{"trials_planned", "", "Trials in this session's plan, without practice, whether they count or not; where the study searches for the crossover, those that were laid out. Empty before consent.", func(s study.Session) Value { return positive(planned(s, false)) }},
	{"trials_finished", "", "Trials, without practice, that came to an outcome, whether they count or not.", func(s study.Session) Value { return Number(planned(s, true)) }},
}

// whenFound returns v if the participant's computer was looked at.
func whenFound(s study.Session, v Value) Value {
	if s.Found.Empty() {
		return Value{}
	}
	return v
}

// planned returns how many trials s has, without practice or, if finished is true, how many of these came to an outcome.
func planned(s study.Session, finished bool) (n int) {
	for _, t := range s.Trials {
		if !t.Practice() && (!finished || t.Last().State == study.Finished) {
			n++
		}
	}
	return n
}

// responseColumns are the columns of responses.csv.
func responseColumns(why verdicts) []Column[Response] {
	return slices.Concat(responseHead, levelColumns(func(r Response) study.Condition { return r.Condition }), responseTail, countColumns(why.ofResponse))
}

var responseHead = []Column[Response]{
	{"session_id", "", "Number of the session.", func(r Response) Value { return id(r.Session) }},
	{"participant", "", "Code of the participant.", func(r Response) Value { return Text(r.Participant) }},
	{"study_hash", "", "SHA-256 of the study's version.", func(r Response) Value { return Text(r.Hash) }},
	{"trial_id", "", "Number of the trial; empty for questions about the person.", func(r Response) Value { return id(r.Trial) }},
	{"position", "", "Place of the trial in the session, counted from 1; empty for questions about the person.", func(r Response) Value { return positive(r.Position) }},
}

var responseTail = []Column[Response]{
	{"instrument", "", "The questionnaire.", func(r Response) Value { return Text(r.Instrument) }},
	{"instrument_version", "", "Which version of it was asked. The text of the study's version has its words.", func(r Response) Value { return Number(r.Edition) }},
	{"occasion", "", "When it was asked: " + occasionMeaning + ".", func(r Response) Value { return Text(string(r.Occasion)) }},
	{"item", "", "The question within it; the codebook lists them all.", func(r Response) Value { return Text(r.Item) }},
	{"value", "", "The answer.", func(r Response) Value { return answer(r.Value) }},
	{"answered_at", "UTC", "When the questionnaire was sent.", func(r Response) Value { return Moment(r.At) }},
}

const occasionMeaning = "screening (right after consent, the answers say who takes part), beginning (before the first trial), after_practice, after_trial, " +
	"after_block (after the last trial of a block, to which the answers belong), after_visit (after the last of a visit), end"

// answer returns a Number if s is a number in the form that Number would write, so that a negative one
// gets no apostrophe; else a Text.
func answer(s string) Value {
	if f, err := strconv.ParseFloat(s, 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) && strconv.FormatFloat(f, 'f', -1, 64) == s {
		return Number(f)
	}
	return Text(s)
}

// id is an identity in the database; for 0 there is none.
func id[N ~int64](n N) Value { return positive(n) }

// positive is a number for which 0 means that there is nothing.
func positive[N ~int | ~int64 | ~float64](n N) Value {
	if n == 0 {
		return Value{}
	}
	return Number(n)
}
