package plan

import (
	"slices"
	"testing"
	"time"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
)

// newTestPlanner returns a planner of one image of 1000 chunks.
func newTestPlanner() *Planner {
	p, err := New(wire.Layout{Images: []wire.ImageInfo{{Name: "memory", Size: 1000 * wire.ChunkSize}}}, wire.Holes{}, nil)
	if err != nil {
		panic(err)
	}
	return p
}

func access(index uint32, at time.Duration) forecast.Access {
	return forecast.Access{Chunk: wire.Chunk{Index: index}, At: at}
}

// testPlan returns a plan for one image of 1000 chunks.
func testPlan(ahead ...uint32) *Planner {
	p := newTestPlanner()
	p.adopt(planOf(ahead...))
	return p
}

// planOf wants chunks of image 0, all at once.
func planOf(indices ...uint32) forecast.Plan {
	p := forecast.Plan{Pause: true}
	for _, index := range indices {
		p.Dues = append(p.Dues, forecast.Due{Chunk: wire.Chunk{Index: index}})
	}
	return p
}

func indices(r wire.Read) (list []uint32) {
	for _, c := range r.Chunks {
		list = append(list, c.Index)
	}
	return list
}

// drain returns all that the plan asks for before anything is answered.
func drain(p *Planner, now time.Time) (reads []wire.Read) {
	for r, ok := p.Next(now); ok; r, ok = p.Next(now) {
		reads = append(reads, r)
	}
	return reads
}

func TestDemandsGoBeforeReadAheadAndTogether(t *testing.T) {
	p := testPlan(1, 2, 3)
	p.demand(wire.Chunk{Index: 500})
	p.demand(wire.Chunk{Index: 501})
	p.demand(wire.Chunk{Index: 500})
	r, ok := p.Next(time.Unix(0, 0))
	if !ok || !r.Demand || !slices.Equal(indices(r), []uint32{500, 501}) {
		t.Errorf("first read %+v, want the demands 500 and 501", r)
	}
	if r, _ := p.Next(time.Unix(0, 0)); r.Demand || indices(r)[0] != 1 {
		t.Errorf("second read %+v, want read-ahead from 1", r)
	}
}

func TestWhatIsPlannedTwiceCountsOnce(t *testing.T) {
	p := testPlan(1, 2, 1, 3, 2)
	once := p.missing(3)
	if got := p.missing(100); len(p.ahead) != 3 || len(p.latest.Dues) != 3 || got != once {
		t.Errorf("ahead are %v of %v bytes, the buffer is %v; want three chunks of %v", p.ahead, got, p.latest.Dues, once)
	}
	p.adopt(planOf(4, 3)) // before the others
	if want := []wire.Chunk{{Index: 4}, {Index: 3}, {Index: 1}, {Index: 2}}; !slices.Equal(p.ahead, want) {
		t.Errorf("then ahead are %v, want %v", p.ahead, want)
	}
}

func TestWhatIsUrgentComesFirstWhateverIsPlanned(t *testing.T) {
	now := time.Unix(0, 0)
	p := testPlan(1, 2, 3)
	p.Hurry([]wire.Chunk{{Index: 8}, {Index: 2}, {Index: 9}})
	p.adopt(forecast.Plan{Instead: true, Dues: planOf(5, 9).Dues})
	var asked []uint32
	for _, r := range drain(p, now) {
		asked = append(asked, indices(r)...)
	}
	if want := []uint32{8, 2, 9, 5}; !slices.Equal(asked, want) {
		t.Errorf("asked for %v, want %v", asked, want)
	}
	p.Broken()
	asked = nil
	for _, r := range drain(p, now) {
		asked = append(asked, indices(r)...)
	}
	if want := []uint32{8, 2, 9, 5}; !slices.Equal(asked, want) {
		t.Errorf("after the connection broke asked for %v, want %v", asked, want)
	}
}

func TestReadAheadStopsAtTheWindow(t *testing.T) {
	var order []uint32
	for i := range uint32(1000) {
		order = append(order, i)
	}
	p := testPlan(order...)
	asked := 0
	for _, r := range drain(p, time.Unix(0, 0)) {
		asked += len(r.Chunks)
	}
	if most := (startWindow + startWindow/flightShare) / leastMean; asked == 0 || asked > most {
		t.Errorf("%d chunks asked for, want from 1 to %d", asked, most)
	}
	here := p.demand(wire.Chunk{Index: 999})
	if r, ok := p.Next(time.Unix(0, 0)); !ok || !r.Demand || here == nil {
		t.Errorf("a demand with the window full: %+v, want it asked for", r)
	}
}

func TestADemandForWhatIsInFlightIsNotAskedForAgain(t *testing.T) {
	p := testPlan(1)
	reads := drain(p, time.Unix(0, 0))
	here := p.demand(wire.Chunk{Index: 1})
	if again := drain(p, time.Unix(0, 0)); len(reads) != 1 || len(again) != 0 {
		t.Errorf("reads %v, then %v; want one and none", reads, again)
	}
	p.Landed(time.Unix(1, 0), reads[0].Number, 100)
	select {
	case <-here:
	default:
		t.Error("the reader still waits for a chunk that has landed")
	}
	if p.demand(wire.Chunk{Index: 1}) != nil || p.loaded != 1 {
		t.Errorf("chunk 1 is missing (loaded %d) after it has landed", p.loaded)
	}
}

func TestABrokenConnectionTurnsWhatIsAwaitedIntoDemands(t *testing.T) {
	p := testPlan(1, 2, 3)
	p.demand(wire.Chunk{Index: 7})
	drain(p, time.Unix(0, 0))
	p.demand(wire.Chunk{Index: 2}) // in flight as read-ahead
	p.Broken()
	reads := drain(p, time.Unix(1, 0))
	if len(reads) < 2 || !reads[0].Demand || !slices.Equal(indices(reads[0]), []uint32{7, 2}) {
		t.Fatalf("reads %+v, want the demands 7 and 2 first", reads)
	}
	var rest []uint32
	for _, r := range reads[1:] {
		rest = append(rest, indices(r)...)
	}
	if !slices.Equal(rest, []uint32{1, 3}) {
		t.Errorf("read-ahead %v after the break, want 1 and 3", rest)
	}
}

func TestAnAnswerNobodyAskedForIsRefused(t *testing.T) {
	p := testPlan(1)
	r, _ := p.Next(time.Unix(0, 0))
	answer := wire.Chunks{Number: r.Number, Read: r.Checksum(), Content: make([][]byte, 1)}
	if _, err := p.Expected(answer); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"another number": second(p.Expected(wire.Chunks{Number: r.Number + 1, Read: r.Checksum(), Content: make([][]byte, 1)})),
		"another length": second(p.Expected(wire.Chunks{Number: r.Number, Read: r.Checksum(), Content: make([][]byte, 2)})),
		"another read":   second(p.Expected(wire.Chunks{Number: r.Number, Read: r.Checksum() + 1, Content: make([][]byte, 1)})),
	} {
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestTheTraceClockStandsStillWhileAnybodyWaits(t *testing.T) {
	at := func(ms int) time.Time { return time.UnixMilli(int64(ms)) }
	f := clock{seen: newSet([]wire.ImageInfo{{Name: "memory", Size: 100 * wire.ChunkSize}})}
	f.access(at(100), wire.Chunk{Index: 1})
	f.stop(at(100))
	f.access(at(150), wire.Chunk{Index: 2}) // another thread, while the first waits
	f.stop(at(150))
	f.goOn(at(220))
	f.goOn(at(230))
	f.access(at(240), wire.Chunk{Index: 3})
	f.access(at(250), wire.Chunk{Index: 1}) // not the first time
	want := []forecast.Access{access(1, 0), access(2, 0), access(3, 10*time.Millisecond)}
	if !slices.Equal(f.accesses, want) {
		t.Errorf("accesses %v, want %v", f.accesses, want)
	}
}

func TestANewPlanComesFirstAndTheOldOneAfterItUnlessItGoesInstead(t *testing.T) {
	for name, tc := range map[string]struct {
		instead bool
		want    []uint32
	}{
		"after it": {false, []uint32{5, 4, 3}},
		"instead":  {true, []uint32{5, 4}},
	} {
		p := testPlan(1, 2, 3)
		p.Wrote(wire.Chunk{Index: 1})
		p.Wrote(wire.Chunk{Index: 2})
		f := planOf(5, 1, 4)
		f.Instead = tc.instead
		p.adopt(f)
		var got []uint32
		for _, r := range drain(p, time.Unix(1, 0)) {
			got = append(got, indices(r)...)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: asked for %v, want %v", name, got, tc.want)
		}
	}
}

func TestWhatComesAlongIsAskedForWithTheDemand(t *testing.T) {
	p := testPlan(1)
	p.demand(wire.Chunk{Index: 10})
	p.bringAlong(wire.Chunk{Index: 11})
	p.bringAlong(wire.Chunk{Index: 10})
	r, _ := p.Next(time.Unix(0, 0))
	if !r.Demand || !slices.Equal(indices(r), []uint32{10, 11}) {
		t.Errorf("first read %+v, want 10 and 11 demanded", r)
	}
	p.Broken()
	if again := drain(p, time.Unix(1, 0)); !slices.Equal(indices(again[0]), []uint32{10}) {
		t.Errorf("after a break %+v, want only what is awaited", again)
	}
}

func TestTheMachineIsHeldUntilTheRestComesInTime(t *testing.T) {
	p := newTestPlanner()
	f := planOf(1, 2, 3, 4)
	for i := range f.Dues {
		f.Dues[i].In = time.Duration(i+1) * time.Second
	}
	p.adopt(f)
	if _, known := p.untilEnough(); known || p.enough() != 4 {
		t.Errorf("before anything came: hold %d, known %v; want all four and unknown", p.enough(), known)
	}
	p.flow.rate, p.mean = 500, 1000 // a chunk in two seconds
	if left, known := p.untilEnough(); !known || p.enough() != 2 || left != 4*time.Second {
		t.Errorf("at a chunk in two seconds: hold %d for %v; want 2 for 4s", p.enough(), left)
	}
	p.Wrote(wire.Chunk{Index: 1})
	p.Wrote(wire.Chunk{Index: 2})
	if left, _ := p.untilEnough(); left != 0 {
		t.Errorf("%v left with the first two here", left)
	}
}

func TestTheFlowIsMeasuredWhileTheLinkIsBusy(t *testing.T) {
	var f flow
	now := time.Unix(0, 0)
	come := func(n, bytes int, busy bool) {
		for range n {
			now = now.Add(100 * time.Millisecond)
			f.arrived(now, bytes, busy)
		}
	}
	come(3, 50, false)
	if f.known() != 0 || f.proven() != 500 {
		t.Errorf("%v is known and %v proven after two tenths of a second, want none and 500", f.known(), f.proven())
	}
	come(7, 50, false)
	if f.rate != 0 || f.known() != 500 {
		t.Errorf("rate %v, at least %v from single answers, want none and 500", f.rate, f.known())
	}
	come(10, 1000, true)
	if f.rate != 10_000 {
		t.Errorf("rate %v, want 10000 bytes a second", f.rate)
	}
	f.idle()
	now = now.Add(time.Hour)
	come(3, 1000, true)
	if f.rate != 10_000 {
		t.Errorf("rate %v after an hour of nothing, want 10000", f.rate)
	}
}
