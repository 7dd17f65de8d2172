package analysis

import (
	"slices"
	"strconv"
	"time"

	"vmstudy/study"
)

// The columns of each file, in their order.

// participantColumns are the columns of participants.csv.
func participantColumns(at places) []Column[study.Participant] {
	return slices.Concat(participantHead, countColumns(at.ofParticipant))
}

var participantHead = []Column[study.Participant]{
	{"participant", "", "Code of the participant within the study.", func(p study.Participant) Value { return Text(p.Code) }},
	{"is_pilot", "", "true for people who tried the study out; left out of an export unless asked for.", func(p study.Participant) Value { return Flag(p.Pilot) }},
	{"added_at", "UTC", "When the participant was added to the study.", func(p study.Participant) Value { return Moment(p.AddedAt) }},
	{"session_id", "", "The participant's session; missing before the first visit.", func(p study.Participant) Value { return id(p.Session) }},
	{"has_finished", "", "true if the session came to its end.", func(p study.Participant) Value { return Flag(p.Finished) }},
}

// sessionColumns are the columns of sessions.csv.
func sessionColumns(set study.AnalysisSet) []Column[study.Session] {
	return slices.Concat(sessionHead, placeColumns(set.At), sessionTail, countColumns(set.Session))
}

var sessionHead = []Column[study.Session]{
	{"session_id", "", "Number of the session.", func(s study.Session) Value { return id(s.ID) }},
	{"participant", "", "Code of the participant.", func(s study.Session) Value { return Text(s.Participant.Code) }},
	{"is_pilot", "", "true for a pilot participant.", func(s study.Session) Value { return Flag(s.Participant.Pilot) }},
	{"study_version", "", "Number of the published version that the session follows.", func(s study.Session) Value { return Number(s.Version.Number) }},
	{"study_hash", "", "SHA-256 of that version's canonical text.", func(s study.Session) Value { return Text(s.Version.Hash) }},
	{"order", "", "How sequences of conditions are made: williams, latin or random.", func(s study.Session) Value { return Text(string(s.Version.Design.Order)) }},
	{"seed", "", "Seed of every random choice in the study. Text, since it may exceed what a spreadsheet keeps.", func(s study.Session) Value {
		return Text(strconv.FormatUint(s.Version.Design.Seed, 10))
	}},
}

var sessionTail = []Column[study.Session]{
	{"started_at", "UTC", "When the participant pressed the button behind the personal link.", func(s study.Session) Value { return Moment(s.StartedAt) }},
	{"language", "", "The language in which the participant read the study, as a BCP 47 tag.", func(s study.Session) Value { return Text(string(s.Speaks())) }},
	{"consented_at", "UTC", "When the participant consented.", func(s study.Session) Value { return Moment(s.ConsentedAt) }},
	{"ended_at", "UTC", "When the participant saw the end; missing while the session is open.", func(s study.Session) Value { return Moment(s.EndedAt) }},
	{"trials_planned", "", "Trials that count in this session's plan; practice is not among them. Missing before consent.", func(s study.Session) Value { return positive(counting(s, false)) }},
	{"trials_finished", "", "Trials that count and came to an outcome.", func(s study.Session) Value { return Number(counting(s, true)) }},
}

// counting returns how many trials of s count or, if finished is true, how many of these have finished.
func counting(s study.Session, finished bool) (n int) {
	for _, t := range s.Trials {
		if !t.Practice() && (!finished || t.Last().State == study.Finished) {
			n++
		}
	}
	return n
}

// attemptRow is a row of trials.csv: one attempt at one trial.
type attemptRow struct {
	session study.Session
	trial   study.Trial
	study.Attempt
	crisp time.Time // when the first crisp input was answered; zero if none was
}

var attemptColumns = []Column[attemptRow]{
	{"session_id", "", "Number of the session.", func(r attemptRow) Value { return id(r.session.ID) }},
	{"participant", "", "Code of the participant.", func(r attemptRow) Value { return Text(r.session.Participant.Code) }},
	{"study_hash", "", "SHA-256 of the study's version.", func(r attemptRow) Value { return Text(r.session.Version.Hash) }},
	{"trial_id", "", "Number of the trial.", func(r attemptRow) Value { return id(r.trial.ID) }},
	{"position", "", "Place of the trial in the session, counted from 1; 0 is practice.", func(r attemptRow) Value { return Number(r.trial.Position) }},
	{"is_practice", "", "true for the practice trial, which does not count.", func(r attemptRow) Value { return Flag(r.trial.Practice()) }},
	{"attempt", "", "Number of the attempt, from 1. There are several only if a machine failed or the server stopped.", func(r attemptRow) Value { return Number(r.Number) }},
	{"condition", "", "Access method, network, task and the levels of further factors, by their names, parted by slashes, as in vnc/3G/type and stream-cluster/3G/type. The same condition is spelt the same in every file.", func(r attemptRow) Value { return Text(r.trial.Condition.Code()) }},
	{"access_method", "", "vnc: the machine ran far away and its screen was sent. stream: it ran near and was streamed while it ran. local: it ran near, nothing passed a network.", func(r attemptRow) Value {
		return Text(string(r.trial.Condition.Method))
	}},
	{"access_level", "", "Name of the level of the access method: the method, or the method with its options. Studies that compare two levels of one method tell them apart by it.", func(r attemptRow) Value {
		return Text(r.trial.Condition.Access.Level())
	}},
	{"network", "", "Name of the network condition; none for local.", func(r attemptRow) Value { return Text(r.trial.Condition.Network.Name) }},
	{"task", "", "The task; with its appliance, as in type@office, if that is not the study's own.", func(r attemptRow) Value { return Text(r.trial.Condition.Task.Level()) }},
	{"form", "", "The parallel form of the task; missing if the task has none.", func(r attemptRow) Value { return Text(r.trial.Condition.Form) }},
	{"group", "", "The participant's group, as in sessions.csv; missing in studies without groups.", func(r attemptRow) Value { return Text(r.session.Assignment.Place.Group) }},
	{"appliance_name", "", "Name of the appliance whose machine the desktop was.", func(r attemptRow) Value {
		return Text(r.session.Version.Design.ApplianceOf(r.trial.Condition.Task))
	}},
	{"repetition", "", "How manieth trial of the session this is with its condition, from 1; missing for practice.", func(r attemptRow) Value { return positive(r.session.Repetition(r.trial)) }},
	{"state", "", "finished, failed, interrupted, or still preparing or running.", func(r attemptRow) Value { return Text(string(r.State)) }},
	{"outcome", "", "completed: the machine saw that the task was complete. said_done, gave_up: the participant said so. time_up: the limit ended it. ended_by_experimenter: an experimenter did, cause says why. Missing unless finished.", func(r attemptRow) Value { return Text(string(r.Outcome)) }},
	{"cause", "", "Why the attempt failed, was interrupted, or was ended by an experimenter.", func(r attemptRow) Value { return Text(r.Cause) }},
	{"asked_at", "UTC", "When the participant pressed Start.", func(r attemptRow) Value { return Moment(r.AskedAt) }},
	{"started_at", "UTC", "When the first picture of the desktop was drawn: the clock of the task began.", func(r attemptRow) Value { return Moment(r.StartedAt) }},
	{"ended_at", "UTC", "When the attempt ended.", func(r attemptRow) Value { return Moment(r.EndedAt) }},
	{"first_picture_ms", "ms", firstPictureMeaning, func(r attemptRow) Value { return Millis(r.FirstPicture()) }},
	{"first_crisp_ms", "ms", crispMeaning, func(r attemptRow) Value { return Millis(r.UntilCrisp(r.crisp)) }},
	{"time_on_task_ms", "ms", "From the first picture to the end.", func(r attemptRow) Value { return Millis(r.TimeOnTask()) }},
	{"accelerator", "", "kvm: hardware ran the machine. tcg: it was emulated, several times slower.", func(r attemptRow) Value { return Text(r.Desktop.Accelerator) }},
	{"qemu_version", "", "Version of QEMU.", func(r attemptRow) Value { return Text(r.Desktop.QEMU) }},
	{"display", "", "Who showed the machine's screen. dbus: this program's own server, as soon as the machine had drawn. vnc: QEMU's, which adds 30 to 80 ms to every answer. Missing in attempts from before it was kept.", func(r attemptRow) Value { return Text(r.Desktop.Display) }},
	{"inputs", "", "Presses, releases and moves that reached the machine: inputs = inputs_delivered + inputs_passed + inputs_lost. Missing, as the next six are, in attempts from before it was kept.", func(r attemptRow) Value { return positive(r.Desktop.InputsBrought) }},
	{"inputs_delivered", "", "Of these, those that went into the guest.", func(r attemptRow) Value { return whenInput(r, r.Desktop.InputsDelivered) }},
	{"inputs_passed", "", "Moves, and repeats of a held key, that had to wait and in whose place a later one went in.", func(r attemptRow) Value { return whenInput(r, r.Desktop.InputsPassed) }},
	{"inputs_lost", "", "Those that did not go in: the desktop's keyboard has no such key, or the desktop closed before there was room for them.", func(r attemptRow) Value { return whenInput(r, r.Desktop.InputsLost) }},
	{"inputs_delayed", "", "Of those delivered, those that waited at the machine until the guest had room for them: it was paused, or its programs had not read what came before.", func(r attemptRow) Value { return whenInput(r, r.Desktop.InputsDelayed) }},
	{"input_delay_ms", "ms", "How long these waited, on average; missing if none did. It is in their response times.", func(r attemptRow) Value {
		return Millis(r.Desktop.InputDelay / time.Duration(max(1, r.Desktop.InputsDelayed)))
	}},
	{"longest_delay_ms", "ms", "The longest that one of them waited.", func(r attemptRow) Value { return Millis(r.Desktop.LongestDelay) }},
	{"clipboard", "", "open: text could pass between the participant's computer and the desktop; see text_typed and text_copied in events.csv. closed: none could.", func(r attemptRow) Value {
		return Text(clipboardWord(r.session.Version.Design.Clipboard))
	}},
	{"vnc_flow", "", "When the far machine's screen was sent, as it was set. on_request: once the viewer had asked, at most once in a round trip. continuous: by itself, as much as the network held. Missing unless access_method is vnc.", func(r attemptRow) Value {
		return whenFar(r, map[study.Flow]string{study.OnRequest: "on_request", study.Continuous: "continuous"}[r.trial.Condition.Flow])
	}},
	{"vnc_encoding", "", "How its pixels were sent, as it was set. lossless: as they were. jpeg: pictures with loss, text and drawings without, and everything exact once the screen was still. Missing unless access_method is vnc.", func(r attemptRow) Value {
		return whenFar(r, map[study.Encoding]string{study.Lossless: "lossless", study.JPEG: "jpeg"}[r.trial.Condition.Encoding])
	}},
	{"vnc_quality", "", "Quality of jpeg as it was set, from 0 to 9, as TigerVNC has it. Missing unless vnc_encoding is jpeg.", func(r attemptRow) Value {
		if r.trial.Condition.Encoding != study.JPEG {
			return Value{}
		}
		return Number(r.trial.Condition.Quality)
	}},
	{"screen_updates", "", "Messages in which the machine's screen sent something new, as they left the machine. Missing in attempts from before it was kept.", func(r attemptRow) Value { return positive(r.Desktop.Updates) }},
	{"screen_bytes", "byte", "Length of these.", func(r attemptRow) Value { return positive(r.Desktop.UpdateBytes) }},
	{"screen_updates_per_second", "1/s", "These messages in a second of the task.", func(r attemptRow) Value {
		if r.TimeOnTask() <= 0 {
			return Value{}
		}
		return positive(float64(r.Desktop.Updates) / r.TimeOnTask().Seconds())
	}},
	{"screen_refreshes", "", "Messages that brought without loss what had been sent with loss; they answer no input.", func(r attemptRow) Value { return whenShown(r, r.Desktop.Refreshes) }},
	{"screen_refresh_bytes", "byte", "Length of these.", func(r attemptRow) Value { return whenShown(r, r.Desktop.RefreshBytes) }},
	{"appliance", "", "Content identity of the appliance.", func(r attemptRow) Value { return Text(r.Desktop.Appliance) }},
	{"set_down_mbps", "Mbps", "Bandwidth towards the participant as it was set, in 10^6 bits of IP packets a second; missing means unlimited.", func(r attemptRow) Value { return rate(r.Set.Down) }},
	{"set_up_mbps", "Mbps", "Bandwidth from the participant as it was set; missing means unlimited.", func(r attemptRow) Value { return rate(r.Set.Up) }},
	{"set_rtt_ms", "ms", "Round-trip time that was added, as it was set; missing means none.", func(r attemptRow) Value { return Millis(r.Set.RTT) }},
	{"set_jitter_ms", "ms", "Variation of the delay in each direction, as it was set: half-width where it is uniform, standard deviation where it is normal.", func(r attemptRow) Value { return Millis(r.Set.Jitter) }},
	{"set_loss_percent", "%", "Share of packets dropped in each direction, as it was set.", func(r attemptRow) Value { return percent(r.Set.Loss) }},
	{"link_seed", "", "Seed of the link's chance. Text, since it may exceed what a spreadsheet keeps.", func(r attemptRow) Value { return Text(strconv.FormatUint(r.Seed, 10)) }},
	{"measured_count", "", "Round trips that were measured over the link before the desktop opened.", func(r attemptRow) Value { return positive(r.Measured.Count) }},
	{"measured_rtt_min_ms", "ms", "Shortest of them.", func(r attemptRow) Value { return Millis(r.Measured.Min) }},
	{"measured_rtt_median_ms", "ms", "Their median.", func(r attemptRow) Value { return Millis(r.Measured.Median) }},
	{"measured_rtt_p95_ms", "ms", "Their 95th percentile.", func(r attemptRow) Value { return Millis(r.Measured.P95) }},
	{"link_down_bytes", "byte", "IP bytes that the link delivered to the participant's end.", func(r attemptRow) Value { return positive(r.Link.BytesDown) }},
	{"link_up_bytes", "byte", "IP bytes that the link delivered to the far end.", func(r attemptRow) Value { return positive(r.Link.BytesUp) }},
	{"link_drops", "", "Packets that the link dropped, in both directions; network.csv has the causes.", func(r attemptRow) Value { return whenLinked(r, r.Link.DropsDown+r.Link.DropsUp) }},
	{"link_way", "", "How the network was emulated: tun, by the program between two of Linux's TCP stacks; userspace, by the program between two TCP/IP stacks of its own; or kernel, by Linux's sch_netem. One version of a study has one; docs/netem.md says what that changes. Missing without a link.", func(r attemptRow) Value { return Text(string(r.Link.Way)) }},
	{"stream_bytes", "byte", "Compressed bytes of memory and disk that travelled; missing unless streamed.", func(r attemptRow) Value { return positive(r.Desktop.BytesMoved) }},
	{"stream_pages", "", "Pages of 4 KiB that travelled.", func(r attemptRow) Value { return positive(r.Desktop.Pages) }},
	{"stream_strategy", "", "How pages were chosen to be sent before the machine asked for them; missing unless streamed.", func(r attemptRow) Value { return Text(string(r.Desktop.Strategy)) }},
	{"stream_start", "", "cold: the stream began with nothing; warm: with the pages that the near end kept of earlier streams. Missing unless streamed.", func(r attemptRow) Value {
		switch {
		case r.Desktop.Strategy == "":
			return Value{}
		case r.Desktop.Warm:
			return Text("warm")
		}
		return Text("cold")
	}},
	{"stream_kept", "", "Pages that the near end kept when a warm stream began.", func(r attemptRow) Value { return positive(r.Desktop.Kept) }},
	{"stream_restored", "", "Of these, pages that the machine touched: they did not travel.", func(r attemptRow) Value { return positive(r.Desktop.Restored) }},
	{"stream_saved_bytes", "byte", "What these pages had cost, compressed, when they came: bytes that were not sent because of the near cache.", func(r attemptRow) Value { return positive(r.Desktop.Saved) }},
	{"stream_accessed", "", "Different pages that the machine touched and that hold anything.", func(r attemptRow) Value { return positive(r.Desktop.Accessed) }},
	{"stream_fetch_ratio", "", "Pages that travelled for each that was touched.", func(r attemptRow) Value { return positive(r.Desktop.FetchRatio()) }},
	{"stream_missed", "", "Touched pages that were not here when the running machine touched them first.", func(r attemptRow) Value { return whenStreamed(r, r.Desktop.Missed) }},
	{"stream_miss_rate", "", "The same as a part of the touched pages.", func(r attemptRow) Value { return whenStreamed(r, r.Desktop.MissRate()) }},
	{"stream_pauses", "", "Times that the machine was held so that more could come.", func(r attemptRow) Value { return whenStreamed(r, r.Desktop.Pauses) }},
	{"stream_pauses_per_minute", "1/min", "The same in a minute of the task.", func(r attemptRow) Value { return whenStreamed(r, r.PausesPerMinute()) }},
	{"stream_paused_ms", "ms", "Time that the machine was held, in all.", func(r attemptRow) Value { return Millis(r.Desktop.Paused) }},
	{"stream_longest_wait_ms", "ms", "Longest time that the machine waited for pages.", func(r attemptRow) Value { return Millis(r.Desktop.Longest) }},
	{"stream_buffering_ratio", "", "Part of the time from Start to the end in which the machine could not run: before it was ready, while it was held and while it waited.", func(r attemptRow) Value {
		return whenStreamed(r, r.Buffering())
	}},
	{"stream_misses", "", "Reads that had to wait for pages.", func(r attemptRow) Value { return whenStreamed(r, r.Desktop.Misses) }},
	{"stream_waited_ms", "ms", "Time that these reads waited, in all.", func(r attemptRow) Value { return Millis(r.Desktop.Waited) }},
	{"stream_loaded_ms", "ms", "From Start until every page foreseen had arrived; missing if they never did.", func(r attemptRow) Value { return Millis(r.Desktop.Loaded) }},
	{"ready_ms", "ms", "From Start to a machine that ran with its task begun.", func(r attemptRow) Value { return Millis(r.Desktop.Ready) }},
}

// trialColumns returns the columns of trials.csv. Rarely used settings of the network and the study's own factors come late.
func trialColumns(set study.AnalysisSet, factors []study.FreeFactor) []Column[attemptRow] {
	why := func(r attemptRow) study.WhyNot { return set.Attempt(r.session, r.trial, r.Attempt) }
	return slices.Concat(attemptColumns, conditionColumns, factorColumns(factors), trialRulingColumns, countColumns(why))
}

// conditionColumns are the settings of a network that few studies use.
var conditionColumns = []Column[attemptRow]{
	{"set_network", "", "The whole network condition as it was set, with its phases, in words. What has no column of its own is here.", func(r attemptRow) Value {
		if r.Set.IsZero() {
			return Value{}
		}
		return Text(r.Set.String())
	}},
	{"set_trace_down", "", "Trace that was replayed towards the participant in place of a bandwidth; the event network_made has its SHA-256.", func(r attemptRow) Value { return Text(r.Set.TraceDown) }},
	{"set_trace_up", "", "Trace that was replayed from the participant.", func(r attemptRow) Value { return Text(r.Set.TraceUp) }},
	{"set_overhead_bytes", "byte", "Framing that each packet cost on the wire beside the IP packet; missing means none.", func(r attemptRow) Value { return positive(r.Set.Overhead) }},
	{"set_jitter_shape", "", "uniform or normal: how the jitter is distributed; missing without jitter.", func(r attemptRow) Value {
		switch {
		case r.Set.Jitter == 0:
			return Value{}
		case r.Set.Shape == study.Uniform:
			return Text("uniform")
		}
		return Text(string(r.Set.Shape))
	}},
	{"set_overtake", "", "true if jitter might put packets out of order; missing without jitter.", func(r attemptRow) Value {
		if r.Set.Jitter == 0 {
			return Value{}
		}
		return Flag(r.Set.Overtake)
	}},
	{"set_burst_packets", "", "Mean number of packets lost in a row, as it was set; missing means that each was lost by itself.", func(r attemptRow) Value {
		if r.Set.Burst == 0 {
			return Value{}
		}
		return Number(r.Set.Burst)
	}},
	{"set_duplicate_percent", "%", "Share of packets that arrived twice, in each direction, as it was set.", func(r attemptRow) Value { return percent(r.Set.Duplicate) }},
	{"set_reorder_percent", "%", "Share of packets that were not delayed and so overtook others, in each direction, as it was set.", func(r attemptRow) Value { return percent(r.Set.Reorder) }},
	{"set_queue_packets", "", "Packets that could wait for the bandwidth, as it was set; missing means one bandwidth-delay product and 32 or more, or a queue in bytes.", func(r attemptRow) Value { return positive(r.Set.Queue) }},
	{"set_queue_bytes", "byte", "The same in bytes of IP packets; missing means that packets were counted.", func(r attemptRow) Value { return positive(r.Set.QueueBytes) }},
	{"set_queue_discipline", "", "codel: the queue was managed as RFC 8289 has it. Missing means drop-tail: what found it full was dropped.", func(r attemptRow) Value { return Text(string(r.Set.Discipline)) }},
	{"set_congestion_control", "", "How TCP at both ends of the link was set to find its rate: cubic, bbr or reno. Missing without a link.", func(r attemptRow) Value {
		if r.Link.Way == "" {
			return Value{}
		}
		return Text(r.Set.Congestion.Name())
	}},
	{"set_phases", "", "Phases of the schedule by which the condition changed; the events network_changed say when. Missing means that it stayed the same.", func(r attemptRow) Value { return positive(len(r.Set.Schedule.Phases)) }},
}

// responseColumns are the columns of responses.csv.
func responseColumns(why verdicts) []Column[Response] {
	return slices.Concat(responseHead, countColumns(why.ofResponse))
}

var responseHead = []Column[Response]{
	{"session_id", "", "Number of the session.", func(r Response) Value { return id(r.Session) }},
	{"participant", "", "Code of the participant.", func(r Response) Value { return Text(r.Participant) }},
	{"study_hash", "", "SHA-256 of the study's version.", func(r Response) Value { return Text(r.Hash) }},
	{"trial_id", "", "Number of the trial; missing for questions about the person.", func(r Response) Value { return id(r.Trial) }},
	{"position", "", "Place of the trial in the session, counted from 1; missing for questions about the person.", func(r Response) Value { return positive(r.Position) }},
	{"condition", "", "As in trials.csv.", func(r Response) Value {
		if r.Trial == 0 {
			return Value{}
		}
		return Text(r.Condition.Code())
	}},
	{"instrument", "", "The questionnaire.", func(r Response) Value { return Text(r.Instrument) }},
	{"instrument_version", "", "Which version of it was asked. The text of the study's version has its words.", func(r Response) Value { return Number(r.Edition) }},
	{"item", "", "The question within it; the codebook lists them all.", func(r Response) Value { return Text(r.Item) }},
	{"value", "", "The answer.", func(r Response) Value { return answer(r.Value) }},
	{"answered_at", "UTC", "When the questionnaire was sent.", func(r Response) Value { return Moment(r.At) }},
}

// interactionColumns are the columns of interactions.csv.
func interactionColumns(why verdicts) []Column[Interaction] {
	return slices.Concat(interactionHead, countColumns(why.ofInteraction))
}

var interactionHead = []Column[Interaction]{
	{"session_id", "", "Number of the session.", func(r Interaction) Value { return id(r.Session) }},
	{"participant", "", "Code of the participant.", func(r Interaction) Value { return Text(r.Participant) }},
	{"trial_id", "", "Number of the trial.", func(r Interaction) Value { return id(r.Trial) }},
	{"position", "", "Place of the trial in the session, counted from 1; 0 is practice.", func(r Interaction) Value { return Number(r.Position) }},
	{"attempt", "", "Number of the attempt within the trial.", func(r Interaction) Value { return Number(r.Attempt) }},
	{"condition", "", "As in trials.csv.", func(r Interaction) Value { return Text(r.Condition.Code()) }},
	{"access_method", "", "As in trials.csv.", func(r Interaction) Value { return Text(string(r.Condition.Method)) }},
	{"network", "", "As in trials.csv.", func(r Interaction) Value { return Text(r.Condition.Network.Name) }},
	{"task", "", "As in trials.csv.", func(r Interaction) Value { return Text(r.Condition.Task.Level()) }},
	{"page", "", "Number of the page, within the session, that measured it: a reload is a new page.", func(r Interaction) Value { return positive(r.Page) }},
	{"batch", "", "Number of the batch, within the page, in which it was sent; see batches.csv.", func(r Interaction) Value { return positive(r.Batch) }},
	{"number", "", "Number of the interaction within the page: it increases with time. Numbers that are not here are those of events.csv, or are missing, as pages.csv says.", func(r Interaction) Value { return Number(r.Number) }},
	{"kind", "", kindMeaning, func(r Interaction) Value { return Text(string(r.Kind)) }},
	{"input_at", "UTC", "When the browser says that the input happened (event.timeStamp), on the server's clock.", func(r Interaction) Value { return Moment(r.At) }},
	{"clock_uncertainty_ms", "ms", "By how much input_at may be wrong, either way, because browser and server have different clocks. Durations are measured on the browser's clock alone and not affected.", func(r Interaction) Value { return Millis(r.Uncertainty) }},
	{"sent_ms", "ms", "From the input until the viewer had sent it.", func(r Interaction) Value { return Millis(r.Sent) }},
	{"arrived_ms", "ms", "From the input until the first update that can answer it had reached the viewer; missing if none did.", func(r Interaction) Value { return Millis(r.Arrived) }},
	{"response_ms", "ms", responseMeaning, func(r Interaction) Value { return Millis(r.Drawn) }},
	{"quiet_ms", "ms", quietMeaning, func(r Interaction) Value { return Millis(r.Quiet) }},
	{"held_ms", "ms", "How long the key or button was down; missing if that is not known.", func(r Interaction) Value { return Millis(r.Held) }},
	{"machine_ms", "ms", "At the machine: from the input's arrival to the first byte of the answering update.", func(r Interaction) Value { return Millis(r.Machine) }},
	{"delivery", "", "delivered: the input went into the guest; what a program there did with it, nobody sees. lost: it did not and will not, since the desktop's keyboard has no such key or the desktop closed before. Missing if not known: the page or the attempt ended before it was told, for moves, and in rows from before it was kept.", func(r Interaction) Value { return Text(string(r.Delivery)) }},
	{"delayed_ms", "ms", "How long the input waited at the machine until the guest had room for it, as a paused guest has not; 0 if it went in at once. It is in response_ms and machine_ms. Missing unless delivered.", func(r Interaction) Value {
		if r.Delivery != study.Delivered {
			return Value{}
		}
		return Number(float64(r.Delayed) / 1e6)
	}},
	{"update_bytes", "byte", "Size of the answering update.", func(r Interaction) Value { return positive(r.Bytes) }},
	{"update_pixels", "pixel", "Area of the smallest rectangle around what it changed.", func(r Interaction) Value { return positive(r.Area) }},
	{"update_left", "pixel", "That rectangle's left edge on the desktop, counted from 0; missing without an answer.", func(r Interaction) Value { return ofRect(r, r.Rect.Min.X) }},
	{"update_top", "pixel", "Its top edge.", func(r Interaction) Value { return ofRect(r, r.Rect.Min.Y) }},
	{"update_width", "pixel", "Its width.", func(r Interaction) Value { return ofRect(r, r.Rect.Dx()) }},
	{"update_height", "pixel", "Its height.", func(r Interaction) Value { return ofRect(r, r.Rect.Dy()) }},
	{"is_cut", "", "true if nobody knows whether the input was answered: the page or its browser ended before 10 s had passed, or the server's word on answers was lost. Then a missing response_ms does not say that nothing answered. Not known of data from before this was kept.", func(r Interaction) Value { return Flag(r.Cut) }},
	{"pointer_x", "pixel", "Where the pointer was on the desktop, from the left; missing for keys.", func(r Interaction) Value { return ofPointer(r, r.Pointer.X) }},
	{"pointer_y", "pixel", "Where the pointer was, from the top; missing for keys.", func(r Interaction) Value { return ofPointer(r, r.Pointer.Y) }},
	{"pointer_type", "", "What the participant pointed with, as the browser tells it: mouse (a touchpad, too), touch or pen. Missing for keys, and in rows from before it was kept.", func(r Interaction) Value { return Text(string(r.PointerType)) }},
}

// The kinds of interactions, and where their times begin and end. docs/timing.md explains them in detail.
const (
	kindMeaning = "key: a key went down; one that repeats because it is held is not among them. click: a button of the pointer went down, or a finger tapped: timed from when it was lifted, since that is when it is known to be a tap. " +
		"wheel: the wheel turned by at least one step. drag: a button went up after the pointer had moved by 5 pixels or more with it; its press is a click of its own. " +
		"move: the pointer moved; only a sample, at most 10 a second, and not timed."
	responseMeaning = "Response time: from the input's event in the browser to the first animation frame after the viewer had drawn the first screen update " +
		"that can answer it: the first that draws something and that the machine began to send after the input had gone into the guest. Missing if none was drawn within 10 s, or if the tab was hidden. " +
		"Not in it: the lag of keyboard, mouse and display, and of the browser's compositor. In it: the floor of the display path, which docs/timing.md gives. " +
		"That an update can be the answer is all that is known: a blinking cursor can be taken for one."
	quietMeaning = "From the input to the frame of the last update before the screen was quiet: no update arrived for 500 ms. " +
		"What later inputs changed meanwhile is in it. Missing if it was not quiet within 10 s, or not known."
)

const firstPictureMeaning = "From Start to the animation frame that showed the first picture. Missing if there was none, or if the tab was out of sight when the desktop was ready: " +
	"a browser draws nothing there, and the picture waited for the participant, as picture_unseen in events.csv says. A page that was loaded again meanwhile has that time in it."

const crispMeaning = "From Start until the first key or click had been answered in under 150 ms: input_at and response_ms of its row in interactions.csv, less asked_at. " +
	"Missing if none was. Who first touches the desktop late makes it longer: it is the desktop's own time only where inputs before it were answered too late."

func ofRect(r Interaction, n int) Value {
	if r.Rect.Empty() {
		return Value{}
	}
	return Number(n)
}

func ofPointer(r Interaction, n int) Value {
	if r.Kind == study.Key {
		return Value{}
	}
	return Number(n)
}

// answer returns a Number if s is a number in the form that Number would write, so that a negative one
// gets no apostrophe; else a Text.
func answer(s string) Value {
	if f, err := strconv.ParseFloat(s, 64); err == nil && strconv.FormatFloat(f, 'f', -1, 64) == s {
		return Number(f)
	}
	return Text(s)
}

// id is an identity in the database; 0 is missing.
func id[N ~int64](n N) Value { return positive(n) }

// positive is a number for which 0 means missing.
func positive[N ~int | ~int64 | ~float64](n N) Value {
	if n == 0 {
		return Value{}
	}
	return Number(n)
}

func rate(b study.Bitrate) Value {
	if b == 0 {
		return Value{}
	}
	return Number(b.Mbps())
}

func percent(share float64) Value {
	if share == 0 {
		return Value{}
	}
	return Number(share * 100)
}
