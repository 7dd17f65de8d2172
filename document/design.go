package document

import (
	"vmstudy/study"
	"vmstudy/study/instrument"
)

// Format is the number of the text's format. A text with another number is refused.
const Format = 5

// Older formats:
//   - 4 had no guests: what an appliance was when a version was published is in none of these.
//   - 1 was a list of lines with nanoseconds, which could be written and not read.
//   - 3 had no flow and no encoding of vnc: its screen was sent on request and lossless.
//   - 2 had set_up_s in place of set_up_min, and a value that a phase did not have was 0, not the network's.
const oldestFormat = 2

// file is the whole text.
type file struct {
	Format int
	Design study.Design
}

// part returns a field of the design as a field of the file: the design's fields stand at the top.
func part(f field[study.Design]) field[file] {
	return field[file]{
		name: f.name, about: f.about, needed: f.needed, old: f.old, schema: f.schema,
		write: func(d file) node { return f.write(d.Design) },
		read:  func(r *reader, at string, n node, into *file) { f.read(r, at, n, &into.Design) },
	}
}

var fileCodec = func() codec[file] {
	fields := []field[file]{
		must(in("format", func(f *file) *int { return &f.Format }, whole[int](), "The number of this format: 5.")),
	}
	for _, f := range designFields {
		fields = append(fields, part(f))
	}
	return objectOf(fields...)
}()

var designFields = []field[design]{
	languagesField,
	must(said("title", func(d *design) *wording { return &d.Title }, "What participants see as the study's name.")),
	must(said("consent", func(d *design) *wording { return &d.Consent }, "What a participant agrees to. Blank lines part paragraphs.")),
	said("thanks", func(d *design) *wording { return &d.Thanks }, "What is shown at the end."),
	in("markup", func(d *design) *bool { return &d.Markdown }, eitherOf("plain", "markdown"), "How consent and thanks are written. plain: blank lines part paragraphs. markdown: as in CommonMark, without HTML, and with none but the study's own images."),
	all("images", func(d *design) *[]study.Image { return &d.Images }, imageCodec, study.MaxImages, "The images that texts in Markdown show, as in ![a room](room.png)."),
	must(in("appliance", func(d *design) *string { return &d.Appliance }, text[string](), "The name of the installed appliance that the desktops are made from.")),
	must(all("methods", func(d *design) *[]study.Access { return &d.Methods }, accessCodec, study.MaxLevels,
		"The levels of the factor access method. A level without options is a plain word: vnc, stream or local.")),
	strategiesField(),
	cacheField(),
	all("networks", func(d *design) *[]study.NamedNetwork { return &d.Networks }, networkCodec, study.MaxLevels,
		"The levels of the factor network. Every method that passes a network meets each of them."),
	all("factors", func(d *design) *[]study.FreeFactor { return &d.Factors }, factorCodec, study.MaxLevels,
		"Further factors, of which the platform knows nothing. Each is crossed with the methods, networks and tasks."),
	all("groups", func(d *design) *[]study.Group { return &d.Groups }, groupCodec, study.MaxLevels,
		"The levels of the factor between participants. Without any, all participants are one group."),
	must(all("tasks", func(d *design) *[]study.Task { return &d.Tasks }, taskCodec, study.MaxLevels, "The levels of the factor task.")),
	perhaps("practice", func(d *design) **study.Task { return &d.Practice }, taskCodec, "A task that is done once, first, with the local method, and never counts."),
	all("leave_out", func(d *design) *[]string { return &d.LeaveOut }, text[string](), maxCodes, "Combinations of levels that are no conditions of the study, as in vnc/3G/type."),
	all("first", func(d *design) *[]string { return &d.First }, text[string](), maxCodes, "Conditions that everybody does first, in this order."),
	fieldOf("crossover", func(d *design) *study.Crossover { return &d.Crossover }, crossoverCodec, study.Crossover.Empty,
		"A search for the round trip at which two methods are equally good, in place of a grid: participants do pairs of trials, each over the network that is expected to tell most."),
	in("repetitions", func(d *design) *int { return &d.Repetitions }, whole[int](), "How often each of the other conditions is done, in rounds; once if it is left out."),
	in("blocks", func(d *design) *study.Blocks { return &d.Blocks }, blocksCodec, "All trials with one level of a factor are done before those with another."),
	in("in_a_row", func(d *design) *int { return &d.InARow }, whole[int](), "For a random order: at most so many trials with one access method follow each other, inside a block."),
	all("visits", func(d *design) *[]study.Visit { return &d.Visits }, visitCodec, study.MaxLevels,
		"The second visit and those after it. Without any, everything is done in one."),
	all("screening", func(d *design) *[]string { return &d.Screening }, text[string](), 50, "The instruments that are asked right after consent. Their answers say who takes part."),
	all("turn_away", func(d *design) *[]instrument.When { return &d.TurnAway }, answeredCodec, study.MaxLevels, "Who answers the screening so takes no part. One that is met is enough."),
	said("turned_away", func(d *design) *wording { return &d.TurnedAway }, "What these people read."),
	in("about", func(d *design) *string { return &d.About }, text[string](), "The instrument that is asked once, at the beginning."),
	all("opening", func(d *design) *[]string { return &d.Opening }, text[string](), 50, "The instruments that are asked before the first trial, in this order."),
	all("after_practice", func(d *design) *[]string { return &d.AfterPractice }, text[string](), 50, "The instruments that are asked after the practice trial, in this order."),
	all("instruments", func(d *design) *[]string { return &d.Instruments }, text[string](), 50, "The instruments that are asked after every trial that counts, in this order."),
	all("after_block", func(d *design) *[]string { return &d.AfterBlock }, text[string](), 50, "The instruments that are asked after the last trial of each block, in this order."),
	all("after_visit", func(d *design) *[]string { return &d.AfterVisit }, text[string](), 50, "The instruments that are asked after the last trial of each visit, in this order."),
	all("closing", func(d *design) *[]string { return &d.Closing }, text[string](), 50, "The instruments that are asked once, when all trials are done, in this order."),
	all("questionnaires", func(d *design) *[]instrument.Instrument { return &d.Questionnaires }, instrumentCodec, 50,
		"Instruments in the words in which the study asks them. One that is asked and not here is the first version of the library's."),
	must(in("order", func(d *design) *study.Order { return &d.Order }, oneOf(words(study.Orders()...)...), "How the sequence of conditions varies between participants.")),
	in("seed", func(d *design) *uint64 { return &d.Seed }, whole[uint64](), "The seed of every random choice in the study."),
	must(in("limit_s", func(d *design) *duration { return (*duration)(&d.TrialLimit) }, fixed[duration](seconds), "How long a participant may work on one trial, in seconds.")),
	in("pause_every", func(d *design) *int { return &d.PauseEvery }, whole[int](), "A pause is offered after so many trials."),
	in("pause_least_s", func(d *design) *duration { return (*duration)(&d.PauseLeast) }, fixed[duration](seconds), "How long a pause takes at least, in seconds."),
	in("set_up_min", func(d *design) *duration { return (*duration)(&d.SetUp) }, minutes(), "What an appointment needs beside the session itself, in minutes."),
	once(in("set_up_s", func(d *design) *duration { return (*duration)(&d.SetUp) }, fixed[duration](seconds), "The same in seconds.")),
	in("record", func(d *design) *study.RecordPolicy { return &d.Record }, oneOf(
		word[study.RecordPolicy]{study.RecordNever, "never"}, word[study.RecordPolicy]{study.RecordAsk, "ask"}, word[study.RecordPolicy]{study.RecordAll, "always"}),
		"Whether the screens of trials are recorded. ask: those of participants who say so on the consent page."),
	in("record_keys", func(d *design) *bool { return &d.RecordKeys }, flag(), "A recording says which key was pressed, and not only that one was."),
	in("clipboard", func(d *design) *bool { return &d.Clipboard }, openness, "open: text passes between the participant's computer and the desktop. closed: none does."),
	fieldOf("preregistration", func(d *design) *study.Preregistration { return &d.Preregistration }, preregistrationCodec, study.Preregistration.Empty,
		"What is said beforehand about the sample and the analysis."),
	in("license", func(d *design) *string { return &d.License }, text[string](), "Under which the data may be used, by its SPDX identifier, as in CC-BY-4.0. Whoever publishes data should say so."),
	in("preflight", func(d *design) *study.Preflight { return &d.Preflight }, preflightCodec, "What a participant's computer must have. It is looked at before they are asked for their consent."),
	all("guests", func(d *design) *[]study.Guest { return &d.Guests }, guestCodec, study.MaxLevels,
		"What the appliances were when the study was published. A draft has none, and whoever imports a file with some makes a draft."),
}

var preflightCodec = objectOf(
	in("check", func(p *study.Preflight) *bool { return &p.Check }, flag(), "Look at the computer. Without it, the other values do not count."),
	in("secure", func(p *study.Preflight) *bool { return &p.Secure }, flag(), "The page must have come in a secure way: over https, or from the same computer."),
	in("pointer", func(p *study.Preflight) *bool { return &p.Pointer }, flag(), "A mouse or a touchpad is needed."),
	in("width_px", func(p *study.Preflight) *int { return &p.Width }, whole[int](), "The width of the page's window at least, in CSS pixels."),
	in("height_px", func(p *study.Preflight) *int { return &p.Height }, whole[int](), "The height of the page's window at least, in CSS pixels."),
	in("down_mbps", func(p *study.Preflight) *study.Bitrate { return &p.Down }, fixed[study.Bitrate](mbps), "Bandwidth from the server at least."),
	in("up_mbps", func(p *study.Preflight) *study.Bitrate { return &p.Up }, fixed[study.Bitrate](mbps), "Bandwidth to the server at least."),
	in("rtt_ms", func(p *study.Preflight) *duration { return (*duration)(&p.RTT) }, fixed[duration](millis), "The round trip to the server at most."),
)

var visitCodec = objectOf(
	must(in("after_trials", func(v *study.Visit) *int { return &v.After }, whole[int](), "It begins when so many trials that count are done.")),
	in("apart_h", func(v *study.Visit) *duration { return (*duration)(&v.Apart) }, hours(), "At the earliest so many hours after the visit before."),
)

var imageCodec = objectOf(
	must(in("name", func(m *study.Image) *string { return &m.Name }, text[string](), "What texts call it.")),
	must(in("sha256", func(m *study.Image) *string { return &m.SHA256 }, text[string](), "The SHA-256 of its content.")),
)

var guestCodec = objectOf(
	must(in("appliance", func(m *study.Guest) *string { return &m.Appliance }, text[string](), "The name of the appliance.")),
	must(in("content", func(m *study.Guest) *string { return &m.Content }, text[string](), "The SHA-256 of the names and hashes of its files. In trials.csv it stands as appliance.")),
	all("traces", func(m *study.Guest) *[]study.TraceFile { return &m.Traces }, traceCodec, 10_000, "The rehearsals by which it is streamed."),
)

var traceCodec = objectOf(
	must(in("name", func(t *study.TraceFile) *string { return &t.Name }, text[string](), "The name of the file.")),
	must(in("sha256", func(t *study.TraceFile) *string { return &t.SHA256 }, text[string](), "The SHA-256 of the file.")),
)

// maxCodes is how many conditions a list may name.
const maxCodes = 10_000

var blocksCodec = objectOf(
	must(in("by", func(b *study.Blocks) *study.Factor { return &b.By }, factorWord, "The factor: method, network, task, or the name of a further one.")),
	must(in("order", func(b *study.Blocks) *study.Order { return &b.Order }, oneOf(words(study.Orders()...)...), "How the order of the blocks varies between participants.")),
	in("pause", func(b *study.Blocks) *bool { return &b.Pause }, flag(), "A pause is offered before each block but the first."),
)

var taskCodec = objectOf(
	must(in("id", func(t *study.Task) *study.TaskID { return &t.ID }, text[study.TaskID](), "The task's name in the data; the appliance's own name for it.")),
	in("appliance", func(t *study.Task) *string { return &t.Appliance }, text[string](), "Whose task it is, if it is not the appliance of the study. The task is then called as in type@office."),
	said("title", func(t *study.Task) *wording { return &t.Title }, "A few words, for tables and the strip above the desktop."),
	said("instruction", func(t *study.Task) *wording { return &t.Instruction }, "Everything that a participant needs to know."),
	in("goal", func(t *study.Task) *string { return &t.Goal }, text[string](), "What the guest checks for, in the appliance's own terms."),
	all("forms", func(t *study.Task) *[]study.Form { return &t.Forms }, formCodec, study.MaxLevels,
		"Parallel forms of the task. Who has which form under which condition is balanced over the sequences."),
	in("practice", func(t *study.Task) *bool { return &t.Practice }, flag(), "The task is for getting used to the desktop."),
)

// warmth and openness spell two settings that are stored as yes or no.
var (
	warmth   = eitherOf("cold", "warm")
	openness = eitherOf("closed", "open")
)
