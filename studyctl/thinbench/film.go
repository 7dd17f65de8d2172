package thinbench

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"
	"net"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"vmstudy/bench"
	"vmstudy/bench/stat"
	"vmstudy/netem"
	"vmstudy/netem/userspace"
	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/robot"
	"vmstudy/rfb/server"
	"vmstudy/rfb/wire"
	"vmstudy/study"
)

// FilmSection returns the section "film" of "bench rfb": a film of 30 pictures a second on a desktop on which somebody types, over
// links, beside TigerVNC. Three servers play it in turns: ours with JPEG, ours with H.264, and TigerVNC's.
func FilmSection() bench.Section {
	return bench.Section{Name: "film", About: "a film and keys over a link, beside TigerVNC", Long: true, Measure: measureFilm}
}

// filmLinks are the links, by name.
var filmLinks = []struct {
	name string
	down study.Bitrate
	rtt  time.Duration
}{
	{"7.2 Mbps, 120 ms", 7_200 * study.Kbps, 120 * time.Millisecond},
	{"14.4 Mbps, 60 ms", 14_400 * study.Kbps, 60 * time.Millisecond},
	{"50 Mbps, 20 ms", 50 * study.Mbps, 20 * time.Millisecond},
	{"2 Mbps, 200 ms", 2 * study.Mbps, 200 * time.Millisecond},
}

// What is promised of films: as many pictures as the peer, or all but every fifth where the link has room for them as H.264; and answers
// that come as soon as the peer's.
const (
	filmPictures = 24
	mostLater    = 1.05
)

// screenOn is a screen on which the film plays: ours, or the peer's X display.
type screenOn interface {
	dial(ctx context.Context) (net.Conn, error)
	// paint shows what do draws in an area of the screen.
	paint(area image.Rectangle, do func(*image.RGBA)) error
	// pressed gets a value for each key that is pressed.
	pressed() <-chan struct{}
}

// player is a way to play the film.
type player struct {
	name   string
	screen screenOn
	wishes []wire.Encoding
}

// seen is what a viewer saw of a film.
type seen struct {
	pictures float64   // a second
	bits     float64   // a second
	ssim     float64   // of the pictures that were looked at closely
	age      []float64 // how old each picture was when it was shown, in ms
	answers  []float64 // from a key until its answer was shown, in ms
}

func measureFilm(ctx context.Context, s bench.Setting) (rows []bench.Row, err error) {
	if _, err := exec.LookPath("Xtigervnc"); err != nil {
		return nil, bench.Unable{Why: "needs Xtigervnc (Debian's tigervnc-standalone-server)"}
	}
	x, err := startX(ctx, pictureSize)
	if err != nil {
		return nil, err
	}
	defer x.Close()
	theirs, err := x.listening(pictureSize)
	if err != nil {
		return nil, err
	}
	own := newOwnScreen(pictureSize)
	jpeg := []wire.Encoding{wire.Tight, novncCompression, wire.Quality(study.UsualQuality)}
	h264 := append([]wire.Encoding{wire.H264, wire.FilmRate(int64(study.UsualFilmRate))}, jpeg...)
	players := []player{{"ours, jpeg", own, jpeg}, {"ours, h264", own, h264}, {"TigerVNC", theirs, jpeg}}
	times, long := 5, 15*time.Second
	links := filmLinks
	if s.Quick {
		times, long, links = 1, 8*time.Second, links[:1]
	}
	film := newReel(s.Seed)
	for i, l := range links {
		all := make([][]seen, len(players))
		for round := range times {
			for j := range players {
				p := (j + round) % len(players) // nobody is always the first
				s.Show((i*times+round)*len(players)+j, len(links)*times*len(players))
				network := study.Network{Down: l.down, Up: l.down, RTT: l.rtt}
				one, err := players[p].play(ctx, film, network, s.Seed+uint64(round), long)
				if err != nil {
					return rows, fmt.Errorf("%s over %s: %w", players[p].name, l.name, err)
				}
				all[p] = append(all[p], one)
			}
		}
		rows = append(rows, judgeFilm(l.name, players, all)...)
	}
	return rows, nil
}

// judgeFilm makes rows of what was seen over one link. The last player is the peer.
func judgeFilm(link string, players []player, all [][]seen) (rows []bench.Row) {
	median := func(of []seen, what func(seen) float64) (float64, []float64) {
		var values []float64
		for _, one := range of {
			values = append(values, what(one))
		}
		return stat.Median(values), values
	}
	peer := all[len(all)-1]
	for i, p := range players[:len(players)-1] {
		where := link + ", " + p.name
		add := func(name, unit string, what func(seen) float64, bar func(own, peer float64) bench.Row) {
			value, values := median(all[i], what)
			other, _ := median(peer, what)
			rows = append(rows, bar(value, other).Beside(other, "TigerVNC").As(name, where, unit).Of(values))
		}
		told := func(own, _ float64) bench.Row { return bench.Told(own) }
		later := func(own, peer float64) bench.Row { return bench.AtMost(mostLater*peer, own) }
		add("film_pictures", "1/s", func(s seen) float64 { return s.pictures }, func(own, peer float64) bench.Row {
			if i == 1 && link == filmLinks[0].name {
				return bench.AtLeast(filmPictures, own)
			}
			return bench.AtLeast(0.95*peer, own)
		})
		add("film_ssim", "", func(s seen) float64 { return s.ssim }, told)
		add("film_rate", "Mbps", func(s seen) float64 { return s.bits / 1e6 }, told)
		add("film_age_p50", "ms", func(s seen) float64 { return stat.Median(s.age) }, told)
		add("film_key_p50", "ms", func(s seen) float64 { return stat.Median(s.answers) }, later)
		add("film_key_p95", "ms", func(s seen) float64 { _, tail := stat.Tail(s.answers, 0.95); return tail }, later)
	}
	return rows
}

// keyEvery is how often the viewer presses a key.
const keyEvery = 400 * time.Millisecond

// answerArea is where a key's answer is shown: a square whose brightness is another for each key.
var answerArea = image.Rect(40, 40, 72, 72)

// play plays the film to a viewer over a link.
func (p player) play(ctx context.Context, film *reel, over study.Network, seed uint64, long time.Duration) (s seen, err error) {
	link, err := userspace.New(over, seed)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, link.Close()) }()
	conn, err := through(ctx, link, p.screen.dial)
	if err != nil {
		return s, err
	}
	counted := &counted{Conn: conn}
	desktop := rfbtest.Desktop(pictureSize, seed)
	draw.Draw(desktop, answerArea, image.NewUniform(color.Gray{answerOf(0)}), image.Point{}, draw.Src)
	if err := p.screen.paint(desktop.Rect, func(m *image.RGBA) { draw.Draw(m, m.Rect, desktop, image.Point{}, draw.Src) }); err != nil {
		return s, err
	}
	c, err := robot.View{Encodings: p.wishes, Unasked: true}.Connect(ctx, counted)
	if err != nil {
		return s, err
	}
	if _, err = c.WaitChange(ctx, 0); err != nil {
		return s, errors.Join(err, c.Close())
	}
	for late := true; late; { // a key of the film before may have come after its end
		select {
		case <-p.screen.pressed():
		default:
			late = false
		}
	}
	playing, stop := context.WithTimeout(ctx, long)
	defer stop()
	v := &viewing{client: c, film: film, began: time.Now()}
	g, playing := errgroup.WithContext(playing)
	g.Go(func() error { return v.project(playing, p.screen) })
	g.Go(func() error { return v.look(playing) })
	g.Go(func() error { return v.press(playing) })
	before := counted.read.Load()
	err = g.Wait()
	took := time.Since(v.began).Seconds()
	s = seen{pictures: float64(v.shown) / took, bits: 8 * float64(counted.read.Load()-before) / took, age: v.age, answers: v.answers}
	s.ssim = stat.Mean(v.ssim)
	return s, errors.Join(err, c.Close())
}

// through connects to a screen over a link.
func through(ctx context.Context, link netem.Link, dial func(context.Context) (net.Conn, error)) (net.Conn, error) {
	l, err := link.ListenFar(5900)
	if err != nil {
		return nil, err
	}
	go func() { // ends when the link is closed
		far, err := l.Accept()
		if err != nil {
			return
		}
		defer far.Close()
		screen, err := dial(ctx)
		if err != nil {
			return
		}
		defer screen.Close()
		go func() { _, _ = io.Copy(screen, far); _ = screen.Close() }()
		_, _ = io.Copy(far, screen)
	}()
	return link.DialNear(ctx, 5900)
}

// viewing is a film that plays, and a viewer that looks at it and types.
type viewing struct {
	client *robot.Client
	film   *reel
	began  time.Time
	drawn  [1 << 10]atomic.Int64 // when the latest picture with each number was drawn, in nanoseconds since began

	shown   int
	age     []float64
	ssim    []float64
	answers []float64

	mu      sync.Mutex
	pressed map[uint8]time.Time // by the brightness that answers
	keys    int
}

// project draws the film, and the answers to keys, until ctx ends.
func (v *viewing) project(ctx context.Context, screen screenOn) error {
	beat := time.NewTicker(time.Second / filmRate)
	defer beat.Stop()
	answers := 0
	for n := 1; ; n++ {
		select {
		case <-beat.C:
			v.drawn[n%len(v.drawn)].Store(int64(time.Since(v.began)))
			if err := screen.paint(filmArea, func(m *image.RGBA) { v.film.picture(m, n) }); err != nil {
				return err
			}
		case <-screen.pressed():
			n--
			answers++
			ink := color.Gray{answerOf(answers)}
			if err := screen.paint(answerArea, func(m *image.RGBA) { draw.Draw(m, answerArea, image.NewUniform(ink), image.Point{}, draw.Src) }); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// answerOf returns the brightness of the n-th answer. Neighbours differ by more than any loss.
func answerOf(n int) uint8 { return uint8(20 + n%6*40) }

// look notes each picture that the viewer has, and each answer.
func (v *viewing) look(ctx context.Context) error {
	last := -1
	for at := v.client.Changes(); ; at = v.client.Changes() {
		screen := v.client.Screen()
		now := time.Since(v.began)
		v.answered(screen.Pix[screen.PixOffset(answerArea.Min.X+16, answerArea.Min.Y+16)])
		if n := numberOn(screen); n != last && v.drawn[n].Load() > 0 {
			last = n
			v.shown++
			v.age = append(v.age, ms(now-time.Duration(v.drawn[n].Load())))
			if v.shown%filmRate == 0 {
				v.ssim = append(v.ssim, v.near(screen, n))
			}
		}
		if _, err := v.client.WaitChange(ctx, at); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
}

// near returns how near the film on a screen is to picture n.
func (v *viewing) near(screen *image.RGBA, n int) float64 {
	want := image.NewRGBA(screen.Rect)
	v.film.picture(want, n)
	return ssim(want.SubImage(filmArea).(*image.RGBA), screen.SubImage(filmArea).(*image.RGBA))
}

func (v *viewing) answered(brightness uint8) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for want, at := range v.pressed {
		if max(want, brightness)-min(want, brightness) < 15 {
			v.answers = append(v.answers, ms(time.Since(at)))
			delete(v.pressed, want)
		}
	}
}

// press presses keys, each after the answer to the one before.
func (v *viewing) press(ctx context.Context) error {
	beat := time.NewTicker(keyEvery)
	defer beat.Stop()
	for {
		select {
		case <-beat.C:
		case <-ctx.Done():
			return nil
		}
		v.mu.Lock()
		waits := len(v.pressed) > 0
		if !waits {
			v.keys++
			v.pressed = map[uint8]time.Time{answerOf(v.keys): time.Now()}
		}
		v.mu.Unlock()
		if waits {
			continue
		}
		for _, down := range []bool{true, false} {
			if err := v.client.Key(ctx, 'a', down); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// ownScreen is a screen that our server shows.
type ownScreen struct {
	server *server.Server
	keys   chan struct{}
}

func newOwnScreen(size image.Point) *ownScreen {
	o := &ownScreen{server: server.New(size), keys: make(chan struct{}, 16)}
	o.server.Input = func(m wire.ClientMessage) {
		if k, is := m.(wire.KeyEvent); is && k.Down {
			o.keys <- struct{}{}
		}
	}
	return o
}

func (o *ownScreen) dial(context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	go func() { _ = o.server.Serve(far) }() // until the viewer hangs up
	return near, nil
}

func (o *ownScreen) paint(area image.Rectangle, do func(*image.RGBA)) error {
	o.server.Draw(area, do)
	return nil
}

func (o *ownScreen) pressed() <-chan struct{} { return o.keys }
