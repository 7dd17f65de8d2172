package screen

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net"
	"net/http"
	"sync"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/study"
	"vmstudy/web/page"
)

// A thumbnail's width in pixels, for how long it is shown, how long making it may take, and its
// JPEG quality.
const (
	thumbWidth   = 400
	thumbFor     = 1500 * time.Millisecond
	thumbLimit   = 5 * time.Second
	thumbQuality = 70
)

// thumbnails makes small pictures of desktops when somebody asks. For each it connects to the
// machine, without the emulated network, gets one whole picture and closes the connection.
// Everybody who asks within thumbFor gets the same picture. So the participant's link carries
// nothing of it, and while nobody looks, nothing happens.
type thumbnails struct {
	dial func(context.Context, study.SessionID) (net.Conn, error)
	now  func() time.Time

	mu sync.Mutex
	of map[study.SessionID]*thumbnail
}

type thumbnail struct {
	mu   sync.Mutex // locked while the picture is made
	at   time.Time
	jpeg []byte
}

// get returns a thumbnail of a session's desktop as JPEG.
func (t *thumbnails) get(ctx context.Context, id study.SessionID) ([]byte, error) {
	t.mu.Lock()
	if t.of == nil {
		t.of = map[study.SessionID]*thumbnail{}
	}
	one := t.of[id]
	if one == nil {
		one = &thumbnail{}
		t.of[id] = one
	}
	t.mu.Unlock()

	one.mu.Lock()
	defer one.mu.Unlock()
	if t.now().Sub(one.at) < thumbFor {
		return one.jpeg, nil
	}
	ctx, cancel := context.WithTimeout(ctx, thumbLimit)
	defer cancel()
	screen, err := t.snapshot(ctx, id)
	if err != nil {
		t.forget(id)
		return nil, err
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, shrunk(screen, thumbWidth), &jpeg.Options{Quality: thumbQuality}); err != nil {
		return nil, fmt.Errorf("thumbnail of session %d: %w", id, err)
	}
	one.jpeg, one.at = b.Bytes(), t.now()
	return one.jpeg, nil
}

func (t *thumbnails) forget(id study.SessionID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.of, id)
}

// snapshot returns the present screen of a session's desktop.
func (t *thumbnails) snapshot(ctx context.Context, id study.SessionID) (*image.RGBA, error) {
	conn, err := t.dial(ctx, id)
	if err != nil {
		return nil, err
	}
	client, err := robot.Connect(ctx, conn)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	if _, err := client.WaitChange(ctx, 0); err != nil {
		return nil, fmt.Errorf("first picture of session %d: %w", id, err)
	}
	return client.Screen(), nil
}

// shrunk returns m with at most the given width. Each pixel is the mean of the pixels that it
// stands for.
func shrunk(m *image.RGBA, width int) *image.RGBA {
	from := m.Rect.Size()
	if from.X <= width {
		return m
	}
	to := image.Pt(width, max(1, from.Y*width/from.X))
	small := image.NewRGBA(image.Rectangle{Max: to})
	for y := range to.Y {
		for x := range to.X {
			cell := image.Rect(x*from.X/to.X, y*from.Y/to.Y, (x+1)*from.X/to.X, (y+1)*from.Y/to.Y)
			small.SetRGBA(x, y, mean(m, cell.Add(m.Rect.Min)))
		}
	}
	return small
}

// mean returns the mean colour in an area of m. Of an empty area it takes one pixel.
func mean(m *image.RGBA, area image.Rectangle) color.RGBA {
	var r, g, b, n int
	for y := area.Min.Y; y < max(area.Max.Y, area.Min.Y+1); y++ {
		row := m.Pix[m.PixOffset(area.Min.X, y):]
		for x := range max(area.Dx(), 1) {
			r, g, b, n = r+int(row[4*x]), g+int(row[4*x+1]), b+int(row[4*x+2]), n+1
		}
	}
	return color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), 255}
}

// ShowThumbnail answers with a small picture of a session's desktop. If the desktop has closed
// since the page was made, the answer has no picture. An error status would only fill the browser's
// console.
func (s *Server) ShowThumbnail(w http.ResponseWriter, r *http.Request) error {
	id, err := page.ID[study.SessionID](r, "session")
	if err != nil {
		return err
	}
	picture, err := s.thumbs.get(r.Context(), id)
	if err != nil {
		if st, _ := s.Desktops.Status(id); st.Ready {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	w.Header().Set("Content-Type", "image/jpeg")
	_, err = w.Write(picture)
	return err
}
