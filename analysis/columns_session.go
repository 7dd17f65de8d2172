package analysis

import (
	"strconv"
	"strings"

	"vmstudy/study"
)

// Columns of events.csv, and of the files that say how measurements arrived: batches.csv and pages.csv.

// eventRow is a row of events.csv.
type eventRow struct {
	place
	study.Event
}

var eventColumns = []Column[eventRow]{
	{"session_id", "", "Number of the session.", func(r eventRow) Value { return id(r.Session) }},
	{"participant", "", "Code of the participant.", func(r eventRow) Value { return Text(r.participant) }},
	{"study_hash", "", "SHA-256 of the study's version.", func(r eventRow) Value { return Text(r.hash) }},
	{"trial_id", "", "Number of the trial; empty for what belongs to none.", func(r eventRow) Value { return id(r.trial.ID) }},
	{"position", "", "Place of the trial in the session, counted from 1; 0 is practice.", func(r eventRow) Value { return r.position() }},
	{"attempt", "", "Number of the attempt within the trial.", func(r eventRow) Value { return positive(r.attempt) }},
	{"kind", "", eventMeaning, func(r eventRow) Value { return Text(string(r.Kind)) }},
	{"event_at", "UTC", "When it happened, on the server's clock.", func(r eventRow) Value { return Moment(r.At) }},
	{"detail", "", "More about it, in words.", func(r eventRow) Value { return Text(r.Detail) }},
	{"page", "", "Number of the page that told it; empty for what the server or an experimenter told.", func(r eventRow) Value { return positive(r.Page) }},
	{"number", "", "Its number within the page, of the same count as interactions.", func(r eventRow) Value { return positive(r.Number) }},
	{"experimenter", "", "Who did it; empty if no experimenter did.", func(r eventRow) Value { return Text(r.Name) }},
}

const eventMeaning = "From the browser: page_opened, page_hidden, page_shown (the tab), picture_unseen (the first picture waited until the tab was shown: first_picture_ms is NA), focus_lost, focus_got (the keyboard), resized, " +
	"screen_lost, screen_back (the viewer's connection), line_lost, line_back (that for measurements), " +
	"storage_denied, storage_full (what is not on record yet lives as long as the page), note_shown, " +
	"slow_shown (the page said that the desktop answers late, as its machine waited for the network), " +
	"text_typed, text_copied (through a clipboard that the study opened: how many characters). " +
	"From the server: page_joined, machine_paused, machine_resumed, machine_waited (50 ms or longer for pages of a streamed machine), " +
	"machine_warned (something of it is not as it should be and may change what is measured, as when the kernel reads ahead of a streamed machine's demands), " +
	"move_began, move_resumed, move_complete (the machine stopped, ran again and was whole at another host), move_failed (it could not, and went on where it was), " +
	"network_made (the stages of the link with their parameters and seeds), network_changed (a phase of the network's schedule began: what holds since). " +
	"From an experimenter: note_sent, extended, ended, moved (the machine, to another host)."

// batchRow is a row of batches.csv.
type batchRow struct {
	place
	study.Receipt
}

var batchColumns = []Column[batchRow]{
	{"session_id", "", "Number of the session.", func(r batchRow) Value { return id(r.session) }},
	{"participant", "", "Code of the participant.", func(r batchRow) Value { return Text(r.participant) }},
	{"study_hash", "", "SHA-256 of the study's version.", func(r batchRow) Value { return Text(r.hash) }},
	{"trial_id", "", "Number of the trial.", func(r batchRow) Value { return id(r.trial.ID) }},
	{"attempt", "", "Number of the attempt within the trial.", func(r batchRow) Value { return positive(r.attempt) }},
	{"page", "", "Number of the page within the session.", func(r batchRow) Value { return Number(r.Page) }},
	{"batch", "", "Number of the batch within the page.", func(r batchRow) Value { return Number(r.Number) }},
	{"received_at", "UTC", "When the server stored it.", func(r batchRow) Value { return Moment(r.Received) }},
	{"rows", "", "Interactions and events in it.", func(r batchRow) Value { return Number(r.Count) }},
	{"clock_zero_at", "UTC", "The zero of the page's clock, on the server's clock, to the microsecond.", func(r batchRow) Value {
		return Text(r.Zero.UTC().Format("2006-01-02T15:04:05.000000Z"))
	}},
	{"clock_uncertainty_ms", "ms", "By how much that may be wrong, either way: half the shortest round trip among the exchanges of the last two minutes. Where a clock was set, or a computer slept, it is at least as much as the rows then lie before their attempt or after received_at; durations are not touched by that.", func(r batchRow) Value { return Millis(r.Uncertainty) }},
}

// pageRow is a row of pages.csv.
type pageRow struct {
	place
	study.PageReport
}

var pageColumns = []Column[pageRow]{
	{"session_id", "", "Number of the session.", func(r pageRow) Value { return id(r.session) }},
	{"participant", "", "Code of the participant.", func(r pageRow) Value { return Text(r.participant) }},
	{"study_hash", "", "SHA-256 of the study's version.", func(r pageRow) Value { return Text(r.hash) }},
	{"trial_id", "", "Number of the trial.", func(r pageRow) Value { return id(r.trial.ID) }},
	{"attempt", "", "Number of the attempt within the trial.", func(r pageRow) Value { return positive(r.attempt) }},
	{"page", "", "Number of the page within the session.", func(r pageRow) Value { return Number(r.Page) }},
	{"rows_given", "", "Interactions and events that the page is known to have recorded.", func(r pageRow) Value { return Number(r.Given) }},
	{"rows_stored", "", "Of those, how many are in interactions.csv and events.csv.", func(r pageRow) Value { return Number(r.Stored) }},
	{"rows_lost", "", "Of those, how many are missing. It cannot count rows that nobody knows of: a page that crashed, or a computer that went off, takes with it up to a second of rows that no batch has told of; is_closed is FALSE then.", func(r pageRow) Value { return Number(r.Lost()) }},
	{"batches_missing", "", "Numbers of the batches that never arrived, parted by spaces; at most 100.", func(r pageRow) Value { return Text(numbers(r.Missing)) }},
	{"is_closed", "", "TRUE if the page said that this was all. If not, it may have recorded more than is known.", func(r pageRow) Value { return Flag(r.Closed) }},
	{"is_whole", "", "TRUE if everything that the page recorded is here.", func(r pageRow) Value { return Flag(r.Whole()) }},
}

func numbers(all []int64) string {
	var words []string
	for _, n := range all {
		words = append(words, strconv.FormatInt(n, 10))
	}
	return strings.Join(words, " ")
}
