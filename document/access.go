package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"vmstudy/study"
)

type access = study.Access

// accessCodec writes a level of the factor access method. The usual level of a method is a plain word. Options left out have
// their usual value; in files before format 4, the value from before the option existed.
var accessCodec = func() codec[access] {
	word := oneOf(words(study.AccessMethods()...)...)
	all := objectOf(append([]field[access]{
		in("name", func(a *access) *string { return &a.Name }, text[string](), "What the level is called in the data; if it is left out, it is called after its kind and strategy, as in stream-cluster."),
		kindField(word),
	}, accessOptions...)...)
	return codec[access]{
		write: func(a access) node {
			if a.IsUsual() && a.Method.Valid() {
				return word.write(a.Method)
			}
			a.Name = a.Level()
			return all.write(a)
		},
		read: func(r *reader, at string, n node, into *access) {
			if n.kind == scalar {
				kindField(word).read(r, at, n, into)
				return
			}
			all.read(r, at, n, into)
			if into.Encoding == study.Lossless && n.value("quality").kind == absent {
				into.Quality = 0 // as a usual picture has one
			}
			if into.Encoding == study.H264 && n.value("rate_mbps").kind == absent {
				into.FilmRate = study.UsualFilmRate
			}
			usualMove(n, into)
			*into = into.Called(into.Name)
		},
		schema: func() schema { return schema{"anyOf": []schema{word.schema(), all.schema()}} },
	}
}()

// kindField is the method of a level. What is read after it may be other than usual.
func kindField(word codec[study.AccessMethod]) field[access] {
	f := must(in("kind", func(a *access) *study.AccessMethod { return &a.Method }, word,
		"vnc: the machine runs far away and its screen is sent. stream: it runs here and is streamed while it runs. local: everything is here."))
	method := f.read
	f.read = func(r *reader, at string, n node, into *access) {
		method(r, at, n, into)
		if r.format > 3 {
			into.Flow, into.Encoding, into.Quality = usualPicture(into.Method)
		}
	}
	return f
}

func usualPicture(m study.AccessMethod) (study.Flow, study.Encoding, int) {
	a := study.Usual(m)
	return a.Flow, a.Encoding, a.Quality
}

// ofVNC returns f as a field that is always written for vnc, since what is not written is as usual.
func ofVNC(f field[access]) field[access] {
	write, whole := f.write, f.whole
	f.write = func(a access) node {
		if a.Method == study.VNC {
			return whole(a)
		}
		return write(a)
	}
	return f
}

// strategies and cache were fields of the design, for all its streams, before each level had options.
func strategiesField() field[design] {
	c := listOf(oneOf(words(study.Strategies()...)...), study.MaxLevels)
	return once(field[design]{name: "strategies", schema: c.schema, read: func(r *reader, at string, n node, into *design) {
		var strategies []study.Strategy
		c.read(r, at, n, &strategies)
		into.Methods = study.StreamedBy(into.Methods, strategies, false)
	}})
}

func cacheField() field[design] {
	return once(field[design]{name: "cache", schema: warmth.schema, read: func(r *reader, at string, n node, into *design) {
		warm := false
		warmth.read(r, at, n, &warm)
		into.Methods = study.StreamedBy(into.Methods, nil, warm)
	}})
}

// accessOptions are the options of a level of the factor access method. A new option is a new line here, and a field of
// study.Access; see there.
var accessOptions = []field[access]{
	in("strategy", func(a *access) *study.Strategy { return &a.Strategy }, oneOf(words(study.Strategies()...)...),
		"How a stream chooses what to bring before it is asked for; the best one if it is left out."),
	in("cache", func(a *access) *bool { return &a.Warm }, warmth,
		"How a stream begins. cold: with nothing. warm: with what the near end keeps of earlier ones."),
	ofVNC(in("flow", func(a *access) *study.Flow { return &a.Flow }, oneOf(word[study.Flow]{study.OnRequest, "on_request"}, word[study.Flow]{study.Continuous, "continuous"}),
		"When vnc sends what has changed. on_request: once the viewer has asked, so at most once in a round trip. continuous: by itself, as much as the network holds. continuous if it is left out.")),
	ofVNC(in("encoding", func(a *access) *study.Encoding { return &a.Encoding }, oneOf(word[study.Encoding]{study.Lossless, "lossless"}, word[study.Encoding]{study.JPEG, "jpeg"}, word[study.Encoding]{study.H264, "h264"}),
		"How vnc sends pixels. lossless: as they are. jpeg: pictures as JPEG, text and drawings as they are, and a still screen becomes exact. h264: as jpeg, but films as H.264. jpeg if it is left out.")),
	qualityField(),
	in("rate_mbps", func(a *access) *study.Bitrate { return &a.FilmRate }, fixed[study.Bitrate](mbps),
		"How much films may take as h264, in 10^6 bits a second, where the network holds that; 4 if it is left out."),
	in("pointer", func(a *access) *study.PointerAt { return &a.Pointer }, oneOf(word[study.PointerAt]{study.PointerHere, "local"}, word[study.PointerAt]{study.PointerThere, "remote"}),
		"Where vnc draws the pointer. local: in the browser, at once. remote: in the picture, where the machine has it. local if it is left out."),
	in("fps", func(a *access) *int { return &a.Frames }, whole[int](),
		"How many updates of its screen vnc sends in a second at most. An answer waits for the next, as in a program that shows so many frames. As many as the network holds if it is left out."),
	in("move", func(a *access) *study.MoveKind { return &a.Moves }, oneOf(word[study.MoveKind]{study.NoMove, "none"}, word[study.MoveKind]{study.Enlightened, "enlightened"}),
		"Whether the machine of vnc moves to another host during the task. none: it stays. enlightened: it stops and goes on there at once, and its memory follows in the order of what the guest knows of it. none if it is left out."),
	ofMove(in("move_at_s", func(a *access) *time.Duration { return &a.MovesAt }, fixed[time.Duration](seconds),
		"How many seconds after the task began the machine moves; 30 if it is left out. A task that ends before has no move.")),
	ofMove(in("move_mbps", func(a *access) *study.Bitrate { return &a.MovesRate }, fixed[study.Bitrate](mbps),
		"The rate between the two hosts, each way, in 10^6 bits a second; 1000 if it is left out.")),
	ofMove(in("move_rtt_ms", func(a *access) *time.Duration { return &a.MovesRTT }, fixed[time.Duration](millis),
		"The round-trip time between the two hosts; 0.5 if it is left out.")),
}

// usualMove sets what is not said of a move.
func usualMove(n node, into *access) {
	if into.Moves == study.NoMove {
		return
	}
	if n.value("move_at_s").kind == absent {
		into.MovesAt = study.UsualMoveAt
	}
	if n.value("move_mbps").kind == absent {
		into.MovesRate = study.UsualMoveRate
	}
	if n.value("move_rtt_ms").kind == absent {
		into.MovesRTT = study.UsualMoveRTT
	}
}

// ofMove returns f as a field that is always written for a machine that moves, since what is not written is as usual.
func ofMove(f field[access]) field[access] {
	write, whole := f.write, f.whole
	f.write = func(a access) node {
		if a.Moves != study.NoMove {
			return whole(a)
		}
		return write(a)
	}
	return f
}

// qualityField is the quality of JPEG. A lossless picture has none.
func qualityField() field[access] {
	f := in("quality", func(a *access) *int { return &a.Quality }, whole[int](), "The quality of pictures as JPEG, from 0, the poorest, to 9, as TigerVNC has it; 6 if it is left out.")
	f.write = func(a access) node {
		if a.Encoding.Lossy() {
			return f.whole(a)
		}
		return node{}
	}
	return f
}

// WriteOptions returns the options of a level as a JSON object with the fields of a study file.
func WriteOptions(a study.Access) []byte { return emitJSON(nil, objectOf(accessOptions...).write(a)) }

// ReadOptions reads what WriteOptions has written into a level.
func ReadOptions(content []byte, into *study.Access) error {
	dec := json.NewDecoder(bytes.NewReader(content))
	dec.UseNumber()
	root, err := parseJSON(dec)
	if err != nil {
		return fmt.Errorf("read stored options of an access method: %w", err)
	}
	r := &reader{format: Format}
	objectOf(accessOptions...).read(r, "", root, into)
	if len(r.faults) > 0 {
		return fmt.Errorf("read stored options of an access method: %v", r.sorted())
	}
	return nil
}
