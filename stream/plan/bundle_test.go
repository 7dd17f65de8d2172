package plan

import (
	"slices"
	"testing"
	"time"

	"vmstudy/stream/wire"
)

// bundledPlan returns a plan of chunks 0 to 9, of which a bundle brings 4 to 7: two groups of 2500 bytes.
func bundledPlan() *Planner {
	p := newTestPlanner()
	p.Begin(wire.BundleIndex{Groups: []wire.Group{
		{Chunks: []wire.Chunk{{Index: 6}, {Index: 7}}, End: 2500},
		{Chunks: []wire.Chunk{{Index: 4}, {Index: 5}}, End: 6000},
	}}, time.Time{}, nil)
	p.adopt(planOf(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))
	return p
}

// parts returns how many bytes of the bundle reads ask for, and their other chunks.
func parts(reads []wire.Read) (bytes uint32, others []uint32) {
	for _, r := range reads {
		bytes += r.Part.Bytes
		others = append(others, indices(r)...)
	}
	return bytes, others
}

func TestABundleComesBeforeWhatElseIsPlanned(t *testing.T) {
	p := bundledPlan()
	reads := drain(p, time.Unix(0, 0))
	if bytes, others := parts(reads); bytes != 6000 || !slices.Equal(others, []uint32{0, 1, 2, 3, 8, 9}) || len(reads[0].Chunks) > 0 {
		t.Errorf("%d bytes of the bundle and chunks %v, want 6000 first, and then 0 to 3, 8 and 9", bytes, others)
	}
	if got := p.ahead[:4]; !slices.Equal(got, []wire.Chunk{{Index: 6}, {Index: 7}, {Index: 4}, {Index: 5}}) {
		t.Errorf("the plan begins with %v, want the bundle in its order", got)
	}
	if got := p.missing(4); got != 6000 {
		t.Errorf("%v bytes are missing for the first four, want the 6000 of the bundle", got)
	}
	p.Unpacked(p.bundle.index.Groups[0])
	if p.loaded != 2 || p.bundle == nil {
		t.Errorf("%d chunks here after the first group, want 2 and more to come", p.loaded)
	}
	p.Unpacked(p.bundle.index.Groups[1])
	if p.loaded != 4 || p.bundle != nil {
		t.Errorf("%d chunks here after the second group, want 4 and the bundle at its end", p.loaded)
	}
}

func TestADemandDoesNotWaitForAPartThatNobodyAskedFor(t *testing.T) {
	p := bundledPlan()
	if r, _ := p.Next(time.Unix(0, 0)); r.Part != (wire.Part{From: 0, Bytes: 2*packetSize - packedOverhead}) { // all of the first group, a bit of the second
		t.Fatalf("the first read is of part %+v, want a flight", r.Part)
	}
	here := p.demand(wire.Chunk{Index: 7})
	p.demand(wire.Chunk{Index: 4})
	if r, _ := p.Next(time.Unix(0, 0)); !r.Demand || !slices.Equal(indices(r), []uint32{4}) {
		t.Errorf("asked for %+v, want only 4 demanded: 7 is on its way", r)
	}
	p.Unpacked(p.bundle.index.Groups[0])
	select {
	case <-here:
	default:
		t.Error("the reader of 7 still waits when its group is here")
	}
}

func TestWhatABundleWasToBringComesOtherwiseWhenItIsGivenUp(t *testing.T) {
	p := bundledPlan()
	drain(p, time.Unix(0, 0))
	p.demand(wire.Chunk{Index: 7})
	p.giveUpBundle()
	reads := drain(p, time.Unix(0, 0))
	bytes, others := parts(reads)
	if bytes != 0 || !reads[0].Demand || !slices.Equal(others, []uint32{7, 6, 4, 5}) {
		t.Errorf("asked for %d bytes of the bundle and %v, want 7 demanded and then 6, 4, 5", bytes, others)
	}
}

func TestABundleGoesOnWhereItsConnectionBroke(t *testing.T) {
	p := bundledPlan()
	r, _ := p.Next(time.Unix(0, 0))
	if use, err := p.ExpectedPart(wire.Packed{Number: r.Number, Read: r.Checksum(), Bytes: r.Part.Bytes}); err != nil || !use {
		t.Fatal(use, err)
	}
	p.Landed(time.Unix(1, 0), r.Number, 3072)
	p.demand(wire.Chunk{Index: 4})
	drain(p, time.Unix(1, 0))
	p.Unpacked(wire.Group{Chunks: []wire.Chunk{{Index: 4}}, End: 6000 - 1}) // what was demanded came in the bundle
	p.Broken()
	again, _ := p.Next(time.Unix(2, 0))
	if again.Part.From != r.Part.Bytes || again.Part.Bytes == 0 {
		t.Errorf("after the break part %+v, want it from %d on", again.Part, r.Part.Bytes)
	}
}

func TestAPartOutOfTurnIsRefused(t *testing.T) {
	p := bundledPlan()
	first, _ := p.Next(time.Unix(0, 0))
	second, _ := p.Next(time.Unix(0, 0))
	of := func(r wire.Read) wire.Packed {
		return wire.Packed{Number: r.Number, Read: r.Checksum(), Bytes: r.Part.Bytes}
	}
	short, other := of(first), of(first)
	short.Bytes--
	other.Read++
	for name, answer := range map[string]wire.Packed{"the second first": of(second), "a byte less": short, "another read": other} {
		if _, err := p.ExpectedPart(answer); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestWhatWasAskedForWithTheGreetingDoesNotMeasureTheWay(t *testing.T) {
	p := newTestPlanner()
	at := func(ms int) time.Time { return time.UnixMilli(int64(ms)) }
	p.Begin(wire.BundleIndex{Groups: []wire.Group{{Chunks: []wire.Chunk{{Index: 1}}, End: 1 << 20}}}, at(0), Early())
	flying := p.pace.flying
	if r, ok := p.Next(at(100)); ok {
		t.Errorf("asked for %+v, with a window asked for already", r)
	}
	p.Landed(at(300), 1, 3000)
	if p.pace.base != 0 || p.pace.flying >= flying {
		t.Errorf("base %v and %d of %d bytes outstanding; want no base yet, and less", p.pace.base, p.pace.flying, flying)
	}
	r, _ := p.Next(at(300))
	if p.Landed(at(350), r.Number, 3000); p.pace.base != 50*time.Millisecond {
		t.Errorf("base %v, want the 50ms of the first read after the greeting", p.pace.base)
	}
}
