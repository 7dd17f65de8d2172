package analysis

import (
	"slices"
	"time"

	"vmstudy/study"
)

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
	{"visit", "", "In which visit of the participant the trial was done, counted from 1.", func(r attemptRow) Value { return Number(r.session.Version.Design.VisitOf(r.trial.Position)) }},
	{"is_practice", "", "TRUE for the practice trial, which does not count.", func(r attemptRow) Value { return Flag(r.trial.Practice()) }},
	{"attempt", "", "Number of the attempt, from 1. There are several only if a machine failed or the server stopped.", func(r attemptRow) Value { return Number(r.Number) }},
	{"condition", "", "Access method, network, task and the levels of further factors, by their names, parted by slashes (a slash within a name is written %2F), as in vnc/3G/type and stream-cluster/3G/type. The same condition is spelt the same in every file.", func(r attemptRow) Value { return Text(conditionCode(r.trial.Condition)) }},
	{"access_method", "", "vnc: the machine ran far away and its screen was sent. stream: it ran near and was streamed while it ran. local: it ran near, nothing passed a network.", func(r attemptRow) Value {
		return Text(string(r.trial.Condition.Method))
	}},
	{"access_level", "", "Name of the level of the access method: the method, or the method with its options. Studies that compare two levels of one method tell them apart by it.", func(r attemptRow) Value {
		return Text(r.trial.Condition.Access.Level())
	}},
	{"network", "", "Name of the network condition; none for local.", func(r attemptRow) Value { return Text(r.trial.Condition.Network.Name) }},
	{"task", "", "The task; with its appliance, as in type@office, if that is not the study's own.", func(r attemptRow) Value { return Text(r.trial.Condition.Task.Level()) }},
	{"form", "", "The parallel form of the task; empty if the task has none.", func(r attemptRow) Value { return Text(r.trial.Condition.Form) }},
	{"group", "", "The participant's group, as in sessions.csv; empty in studies without groups.", func(r attemptRow) Value { return Text(r.session.Assignment.Place.Group) }},
	{"appliance_name", "", "Name of the appliance whose machine the desktop was.", func(r attemptRow) Value {
		return Text(r.session.Version.Design.ApplianceOf(r.trial.Condition.Task))
	}},
	{"repetition", "", "How manieth trial of the session this is with its condition, from 1; empty for practice.", func(r attemptRow) Value { return positive(r.session.Repetition(r.trial)) }},
	{"state", "", "finished, failed, interrupted, or still preparing or running.", func(r attemptRow) Value { return Text(string(r.State)) }},
	{"outcome", "", "completed: the machine saw that the task was complete. said_done, gave_up: the participant said so. time_up: the limit ended it. ended_by_experimenter: an experimenter did, cause says why. Empty unless finished.", func(r attemptRow) Value { return Text(string(r.Outcome)) }},
	{"cause", "", "Why the attempt failed, was interrupted, or was ended by an experimenter.", func(r attemptRow) Value { return Text(r.Cause) }},
	{"asked_at", "UTC", "When the participant pressed Start.", func(r attemptRow) Value { return Moment(r.AskedAt) }},
	{"started_at", "UTC", "When the first picture of the desktop was drawn: the clock of the task began.", func(r attemptRow) Value { return Moment(r.StartedAt) }},
	{"ended_at", "UTC", "When the attempt ended.", func(r attemptRow) Value { return Moment(r.EndedAt) }},
	{"first_picture_ms", "ms", firstPictureMeaning, func(r attemptRow) Value { return Millis(r.FirstPicture()).or(whenever(r.Desktop.Unseen)) }},
	{"first_crisp_ms", "ms", crispMeaning, func(r attemptRow) Value { return Millis(r.UntilCrisp(r.crisp)) }},
	{"time_on_task_ms", "ms", "From the first picture to the end.", func(r attemptRow) Value { return Millis(r.TimeOnTask()) }},
	{"accelerator", "", "kvm: hardware ran the machine. tcg: it was emulated, several times slower.", func(r attemptRow) Value { return Text(r.Desktop.Accelerator) }},
	{"qemu_version", "", "Version of QEMU.", func(r attemptRow) Value { return Text(r.Desktop.QEMU) }},
	{"display", "", "Who showed the machine's screen. dbus: this program's own server, as soon as the machine had drawn. vnc: QEMU's, which adds 30 to 80 ms to every answer. NA in attempts from before it was kept.", func(r attemptRow) Value { return Text(r.Desktop.Display).or(whenever(r.seen())) }},
	{"guest_keyboard", "", "Layout of the desktop's keyboard (us, gb, de, fr). What was printed on the participant's keys arrived: the program pressed the keys that have these signs there. Empty: keys arrived by their places, as if both keyboards had one layout.", func(r attemptRow) Value { return Text(r.Desktop.Keyboard) }},
	{"inputs", "", "Presses, releases and moves that reached the machine: inputs = inputs_delivered + inputs_passed + inputs_lost. If none did, and in attempts from before it was kept, this and the next five are NA; if there was no picture, they are empty.", func(r attemptRow) Value { return whenInput(r, r.Desktop.InputsBrought) }},
	{"inputs_delivered", "", "Of these, those that went into the guest, or needed nothing there: AltGr, a dead key, and the release of a sign that the desktop does not have.", func(r attemptRow) Value { return whenInput(r, r.Desktop.InputsDelivered) }},
	{"inputs_passed", "", "Moves, and repeats of a held key, that had to wait and in whose place a later one went in.", func(r attemptRow) Value { return whenInput(r, r.Desktop.InputsPassed) }},
	{"inputs_lost", "", "Those that did not go in: the desktop's keyboard has no such key, or the desktop closed before there was room for them.", func(r attemptRow) Value { return whenInput(r, r.Desktop.InputsLost) }},
	{"inputs_foreign", "", "Presses of signs that the desktop's keyboard does not have, as ü on an English one: nothing was typed. A sign that is made of two, of which the desktop has one, counts here, too.", func(r attemptRow) Value { return whenInput(r, r.Desktop.InputsForeign) }},
	{"inputs_delayed", "", "Of those delivered, those that waited at the machine until the guest had room for them: it was paused, or its programs had not read what came before.", func(r attemptRow) Value { return whenInput(r, r.Desktop.InputsDelayed) }},
	{"input_delay_ms", "ms", "How long these waited, on average; empty if none did. It is in their response times.", func(r attemptRow) Value {
		return Millis(r.Desktop.InputDelay / time.Duration(max(1, r.Desktop.InputsDelayed)))
	}},
	{"longest_delay_ms", "ms", "The longest that one of them waited.", func(r attemptRow) Value { return Millis(r.Desktop.LongestDelay) }},
	{"clipboard", "", "open: text could pass between the participant's computer and the desktop; see text_typed and text_copied in events.csv. closed: none could.", func(r attemptRow) Value {
		return Text(clipboardWord(r.session.Version.Design.Clipboard))
	}},
	{"vnc_flow", "", "When the far machine's screen was sent, as it was set. on_request: once the viewer had asked, at most once in a round trip. continuous: by itself, as much as the network held. Empty unless access_method is vnc.", func(r attemptRow) Value {
		return whenFar(r, map[study.Flow]string{study.OnRequest: "on_request", study.Continuous: "continuous"}[r.trial.Condition.Flow])
	}},
	{"vnc_encoding", "", "How its pixels were sent, as it was set. lossless: as they were. jpeg: pictures with loss, text and drawings without, and everything exact once the screen was still. h264: as jpeg, but films as H.264; see screen_films. Empty unless access_method is vnc.", func(r attemptRow) Value {
		return whenFar(r, map[study.Encoding]string{study.Lossless: "lossless", study.JPEG: "jpeg", study.H264: "h264"}[r.trial.Condition.Encoding])
	}},
	{"vnc_quality", "", "Quality of pictures as JPEG as it was set, from 0 to 9, as TigerVNC has it. Empty unless vnc_encoding is jpeg or h264.", func(r attemptRow) Value {
		if !r.trial.Condition.Encoding.Lossy() {
			return Value{}
		}
		return Number(r.trial.Condition.Quality)
	}},
	{"vnc_rate_mbps", "Mbps", "How much films might take as H.264, as it was set, in 10^6 bits a second. Empty unless vnc_encoding is h264.", func(r attemptRow) Value {
		return positive(r.trial.Condition.FilmRate.Mbps())
	}},
	{"vnc_pointer", "", "Where the pointer was drawn, as it was set. local: by the browser, at once. remote: in the picture, where the machine had it, so later. Empty unless access_method is vnc.", func(r attemptRow) Value {
		return whenFar(r, map[study.PointerAt]string{study.PointerHere: "local", study.PointerThere: "remote"}[r.trial.Condition.Pointer])
	}},
	{"vnc_fps", "1/s", "How many updates of the screen there might be in a second, as it was set. Inf: as many as the network held. Empty unless access_method is vnc.", func(r attemptRow) Value {
		switch n := r.trial.Condition.Frames; {
		case r.trial.Condition.Method != study.VNC:
			return Value{}
		case n > 0:
			return Number(n)
		}
		return Unlimited
	}},
	{"vnc_move", "", "Whether the machine was to move to another host during the task, as it was set: none, or enlightened. Empty unless access_method is vnc.", func(r attemptRow) Value {
		return whenFar(r, map[study.MoveKind]string{study.NoMove: "none", study.Enlightened: "enlightened"}[r.trial.Condition.Moves])
	}},
	{"vnc_move_at_s", "s", "How long after the task began, as it was set. Empty unless the machine was to move, as the next two are.", func(r attemptRow) Value {
		return whenMoving(r, r.trial.Condition.MovesAt.Seconds())
	}},
	{"vnc_move_mbps", "Mbps", "Rate between the two hosts, each way, as it was set, in 10^6 bits a second.", func(r attemptRow) Value {
		return whenMoving(r, r.trial.Condition.MovesRate.Mbps())
	}},
	{"vnc_move_rtt_ms", "ms", "Round-trip time between the two hosts, as it was set.", func(r attemptRow) Value { return whenMoving(r, inMillis(r.trial.Condition.MovesRTT)) }},
	{"moves", "", "How often the machine ran on at another host: as it was set, or because an experimenter moved it. 0 where it was to move and did not: the task ended before, or events.csv says why it failed.", func(r attemptRow) Value { return Number(int(r.Desktop.Moved)) }},
	{"move_stood_ms", "ms", "How long it stood still for that, in all. Empty if it did not move, as the next four are.", func(r attemptRow) Value { return Millis(r.Desktop.MoveStood) }},
	{"move_whole_ms", "ms", "From when the latest move began until all of the machine was there; empty, too, if the desktop closed before.", func(r attemptRow) Value { return Millis(r.Desktop.MoveWhole) }},
	{"move_bytes", "byte", "What travelled between the hosts until then, or until the desktop closed.", func(r attemptRow) Value { return whenMoved(r, r.Desktop.MoveBytes) }},
	{"move_missed", "", "Pages of 4 KiB that had not arrived when the running machine touched them.", func(r attemptRow) Value { return whenMoved(r, r.Desktop.MoveMissed) }},
	{"move_longest_ms", "ms", "The longest that the machine waited for one of them; empty, too, if none was missed.", func(r attemptRow) Value { return Millis(r.Desktop.MoveLongest) }},
	{"screen_updates", "", "Messages in which the machine's screen sent something new, as they left the machine. NA in attempts from before it was kept.", func(r attemptRow) Value { return whenShown(r, r.Desktop.Updates) }},
	{"screen_bytes", "byte", "Length of these.", func(r attemptRow) Value { return whenShown(r, r.Desktop.UpdateBytes) }},
	{"screen_updates_per_second", "1/s", "These messages in a second of the task.", func(r attemptRow) Value {
		if r.TimeOnTask() <= 0 {
			return Value{}
		}
		return positive(float64(r.Desktop.Updates) / r.TimeOnTask().Seconds())
	}},
	{"screen_films", "", "Of screen_updates: messages with a picture of a film, as H.264. 0 with h264 if there was no film, or if the participant's browser could not draw it.", func(r attemptRow) Value { return whenShown(r, r.Desktop.Films) }},
	{"screen_refreshes", "", "Messages that brought without loss what had been sent with loss; they answer no input.", func(r attemptRow) Value { return whenShown(r, r.Desktop.Refreshes) }},
	{"screen_refresh_bytes", "byte", "Length of these.", func(r attemptRow) Value { return whenShown(r, r.Desktop.RefreshBytes) }},
	{"appliance", "", "Content identity of the appliance.", func(r attemptRow) Value { return Text(r.Desktop.Appliance) }},
	{"set_down_mbps", "Mbps", "Bandwidth towards the participant as it was set, in 10^6 bits of IP packets a second. Inf: unlimited. Empty for local, and where a trace was replayed in its place.", func(r attemptRow) Value { return setRate(r, r.Set.Down, r.Set.TraceDown) }},
	{"set_up_mbps", "Mbps", "Bandwidth from the participant as it was set; read it as set_down_mbps.", func(r attemptRow) Value { return setRate(r, r.Set.Up, r.Set.TraceUp) }},
	{"set_rtt_ms", "ms", "Round-trip time that was added, as it was set. Empty for local, as the next two are.", func(r attemptRow) Value { return whenSet(r, inMillis(r.Set.RTT)) }},
	{"set_jitter_ms", "ms", "Variation of the delay in each direction, as it was set: half-width where it is uniform, standard deviation where it is normal.", func(r attemptRow) Value { return whenSet(r, inMillis(r.Set.Jitter)) }},
	{"set_loss_percent", "%", "Share of packets dropped in each direction, as it was set.", func(r attemptRow) Value { return whenSet(r, percent(r.Set.Loss)) }},
	{"link_seed", "", "Seed of the link's chance; a trial without a link draws nothing from it.", func(r attemptRow) Value { return Seed(r.Seed) }},
	{"measured_count", "", "Round trips that were measured over the link before the desktop opened. Empty for local; NA, as the next three are, if it came to no measurement.", func(r attemptRow) Value { return positive(r.Measured.Count).or(whenLink(r, Unknown)) }},
	{"measured_rtt_min_ms", "ms", "Shortest of them.", func(r attemptRow) Value { return Millis(r.Measured.Min).or(whenLink(r, Unknown)) }},
	{"measured_rtt_median_ms", "ms", "Their median.", func(r attemptRow) Value { return Millis(r.Measured.Median).or(whenLink(r, Unknown)) }},
	{"measured_rtt_p95_ms", "ms", "Their 95th percentile.", func(r attemptRow) Value { return Millis(r.Measured.P95).or(whenLink(r, Unknown)) }},
	{"link_down_bytes", "byte", "IP bytes that the link delivered to the participant's end. Empty for local; NA, as the next three are, if the attempt ended before the link had reported.", func(r attemptRow) Value { return whenLinked(r, r.Link.BytesDown) }},
	{"link_up_bytes", "byte", "IP bytes that the link delivered to the far end.", func(r attemptRow) Value { return whenLinked(r, r.Link.BytesUp) }},
	{"link_drops", "", "Packets that the link dropped, in both directions; network.csv has the causes.", func(r attemptRow) Value { return whenLinked(r, r.Link.DropsDown+r.Link.DropsUp) }},
	{"link_way", "", "How the network was emulated: tun, by the program between two of Linux's TCP stacks; userspace, by the program between two TCP/IP stacks of its own; or kernel, by Linux's sch_netem. One version of a study has one; docs/netem.md says what that changes. Empty for local.", func(r attemptRow) Value { return Text(string(r.Link.Way)).or(whenLink(r, Unknown)) }},
	{"stream_bytes", "byte", "Compressed bytes of memory and disk that travelled. Empty unless streamed, as all that begins with stream_ is.", func(r attemptRow) Value { return whenStreamed(r, r.Desktop.BytesMoved) }},
	{"stream_pages", "", "Pages of 4 KiB that travelled.", func(r attemptRow) Value { return whenStreamed(r, r.Desktop.Pages) }},
	{"stream_strategy", "", "How pages were chosen to be sent before the machine asked for them; empty unless streamed.", func(r attemptRow) Value { return whenStream(r, Text(string(r.Desktop.Strategy)).or(Unknown)) }},
	{"stream_start", "", "cold: the stream began with nothing; warm: with the pages that the near end kept of earlier streams. Empty unless streamed.", func(r attemptRow) Value {
		switch {
		case r.Desktop.Strategy == "":
			return whenStream(r, Unknown)
		case r.Desktop.Warm:
			return Text("warm")
		}
		return Text("cold")
	}},
	{"stream_rehearsals", "", "Name of the rehearsals by which pages were chosen: the first digits of the SHA-256 of their names and hashes. Empty if there were none, and in attempts from before it was kept.", func(r attemptRow) Value {
		return whenStream(r, Text(r.Desktop.Repertoire))
	}},
	{"stream_rehearsals_published", "", "TRUE if these are the rehearsals that the study's version names; FALSE if those were no longer there. Empty if the version names none.", func(r attemptRow) Value {
		published := study.Repertoire(r.session.Version.Design.Guest(r.session.Version.Design.ApplianceOf(r.trial.Condition.Task)).Traces)
		if published == "" || r.Desktop.Repertoire == "" {
			return Value{}
		}
		return whenStream(r, Flag(r.Desktop.Repertoire == published))
	}},
	{"stream_kept", "", "Pages that the near end kept when a warm stream began.", func(r attemptRow) Value { return whenStreamed(r, r.Desktop.Kept) }},
	{"stream_restored", "", "Of these, pages that the machine touched: they did not travel.", func(r attemptRow) Value { return whenStreamed(r, r.Desktop.Restored) }},
	{"stream_saved_bytes", "byte", "What these pages had cost, compressed, when they came: bytes that were not sent because of the near cache.", func(r attemptRow) Value { return whenStreamed(r, r.Desktop.Saved) }},
	{"stream_accessed", "", "Different pages that the machine touched and that hold anything.", func(r attemptRow) Value { return whenStreamed(r, r.Desktop.Accessed) }},
	{"stream_fetch_ratio", "", "Pages that travelled for each that was touched. Empty if none was.", func(r attemptRow) Value { return whenStream(r, positive(r.Desktop.FetchRatio())) }},
	{"stream_missed", "", "Touched pages that were not here when the running machine touched them first.", func(r attemptRow) Value { return whenStreamed(r, r.Desktop.Missed) }},
	{"stream_miss_rate", "", "The same as a part of the touched pages.", func(r attemptRow) Value { return whenStreamed(r, r.Desktop.MissRate()) }},
	{"stream_pauses", "", "Times that the machine was held so that more could come.", func(r attemptRow) Value { return whenStreamed(r, r.Desktop.Pauses) }},
	{"stream_pauses_per_minute", "1/min", "The same in a minute of the task.", func(r attemptRow) Value { return whenStreamed(r, r.PausesPerMinute()) }},
	{"stream_paused_ms", "ms", "Time that the machine was held, in all.", func(r attemptRow) Value {
		return whenStreamed(r, inMillis(r.Desktop.Paused))
	}},
	{"stream_longest_wait_ms", "ms", "Longest time that the machine waited for pages.", func(r attemptRow) Value {
		return whenStreamed(r, inMillis(r.Desktop.Longest))
	}},
	{"stream_buffering_ratio", "", "Part of the time from Start to the end in which the machine could not run: before it was ready, while it was held and while it waited.", func(r attemptRow) Value {
		return whenStreamed(r, r.Buffering())
	}},
	{"stream_misses", "", "Reads that had to wait for pages.", func(r attemptRow) Value { return whenStreamed(r, r.Desktop.Misses) }},
	{"stream_waited_ms", "ms", "Time that these reads waited, in all.", func(r attemptRow) Value {
		return whenStreamed(r, inMillis(r.Desktop.Waited))
	}},
	{"stream_loaded_ms", "ms", "From Start until every page foreseen had arrived; empty if they never had.", func(r attemptRow) Value { return Millis(r.Desktop.Loaded) }},
	{"ready_ms", "ms", "From Start to a machine that ran with its task begun.", func(r attemptRow) Value { return Millis(r.Desktop.Ready) }},
}

// trialColumns returns the columns of trials.csv. Rarely used settings of the network and the study's own factors come late.
func trialColumns(set study.AnalysisSet, factors []study.FreeFactor) []Column[attemptRow] {
	why := func(r attemptRow) study.WhyNot { return set.Attempt(r.session, r.trial, r.Attempt) }
	return slices.Concat(attemptColumns, conditionColumns, searchColumns, factorColumns(factors), trialRulingColumns, countColumns(why))
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
	{"set_overhead_bytes", "byte", "Framing that each packet cost on the wire beside the IP packet. Empty for local.", func(r attemptRow) Value { return whenSet(r, float64(r.Set.Overhead)) }},
	{"set_jitter_shape", "", "uniform or normal: how the jitter is distributed; empty without jitter.", func(r attemptRow) Value {
		switch {
		case r.Set.Jitter == 0:
			return Value{}
		case r.Set.Shape == study.Uniform:
			return Text("uniform")
		}
		return Text(string(r.Set.Shape))
	}},
	{"set_overtake", "", "TRUE if jitter might put packets out of order; empty without jitter.", func(r attemptRow) Value {
		if r.Set.Jitter == 0 {
			return Value{}
		}
		return Flag(r.Set.Overtake)
	}},
	{"set_burst_packets", "", "Mean number of packets lost in a row, as it was set; empty if each was lost by itself.", func(r attemptRow) Value {
		if r.Set.Burst == 0 {
			return Value{}
		}
		return Number(r.Set.Burst)
	}},
	{"set_duplicate_percent", "%", "Share of packets that arrived twice, in each direction, as it was set.", func(r attemptRow) Value { return whenSet(r, percent(r.Set.Duplicate)) }},
	{"set_reorder_percent", "%", "Share of packets that were not delayed and so overtook others, in each direction, as it was set.", func(r attemptRow) Value { return whenSet(r, percent(r.Set.Reorder)) }},
	{"set_queue_packets", "", "Packets that could wait for the bandwidth, as it was set; empty if none was set: one bandwidth-delay product and 32 or more, or a queue in bytes.", func(r attemptRow) Value { return positive(r.Set.Queue) }},
	{"set_queue_bytes", "byte", "The same in bytes of IP packets; empty if packets were counted.", func(r attemptRow) Value { return positive(r.Set.QueueBytes) }},
	{"set_queue_discipline", "", "codel: the queue was managed as RFC 8289 has it. Empty for drop-tail: what found it full was dropped.", func(r attemptRow) Value { return Text(string(r.Set.Discipline)) }},
	{"set_congestion_control", "", "How TCP at both ends of the link was set to find its rate: cubic, bbr or reno. Empty without a link.", func(r attemptRow) Value {
		if r.Link.Way == "" {
			return Value{}
		}
		return Text(r.Set.Congestion.Name())
	}},
	{"set_phases", "", "Phases of the schedule by which the condition changed; the events network_changed say when. 0: it stayed the same. Empty for local.", func(r attemptRow) Value { return whenSet(r, float64(len(r.Set.Schedule.Phases))) }},
}

// searchColumns are those of a study that searches for the crossover.
var searchColumns = []Column[attemptRow]{
	{"chosen_because", "", "Where the study searches for the crossover: why this network was chosen for the pair of trials, in a sentence, as it was known then. Trials with position 1 and 2 are the first pair, and so on. Empty in other studies, and for practice.", func(r attemptRow) Value { return Text(r.trial.Why) }},
	{"chosen_after", "", "What the pairs before had told when this trial was laid out, a word each in their order: near or far for the method that was rated higher, equal, or nothing if one of the two trials had no rating or was excluded by then. From it, the networks of these pairs, the design and the participant's sequence the choice can be made again. Empty for a first pair, for trials that were laid out before this was kept, in other studies, and for practice.", func(r attemptRow) Value { return Text(r.trial.Told) }},
}

const firstPictureMeaning = "From Start to the animation frame that showed the first picture. Empty if there was none. NA if the tab was out of sight when the desktop was ready: " +
	"a browser draws nothing there, and the picture waited for the participant, as picture_unseen in events.csv says. A page that was loaded again meanwhile has that time in it."

const crispMeaning = "From Start until the first key or click had been answered in under 150 ms: input_at and response_ms of its row in interactions.csv, less asked_at. " +
	"Empty if none was. Who first touches the desktop late makes it longer: it is the desktop's own time only where inputs before it were answered too late."
