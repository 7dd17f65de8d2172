package record

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/robot"
	"vmstudy/rfb/wire"
	"vmstudy/study"
)

// play connects a robot to the stream of a segment.
func play(t *testing.T, stream []byte) *robot.Client {
	t.Helper()
	near, far := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, far) }() // reads what the robot says until it is closed
	go func() { _, _ = far.Write(stream) }()
	c, err := robot.Connect(t.Context(), near)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// streams returns the bytes of each segment.
func streams(all []Item) (list [][]byte) {
	for _, i := range all {
		switch i := i.(type) {
		case Segment:
			list = append(list, nil)
		case Block:
			list[len(list)-1] = append(list[len(list)-1], i.Data...)
		}
	}
	return list
}

func TestARecordingShowsWhatTheViewerSaw(t *testing.T) {
	machine := rfbtest.NewServer(40, 30)
	var out bytes.Buffer
	w, err := NewWriter(&out, head)
	if err != nil {
		t.Fatal(err)
	}
	r := newRecorder(time.Now(), true, newPace(time.Now()))
	done := make(chan error, 1)
	go func() {
		_, err := r.run(w, func() bool { return true })
		done <- err
	}()
	var want []*image.RGBA
	for _, c := range []color.RGBA{{R: 200, A: 255}, {B: 100, A: 255}} { // after a reload the stream begins anew
		near, far := net.Pipe()
		go func() { _ = machine.Serve(far) }()
		viewer, err := robot.Connect(t.Context(), r.Watch(near))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := viewer.WaitChange(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		before := viewer.Changes()
		machine.Paint(image.Rect(3, 4, 20, 25), c)
		if _, err := viewer.WaitChange(t.Context(), before); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(viewer.Key(t.Context(), 'x', true), viewer.Close()); err != nil {
			t.Fatal(err)
		}
		want = append(want, viewer.Screen())
	}
	r.end(study.RecordedWhole)
	if err := <-done; err != nil {
		t.Fatal(err)
	}

	all, err := items(&out)
	if err != nil {
		t.Fatal(err)
	}
	segments := streams(all)
	if len(segments) != len(want) {
		t.Fatalf("got %d segments, want %d", len(segments), len(want))
	}
	for n, stream := range segments {
		c := play(t, stream)
		for changes := 0; !cmp.Equal(c.Screen(), want[n]); changes++ {
			if _, err := c.WaitChange(t.Context(), changes); err != nil {
				t.Fatalf("segment %d never shows what the viewer saw: %v", n, err)
			}
		}
	}
	_, inputs := parted(all)
	if len(inputs) != 2 || inputs[0].(Input).Keysym != 'x' {
		t.Errorf("inputs are %v, want two presses of x", inputs)
	}
}

func TestAQueueThatOverflowsEndsTheRecording(t *testing.T) {
	r := newRecorder(time.Now(), false, newPace(time.Now())) // nothing writes, as if the disk had stopped
	near, far := net.Pipe()
	conn := r.Watch(near)
	const queueBytes = maxChunks * chunkSize
	go func() {
		_, _ = io.Copy(far, strings.NewReader(strings.Repeat("x", queueBytes+2*maxBlock)))
		_ = far.Close()
	}()
	n, err := io.Copy(io.Discard, conn)
	if n != queueBytes+2*maxBlock || err != nil {
		t.Errorf("the viewer got %d bytes (%v), want all of them", n, err)
	}
	if r.why != study.TooSlow || r.queue.size() > queueBytes {
		t.Errorf("the recording ended %q with %d bytes waiting, want too_slow and a bounded queue", r.why, r.queue.size())
	}
	if r.beginSegment() != 0 {
		t.Error("a recording that is over begins another segment")
	}
}

// talk is what the two sides of a connection say before the first message.
type talk struct{ server, client string }

func TestOpeningMakesOneHandshakeOfAll(t *testing.T) {
	native := wire.RGBX
	native.RedShift, native.BlueShift = 16, 0
	init := string(wire.ServerInit{W: 640, H: 480, Format: native, Name: "guest"}.Append(nil))
	asks := string(wire.SetPixelFormat{Format: wire.RGBX}.Append(nil))
	wants := string(wire.FramebufferUpdateRequest{W: 640, H: 480}.Append(nil))
	opened := func(f wire.PixelFormat) string {
		return "RFB 003.003\n\x00\x00\x00\x01" + string(wire.ServerInit{W: 640, H: 480, Format: f, Name: "guest"}.Append(nil)) + "PICTURE"
	}
	tests := map[string]struct {
		talk
		want string // empty: it cannot be followed
	}{
		"3.8 without a password":  {talk{"RFB 003.008\n\x01\x01\x00\x00\x00\x00" + init + "PICTURE", "RFB 003.008\n\x01\x01" + asks + wants}, opened(wire.RGBX)},
		"3.8 with a password":     {talk{"RFB 003.008\n\x02\x02\x010123456789abcdef\x00\x00\x00\x00" + init + "PICTURE", "RFB 003.008\n\x020123456789abcdef\x01" + asks}, opened(wire.RGBX)},
		"3.7 has no result":       {talk{"RFB 003.008\n\x01\x01" + init + "PICTURE", "RFB 003.007\n\x01\x01" + asks}, opened(wire.RGBX)},
		"3.3":                     {talk{"RFB 003.003\n\x00\x00\x00\x01" + init + "PICTURE", "RFB 003.003\n\x01" + asks}, opened(wire.RGBX)},
		"the format as it is":     {talk{"RFB 003.008\n\x01\x01\x00\x00\x00\x00" + init + "PICTURE", "RFB 003.008\n\x01\x01" + wants}, opened(native)},
		"a refusal":               {talk{"RFB 003.008\n\x01\x01\x00\x00\x00\x01", "RFB 003.008\n\x01"}, ""},
		"an unknown security":     {talk{"RFB 003.008\n\x01\x13", "RFB 003.008\n\x13"}, ""},
		"no version":              {talk{"HTTP/1.1 400 Bad Request\r\n", "GET / HTTP/1.1\r\n\r\n"}, ""},
		"a name of 4 GB":          {talk{"RFB 003.008\n\x01\x01\x00\x00\x00\x00" + init[:20] + "\xff\xff\xff\xff", "RFB 003.008\n\x01\x01"}, ""},
		"another format later":    {talk{"RFB 003.008\n\x01\x01\x00\x00\x00\x00" + init, "RFB 003.008\n\x01\x01" + asks + asks}, ""},
		"a message of no meaning": {talk{"RFB 003.008\n\x01\x01\x00\x00\x00\x00" + init, "RFB 003.008\n\x01\x01\x99"}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, step := range []int{1, 7, 1000} {
				got, err := follow(tt.talk, step, step == 7)
				if tt.want == "" {
					if !errors.Is(err, errUnreadable) {
						t.Errorf("in steps of %d: error %v, want errUnreadable", step, err)
					}
					continue
				}
				if err != nil || got != tt.want {
					t.Errorf("in steps of %d: got %q, %v, want %q", step, got, err, tt.want)
				}
			}
		})
	}
}

// follow gives an opening step bytes of each side in turn.
func follow(of talk, step int, clientFirst bool) (string, error) {
	var o opening
	var got []byte
	sides := []struct {
		rest *string
		take func([]byte) ([]wire.ClientMessage, []byte, error)
	}{{&of.server, o.fromServer}, {&of.client, o.fromClient}}
	if clientFirst {
		slices.Reverse(sides)
	}
	for of.server != "" || of.client != "" {
		for _, side := range sides {
			n := min(step, len(*side.rest))
			_, b, err := side.take([]byte((*side.rest)[:n]))
			if err != nil {
				return "", err
			}
			got, *side.rest = append(got, b...), (*side.rest)[n:]
		}
	}
	return string(got), nil
}

func FuzzOpening(f *testing.F) {
	init := string(wire.ServerInit{W: 2, H: 2, Format: wire.RGBX, Name: "n"}.Append(nil))
	f.Add("RFB 003.008\n\x01\x01\x00\x00\x00\x00"+init+"P", "RFB 003.008\n\x01\x01"+string(wire.SetPixelFormat{Format: wire.RGBX}.Append(nil)), 3)
	f.Fuzz(func(t *testing.T, server, client string, step int) {
		got, err := follow(talk{server, client}, max(1, step), step%2 == 0)
		if err == nil && len(got) > len(server)+16 {
			t.Fatalf("%d bytes were made of %d", len(got), len(server))
		}
	})
}

// heldStore is a store in memory.
type heldStore struct {
	begun chan study.AttemptID
	ended chan study.Recording
	all   []study.Recording
}

func newHeldStore() *heldStore {
	return &heldStore{begun: make(chan study.AttemptID, 9), ended: make(chan study.Recording, 9)}
}

func (s *heldStore) BeginRecording(_ context.Context, a study.AttemptID, _ time.Time) error {
	s.begun <- a
	return nil
}

func (s *heldStore) EndRecording(_ context.Context, r study.Recording) error {
	s.ended <- r
	return nil
}

func (s *heldStore) AllRecordings(context.Context) ([]study.Recording, error) { return s.all, nil }

// rest waits until the recorder of an attempt has little left to write.
func (l *Library) rest(a study.AttemptID) {
	l.mu.Lock()
	r := l.open[a]
	l.mu.Unlock()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for r != nil {
		r.mu.Lock()
		waiting, over := len(r.queue.waiting), r.over
		r.mu.Unlock()
		if over || waiting < maxChunks/8 {
			return
		}
		<-tick.C
	}
}

// pump sends random pictures through a connection that a library records, until stop returns true.
func pump(t *testing.T, l *Library, a study.AttemptID, stop func(sent int) bool) (sent int) {
	t.Helper()
	near, far := net.Pipe()
	conn := l.Record(t.Context(), a, false, near)
	viewer := make(chan int64, 1)
	go func() {
		n, _ := io.Copy(io.Discard, conn)
		viewer <- n
	}()
	say := func(b []byte) {
		if _, err := far.Write(b); err != nil {
			t.Error(err)
		}
		sent += len(b)
	}
	go func() { _, _ = io.Copy(io.Discard, far) }()
	say([]byte("RFB 003.003\n\x00\x00\x00\x01"))
	say(wire.ServerInit{W: 2, H: 2, Format: wire.RGBX}.Append(nil))
	if _, err := conn.Write(append([]byte("RFB 003.003\n\x01"), wire.SetPixelFormat{Format: wire.RGBX}.Append(nil)...)); err != nil {
		t.Error(err)
	}
	noise := make([]byte, 16<<10)
	for n := uint64(1); !stop(sent); {
		l.rest(a) // if not, the queue would overflow, which another test is about
		for i := 0; i < len(noise); i += 8 {
			n = n*6364136223846793005 + 1442695040888963407
			binary.BigEndian.PutUint64(noise[i:], n)
		}
		say(noise)
	}
	_ = far.Close()
	if n := <-viewer; n != int64(sent) {
		t.Errorf("the viewer got %d bytes of %d", n, sent)
	}
	_ = conn.Close()
	return sent
}

// hungStore is a store whose database does not answer.
type hungStore struct{ *heldStore }

func (hungStore) BeginRecording(ctx context.Context, _ study.AttemptID, _ time.Time) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

func TestADatabaseThatHangsHoldsNoClosingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, err := NewLibrary(Config{Dir: t.TempDir(), Store: hungStore{newHeldStore()}, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		near, far := net.Pipe()
		defer far.Close()
		defer l.Record(t.Context(), 1, false, near).Close()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		if err := l.Close(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 5*time.Second {
			t.Errorf("Close: %v after %v, want the end of its context after 5s", err, time.Since(began))
		}
		if err := l.Close(t.Context()); err != nil || time.Since(began) != storeLimit {
			t.Errorf("Close: %v after %v, want nil when the store is given up, after %v", err, time.Since(began), storeLimit)
		}
	})
}
