package streambench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"time"

	"vmstudy/bench"
	"vmstudy/bench/stat"
	"vmstudy/netem"
	"vmstudy/netem/userspace"
	"vmstudy/stream"
	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
	"vmstudy/study"
)

// measureDemand measures how long demands take for chunks that are not in the plan, one at a time: first while nothing else
// is on the link, and then while a long plan is sent over it. It needs no virtual machine.
func (c Config) measureDemand(ctx context.Context, set bench.Setting) ([]bench.Row, error) {
	over, count := networks, 100
	if set.Quick {
		over, count = networks[:1], 20
	}
	var rows []bench.Row
	for i, n := range over {
		set.Show(i, len(over))
		some, err := demandRows(ctx, c.Lab.RunDir, n, count)
		if err != nil {
			return rows, fmt.Errorf("demands over %s: %w", n.name, err)
		}
		rows = append(rows, some...)
	}
	return rows, nil
}

func demandRows(ctx context.Context, dir string, n network, count int) ([]bench.Row, error) {
	alone, err := timeDemands(ctx, demandRun{dir: dir, network: n.Network, count: count})
	if err != nil {
		return nil, err
	}
	pushing, err := timeDemands(ctx, demandRun{dir: dir, network: n.Network, count: count, push: true})
	if err != nil {
		return nil, err
	}
	bar := (n.RTT + wireTime(alone.bytes, n.Down)) * 5 / 4
	took, tookAlone := stat.In(time.Millisecond, pushing.took), stat.In(time.Millisecond, alone.took)
	tail, slow := stat.Tail(took, 0.95)
	_, slowAlone := stat.Tail(tookAlone, 0.95)
	const beside = "without pushing"
	return []bench.Row{
		bench.AtMost(bar.Seconds()*1e3, stat.Median(took)).As("demand_median", n.name, "ms").Beside(stat.Median(tookAlone), beside),
		bench.Told(slow).As("demand_"+tail, n.name, "ms").Beside(slowAlone, beside),
		bench.Told(pushing.share).As("demand_push_share", n.name, ""),
	}, nil
}

// wireTime returns how long bytes of payload take at a rate, including the headers of their packets.
func wireTime(bytes int, rate study.Bitrate) time.Duration {
	const payload, headers = netem.FullPayload, study.PacketSize - netem.FullPayload
	packets := (bytes + payload - 1) / payload
	return time.Duration(float64(bytes+packets*headers) * 8 / float64(rate) * float64(time.Second))
}

// demandRun says how demands are measured.
type demandRun struct {
	dir     string
	network study.Network
	count   int
	push    bool
}

// demandTimes is the result of a demandRun.
type demandTimes struct {
	took  []time.Duration
	bytes int     // that a chunk takes on the wire; means nothing while a plan is sent
	share float64 // of the link's rate that was used
}

const (
	demandPort = 7000
	pushFirst  = 3 * time.Second // the plan is sent for so long before the first demand; by then its pace is the link's rate
)

// timeDemands makes a link with an origin at its far end, and measures demands to it.
func timeDemands(ctx context.Context, r demandRun) (_ demandTimes, err error) {
	link, err := userspace.New(r.network, 1)
	if err != nil {
		return demandTimes{}, err
	}
	defer func() { err = errors.Join(err, link.Close()) }()
	stop, err := serveNoise(ctx, link, r.planned())
	if err != nil {
		return demandTimes{}, err
	}
	defer stop()
	options := stream.Options{Dir: r.dir}
	if r.push {
		options.Strategy, options.Traces = forecast.Order, []forecast.Trace{inOrder(r.planned())}
	}
	near, err := stream.Open(ctx, func(ctx context.Context) (net.Conn, error) { return link.DialNear(ctx, demandPort) }, options)
	if err != nil {
		return demandTimes{}, err
	}
	defer func() { err = errors.Join(err, near.Close()) }()
	if r.push {
		if err := near.Loaded(ctx, r.chunksIn(pushFirst)); err != nil {
			return demandTimes{}, err
		}
	}
	return r.demand(ctx, link, near)
}

// demand demands chunks one after the other.
func (r demandRun) demand(ctx context.Context, link netem.Link, near *stream.Near) (demandTimes, error) {
	im, chunk := near.Images()[1], make([]byte, wire.ChunkSize)
	before, began, stats := link.Counters(), time.Now(), near.Stats()
	var t demandTimes
	for i := range r.count {
		asked := time.Now()
		if _, err := im.ReadAtContext(ctx, chunk, int64(i)*wire.ChunkSize); err != nil {
			return t, err
		}
		t.took = append(t.took, time.Since(asked))
	}
	wall := time.Since(began)
	if p := near.Progress(); r.push && p.Here == p.Of {
		return t, errors.New("everything planned was pushed before the last demand")
	}
	t.share = float64(link.Counters().BytesDown-before.BytesDown) * 8 / wall.Seconds() / float64(r.network.Down)
	t.bytes = int(near.Stats().WireBytes-stats.WireBytes) / r.count
	return t, nil
}

// planned returns how many chunks the link carries in twice the time that the demands should take.
func (r demandRun) planned() int {
	return r.chunksIn(pushFirst + 2*time.Duration(r.count)*(r.network.RTT+10*time.Millisecond))
}

func (r demandRun) chunksIn(d time.Duration) int {
	return int(float64(r.network.Down) / 8 * d.Seconds() / noiseSize)
}

// inOrder returns a trace of the first n chunks of the first image.
func inOrder(n int) forecast.Trace {
	t := forecast.Trace{Content: noiseContent}
	for i := range n {
		t.Accesses = append(t.Accesses, forecast.Access{
			Chunk: wire.Chunk{Index: uint32(i)}, At: time.Duration(i) * time.Millisecond,
		})
	}
	return t
}

// noiseSize is how much of a chunk of noise cannot be compressed: a third, as with the memory of a
// machine.
const (
	noiseSize    = wire.ChunkSize / 3
	noiseContent = "noise"
)

// noise is an image of pages that have nothing in common. Its content is made when it is read, so it takes no memory.
type noise struct{ seed uint64 }

// ReadAt implements io.ReaderAt, for whole chunks.
func (s noise) ReadAt(p []byte, off int64) (int, error) {
	clear(p)
	for at := 0; at < len(p); at += wire.ChunkSize {
		rng := rand.New(rand.NewPCG(s.seed, uint64(off)+uint64(at)))
		for i := 0; i+8 <= noiseSize; i += 8 {
			binary.LittleEndian.PutUint64(p[at+i:], rng.Uint64())
		}
	}
	return len(p), nil
}

// serveNoise serves two images at the far end until stop is called: one of n chunks for the plan, and one for demands.
func serveNoise(ctx context.Context, link netem.Link, n int) (stop func(), err error) {
	var sources []wire.Source
	for i, name := range []string{"pushed", "demanded"} {
		sources = append(sources, wire.Source{
			ImageInfo: wire.ImageInfo{Name: name, Size: int64(max(n, 1)) * wire.ChunkSize}, Content: noise{uint64(i)},
		})
	}
	origin, err := stream.NewOrigin(noiseContent, sources...)
	if err != nil {
		return nil, err
	}
	l, err := link.ListenFar(demandPort)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = origin.Serve(ctx, l) // if it ends too early, the demands fail
	}()
	return func() { cancel(); <-served }, nil
}
