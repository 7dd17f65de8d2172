package rfb_test

import (
	"context"
	"fmt"
	"image"
	"image/draw"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/gorilla/websocket"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/server"
	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

// noVNCFiles is where the noVNC that participants get lies.
const noVNCFiles = "../web/static/novnc"

// page wraps noVNC's functions in the way that the comment on Input tells, and counts.
const page = `<!DOCTYPE html><div id="screen" style="width:640px;height:400px"></div><script type="module">
import RFB from "/novnc/core/rfb.js";
window.counted = {key: 0, button: 0, wheel: 0, move: 0, updates: 0};
let buttons = 0;
const count = (name, note) => {
  const was = RFB.messages[name];
  RFB.messages[name] = (...args) => { note(...args); return was(...args); };
};
const point = limit => (sock, x, y, mask) => {
  const changed = buttons ^ (mask & limit);
  buttons = mask & limit;
  counted[changed === 0 ? "move" : changed & 0x78 ? "wheel" : "button"]++;
};
count("keyEvent", () => counted.key++);
count("QEMUExtendedKeyEvent", () => counted.key++);
count("pointerEvent", point(0x7f));
count("extendedPointerEvent", point(0x1ff));
const was = RFB.prototype._framebufferUpdate;
RFB.prototype._framebufferUpdate = function () {
  const done = was.call(this);
  if (done) counted.updates++;
  return done;
};
window.viewer = new RFB(document.getElementById("screen"), "ws://" + location.host + "/screen", {shared: true});
viewer.addEventListener("connect", () => { document.title = "connected"; });
viewer.addEventListener("disconnect", () => { document.title = "disconnected"; });
</script>`

// use types, clicks, turns the wheel and moves the mouse, as noVNC itself sees it, at a
// pace that lets the screen follow.
const use = `(async () => {
  const pause = () => new Promise(done => setTimeout(done, 40));
  const canvas = document.querySelector("canvas");
  const at = (type, x, more) => canvas.dispatchEvent(new (type === "wheel" ? WheelEvent : MouseEvent)(type,
    {clientX: x, clientY: 100, bubbles: true, cancelable: true, ...more}));
  for (let i = 0; i < 60; i++) {
    viewer.sendKey(0x61 + i % 26, "KeyA", i % 2 === 0);
    await pause();
    at("mousemove", 50 + i);
    at("mousedown", 50 + i, {button: 0, buttons: 1});
    at("mouseup", 50 + i, {button: 0, buttons: 0});
    if (i % 5 === 0) at("wheel", 50 + i, {deltaY: 100});
    await pause();
  }
  for (let before = -1; before !== counted.updates; ) {
    before = counted.updates;
    await new Promise(done => setTimeout(done, 1000));
  }
  return counted;
})()`

// browse starts a browser, for at most half a minute.
// It ends with the second value.
func browse(t *testing.T) (context.Context, func()) {
	t.Helper()
	all, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	allocator, stop := chromedp.NewExecAllocator(all, append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox)...)
	browser, end := chromedp.NewContext(allocator)
	return browser, func() { end(); stop(); cancel() }
}

// needNoVNC skips the test if the viewer was not fetched; see need.
func needNoVNC(t *testing.T) {
	t.Helper()
	_, err := os.Stat(noVNCFiles + "/core/rfb.js")
	need(t, "novnc", err)
}

// TestNoVNCCountsAsTheTapDoes has the real viewer in a real browser look at a real machine.
func TestNoVNCCountsAsTheTapDoes(t *testing.T) {
	needQEMU(t)
	need(t, "chromium", func() error { _, err := exec.LookPath("chromium"); return err }())
	needNoVNC(t)
	guest := startQEMU(t)
	awaitGuest(t, guest.dial())
	told := &tally{count: map[string]int{}}
	mux := http.NewServeMux()
	mux.Handle("/novnc/", http.StripPrefix("/novnc/", http.FileServer(http.Dir(noVNCFiles))))
	mux.HandleFunc("/screen", func(w http.ResponseWriter, r *http.Request) { told.relay(t, w, r, guest.dial()) })
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, page) })
	server := httptest.NewServer(mux)
	defer server.Close()
	defer told.relays.Wait() // they end with the browser, which is closed before

	browser, end := browse(t)
	defer end()
	_, err := chromedp.Run(browser, chromedp.Navigate(server.URL))
	if err == nil {
		_, err = chromedp.Run(browser, chromedp.Poll[bool](`document.title === "connected"`))
	}
	var counted map[string]int
	if err == nil {
		counted, err = chromedp.Run(browser, chromedp.Evaluate[map[string]int](use, chromedp.EvalAwaitPromise))
	}
	if err != nil {
		t.Fatal(err)
	}
	told.mu.Lock()
	defer told.mu.Unlock()
	t.Logf("noVNC counted %v", counted)
	for what, n := range counted {
		if n == 0 || told.count[what] != n {
			t.Errorf("noVNC counted %d of %s, the tap %d; want the same and more than none", n, what, told.count[what])
		}
	}
}

// TestNoVNCShowsWhatOurServerShows has the real viewer in a real browser look at our own
// server, which draws while it looks, and compares its canvas pixel for pixel.
func TestNoVNCShowsWhatOurServerShows(t *testing.T) {
	need(t, "chromium", func() error { _, err := exec.LookPath("chromium"); return err }())
	needNoVNC(t)
	for _, e := range screen.Writes {
		if e == wire.Zlib || e == wire.Hextile && testing.Short() {
			continue
		}
		t.Run(e.String(), func(t *testing.T) { showInNoVNC(t, e) })
	}
}

func showInNoVNC(t *testing.T, e wire.Encoding) {
	s := server.New(image.Pt(320, 200))
	s.Encodings = []wire.Encoding{e}
	told := &tally{count: map[string]int{}}
	mux := http.NewServeMux()
	mux.Handle("/novnc/", http.StripPrefix("/novnc/", http.FileServer(http.Dir(noVNCFiles))))
	mux.HandleFunc("/screen", func(w http.ResponseWriter, r *http.Request) {
		near, far := net.Pipe()
		told.relays.Go(func() { _ = s.Serve(far) })
		told.relay(t, w, r, near)
	})
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, page) })
	server := httptest.NewServer(mux)
	defer server.Close()
	defer told.relays.Wait()
	browser, end := browse(t)
	defer end()
	_, err := chromedp.Run(browser, chromedp.Navigate(server.URL))
	if err == nil {
		_, err = chromedp.Run(browser, chromedp.Poll[bool](`document.title === "connected"`))
	}
	want := painted(image.Pt(320, 200), 0)
	for seed := uint64(0); seed < 6 && err == nil; seed++ {
		m := painted(want.Rect.Size(), seed)
		area := image.Rect(0, 0, 320-int(seed)*30, 200-int(seed)*20)
		s.Draw(area, func(screen *image.RGBA) { draw.Draw(screen, area, m, area.Min, draw.Src) })
		draw.Draw(want, area, m, area.Min, draw.Src)
		_, err = chromedp.Run(browser, chromedp.Poll[bool](fmt.Sprintf(`(() => {
			const canvas = document.querySelector("canvas");
			const pix = canvas.getContext("2d").getImageData(0, 0, 320, 200).data;
			let sum = 0;
			for (let i = 0; i < pix.length; i++) sum = (sum * 31 + pix[i]) %% 1000003;
			return sum === %d;
		})()`, hash(want))))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// hash is what the page works out, too.
func hash(m *image.RGBA) (sum int) {
	for _, b := range m.Pix {
		sum = (sum*31 + int(b)) % 1000003
	}
	return sum
}

// tally counts what a Tap tells.
type tally struct {
	relays sync.WaitGroup
	mu     sync.Mutex
	count  map[string]int
}

func (c *tally) note(t *testing.T, e tap.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := e.(type) {
	case *tap.Input:
		c.count[string(e.Kind)]++
	case *tap.Update:
		c.count["updates"] = e.N
	case tap.Lost:
		t.Errorf("lost: %v", e.Reason)
	}
}

// relay joins a browser's websocket with a machine, through a Tap.
func (c *tally) relay(t *testing.T, w http.ResponseWriter, r *http.Request, machine net.Conn) {
	c.relays.Add(1)
	defer c.relays.Done()
	tap := tap.New(machine, time.Now, func(e tap.Event) { c.note(t, e) })
	defer tap.Close()
	tap.LimitEncodings(wire.Encoding.Followed) // pictures come with loss, and then without: pixel for pixel
	socket, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		t.Errorf("websocket: %v", err)
		return
	}
	defer socket.Close()
	var up sync.WaitGroup
	up.Go(func() {
		defer tap.Close()
		for {
			_, b, err := socket.ReadMessage()
			if err != nil {
				return
			}
			if _, err := tap.Write(b); err != nil {
				return
			}
		}
	})
	buf := make([]byte, 64<<10)
	for {
		n, err := tap.Read(buf)
		if err != nil {
			break
		}
		if err := socket.WriteMessage(websocket.BinaryMessage, buf[:n]); err != nil {
			break
		}
	}
	_ = socket.Close()
	up.Wait()
}
