package h264

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Available returns nil if pictures can be encoded on this computer. It tries that with one picture, and not again once it has
// succeeded.
func Available() error {
	tried.Lock()
	defer tried.Unlock()
	if tried.succeeded {
		return nil
	}
	picture := image.NewRGBA(image.Rect(0, 0, 16, 16))
	e, err := NewEncoder(picture.Rect.Size(), Options{Rate: 1_000_000, Quality: 23})
	if err != nil {
		return err
	}
	defer e.Close()
	_, err = e.Append(nil, picture, picture.Rect)
	tried.succeeded = err == nil
	return err
}

// tried is what Available has found out.
var tried struct {
	sync.Mutex
	succeeded bool
}

// MaxSide is the greatest width and height of a picture, in pixels.
const MaxSide = 4096

// CanBe reports whether pictures of this size can be encoded: both sides are even and neither too small nor too large.
func CanBe(size image.Point) bool {
	fits := func(n int) bool { return n%2 == 0 && n >= 16 && n <= MaxSide }
	return fits(size.X) && fits(size.Y)
}

// patience is how long ffmpeg may take for one picture. It is far more than a busy computer needs. A screen that people look at
// waits for each picture but the first of its encoder, for which it has lessPatience.
var (
	patience     = 20 * time.Second
	lessPatience = 3 * time.Second
)

// child is an ffmpeg that turns what is written to it into something else.
type child struct {
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	said    beginning
	ended   error // why it is of no use any more
}

// beginning keeps the beginning of what is written to it: of a broken stream ffmpeg says something again and again.
type beginning []byte

// mostSaid is how many bytes a beginning has at most.
const mostSaid = 4 << 10

// Write implements [io.Writer].
func (b *beginning) Write(p []byte) (int, error) {
	*b = append(*b, p[:min(len(p), mostSaid-len(*b))]...)
	return len(p), nil
}

// start starts ffmpeg, which uses one processor at most and gets it after everything else that wants it.
func start(args ...string) (*child, error) {
	all := append([]string{"-n", "5", "ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin", "-probesize", "32", "-analyzeduration", "0", "-fpsprobesize", "0"}, args...)
	c := &child{process: exec.Command("nice", all...)}
	c.process.Stderr = &c.said
	in, err := c.process.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.in, c.out = in, bufio.NewReaderSize(out, 64<<10)
	if err := c.process.Start(); err != nil {
		return nil, err
	}
	return c, nil
}

// exchange writes to ffmpeg, and reads what it makes of it by read. If that takes longer than most, it ends ffmpeg.
func (c *child) exchange(most time.Duration, write, read func() error) error {
	if c.ended != nil {
		return c.ended
	}
	late := time.AfterFunc(most, func() { _ = c.process.Process.Kill() })
	defer late.Stop()
	written := make(chan error, 1)
	go func() { written <- write() }() // ffmpeg may write before it has read everything
	err := read()
	if err != nil {
		_ = c.process.Process.Kill() // so that write ends, too
	}
	if err = errors.Join(err, <-written); err != nil {
		c.close()
		first, _, _ := strings.Cut(string(c.said), "\n")
		c.ended = fmt.Errorf("ffmpeg: %s: %v", first, err) // not %w: the end of ffmpeg is not the end of what the caller reads
	}
	return c.ended
}

// errClosed is the error of a child that was closed.
var errClosed = errors.New("the stream of pictures has been closed")

// close ends ffmpeg and waits for its end.
func (c *child) close() {
	if c.ended != nil {
		return
	}
	c.ended = errClosed
	_ = c.in.Close()
	_ = c.process.Process.Kill()
	_ = c.process.Wait()
}

func sizeOf(p image.Point) string { return strconv.Itoa(p.X) + "x" + strconv.Itoa(p.Y) }
