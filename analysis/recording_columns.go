package analysis

import (
	"slices"

	"vmstudy/study"
)

var recordingColumns = slices.Concat([]Column[Recording]{
	{"session_id", "", "Number of the session.", func(r Recording) Value { return id(r.Session) }},
	{"participant", "", "Code of the participant.", func(r Recording) Value { return Text(r.Participant) }},
	{"study_hash", "", "SHA-256 of the study's version.", func(r Recording) Value { return Text(r.Hash) }},
	{"trial_id", "", "Number of the trial.", func(r Recording) Value { return id(r.Trial) }},
	{"position", "", "Place of the trial in the session, counted from 1; 0 is practice.", func(r Recording) Value { return Number(r.Position) }},
	{"attempt", "", "Number of the attempt within the trial.", func(r Recording) Value { return Number(r.Number) }},
}, levelColumns(func(r Recording) study.Condition { return r.Condition }), []Column[Recording]{
	{"began_at", "UTC", "The zero point of the recording's own times.", func(r Recording) Value { return Moment(r.BeganAt) }},
	{"duration_ms", "ms", "From then to the last thing in the recording.", func(r Recording) Value { return Millis(r.Duration) }},
	{"segments", "", "Connections of the viewer within it. Each begins with a whole picture; there are several if the page was loaded again or a connection broke.", func(r Recording) Value { return positive(r.Segments) }},
	{"bytes", "byte", "Size of the file. The files themselves are not in this archive: studyctl record exports them.", func(r Recording) Value { return positive(r.Bytes) }},
	{"sha256", "", "SHA-256 of the file, in hexadecimal.", func(r Recording) Value { return Text(r.SHA256) }},
	{"ended_because", "", "trial_ended: everything is in it. disk_full, disk_failed, too_slow, unreadable: the recording ended before the trial, which was not disturbed. server_stopped: the server was killed, and what it had written was closed off later. Empty while it is being written.", func(r Recording) Value { return Text(string(r.Ended)) }},
	{"deleted_at", "UTC", "When the file was deleted on demand; empty if it was not.", func(r Recording) Value { return Moment(r.DeletedAt) }},
})
