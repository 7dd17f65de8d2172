package studytest

import (
	"image"
	"strings"
	"sync"
	"time"

	"vmstudy/study"
)

// inputs returns interactions numbered from first to last.
func inputs(first, last int64) []study.Interaction {
	var all []study.Interaction
	for n := first; n <= last; n++ {
		all = append(all, study.Interaction{
			Number: n, Kind: study.Key, At: Noon.Add(time.Duration(n) * time.Millisecond),
			Sent: 1, Arrived: 123_456_789, Drawn: 3 * time.Second, Quiet: 4 * time.Second, Held: 80 * time.Millisecond, Machine: 4, Bytes: 5 + n, Area: 6,
			Rect: image.Rect(7, 8, 9, 1024), Pointer: image.Pt(640, 11), Cut: n%2 == 0,
			PointerType: study.Pen, Delivery: study.Delivered, Delayed: 12345,
		})
	}
	return all
}

// stored returns the interactions that the store has of a study.
func (l *lab) stored(v study.Version) []study.Interaction {
	l.Helper()
	var got []study.Interaction
	for _, i := range all(l, l.source.Interactions(l.ctx(), filter(v))) {
		got = append(got, i.Interaction)
	}
	return got
}

func testBatches(l *lab) {
	v := l.published(OneTrial())
	x := l.started(l.people(v.Study, false, 1)[0])
	a := l.opened(x.Trials[0])

	first := BatchOf(a.ID, 1, inputs(3, 4))
	first.Events = []study.Event{{Number: 1, Kind: study.PageHidden, At: Noon.Add(time.Minute), Detail: "why"}}
	first.Given, first.Dropped, first.Last = 9, 2, true
	l.must(l.SaveBatch(l.ctx(), first))
	want := first.Interactions
	l.wantEqual("interactions", l.stored(v), want)

	again := BatchOf(a.ID, 1, inputs(1, 6)) // the same number with other contents
	again.Events = []study.Event{{Number: 7, Kind: study.PageShown, At: Noon}}
	l.must(l.SaveBatch(l.ctx(), again))
	l.wantEqual("interactions after a repeat", l.stored(v), want)

	l.wantKind("a number that is taken", l.SaveBatch(l.ctx(), BatchOf(a.ID, 2, inputs(4, 5))), study.ErrConflict)
	l.wantEqual("interactions after a refused batch", l.stored(v), want)

	other := BatchOf(a.ID, 1, inputs(1, 2)) // another page numbers its own batches
	other.Page = 2
	l.must(l.SaveBatch(l.ctx(), other))
	l.must(l.SaveBatch(l.ctx(), BatchOf(a.ID, 3, nil)))

	first.Count, other.Count = 3, 2
	receipts, err := l.Receipts(l.ctx(), x.ID)
	l.must(err)
	l.wantEqual("receipts", receipts, []study.Receipt{first.Receipt, BatchOf(a.ID, 3, nil).Receipt, other.Receipt})
	events, err := l.Events(l.ctx(), x.ID)
	l.must(err)
	l.wantEqual("events", events, []study.Event{
		{Session: x.ID, Attempt: a.ID, Page: 1, Batch: 1, Number: 1, Kind: study.PageHidden, At: Noon.Add(time.Minute), Detail: "why"},
	})
}

func testBatchesRefused(l *lab) {
	a := l.opened(l.visitor(OneTrial()).Trials[0])
	l.wantKind("an unknown attempt", l.SaveBatch(l.ctx(), BatchOf(4711, 1, inputs(1, 1))), study.ErrNotFound)
	for name, spoil := range map[string]func(*study.Batch){
		"an unknown kind":      func(b *study.Batch) { b.Interactions[2].Kind = "nod" },
		"interaction number 0": func(b *study.Batch) { b.Interactions[2].Number = 0 },
		"negative time":        func(b *study.Batch) { b.Interactions[2].Quiet = -1 },
		"page 0":               func(b *study.Batch) { b.Page = 0 },
		"batch number 0":       func(b *study.Batch) { b.Number = 0 },
		"a long detail": func(b *study.Batch) {
			b.Events = []study.Event{{Number: 9, Kind: study.Resized, At: Noon, Detail: strings.Repeat("x", study.DetailLimit+1)}}
		},
	} {
		b := BatchOf(a.ID, 1, inputs(1, 3))
		spoil(&b)
		l.wantKind(name, l.SaveBatch(l.ctx(), b), study.ErrInvalid)
	}
}

// testBatchesAtOnce stores the same batches several times at once, as browsers do that have not
// received the answer.
func testBatchesAtOnce(l *lab) {
	v := l.published(OneTrial())
	a := l.opened(l.started(l.people(v.Study, false, 1)[0]).Trials[0])
	b := BatchOf(a.ID, 1, inputs(1, 50))
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = l.SaveBatch(l.ctx(), b) })
	}
	all.Wait()
	for _, err := range errs {
		l.must(err)
	}
	l.wantEqual("interactions", l.stored(v), b.Interactions)
}

func testEvents(l *lab) {
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	ada, _, err := l.Experimenter(l.ctx(), "ada")
	l.must(err)
	x := l.visitor(OneTrial())
	a := l.opened(x.Trials[0])
	later := study.Event{Session: x.ID, Attempt: a.ID, Kind: study.NoteSent, At: Noon.Add(time.Second), Detail: "Bitte, hört auf.", By: ada.ID}
	sooner := study.Event{Session: x.ID, Page: 3, Kind: study.PageJoined, At: Noon}
	for _, e := range []study.Event{later, sooner} {
		l.must(l.RecordEvent(l.ctx(), e))
	}
	later.Name = "ada"
	got, err := l.Events(l.ctx(), x.ID)
	l.must(err)
	l.wantEqual("events by time", got, []study.Event{sooner, later})
	for name, spoil := range map[string]func(*study.Event){
		"of an unknown session":      func(e *study.Event) { e.Session = 4711 },
		"of an unknown attempt":      func(e *study.Event) { e.Attempt = 4711 },
		"of an unknown experimenter": func(e *study.Event) { e.By = 4711 },
	} {
		e := later
		spoil(&e)
		l.wantKind("an event "+name, l.RecordEvent(l.ctx(), e), study.ErrNotFound)
	}
	nameless := sooner
	nameless.Kind = ""
	l.wantKind("an event without a kind", l.RecordEvent(l.ctx(), nameless), study.ErrInvalid)
}
