package procfs

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"vmstudy/relocate/pages"
)

// partSize is how many bytes of a Map a line has: in base64, and with its word, a line is shorter than the 512 bytes that a host reads.
const partSize = 360

// Serve answers the questions of a host until in ends. Each is a line:
//
//	mark    Notes which processes have run until now. There is no answer.
//	pages   What is each page frame used for? Processes that ran since the last mark that is at least Lately old, or since
//	        the first mark, count as active.
//
// The answer is an encoded pages.Map in lines "pages DATA" with base64, and then a line "pages" alone. If the kernel does not say what
// its memory is used for, there is only that line.
func Serve(in io.Reader, out io.Writer, proc string) error {
	w := NewWatch(proc)
	if err := w.Sample(time.Now()); err != nil {
		return err
	}
	questions := bufio.NewScanner(in)
	for questions.Scan() {
		switch questions.Text() {
		case "mark":
			if err := w.Sample(time.Now()); err != nil {
				return err
			}
		case "pages":
			m, err := w.pages()
			if err != nil {
				fmt.Fprintln(os.Stderr, "knowledge:", err)
			}
			if err := tell(out, m, err == nil); err != nil {
				return err
			}
		}
	}
	return questions.Err()
}

// pages returns what each frame is used for.
func (w *Watch) pages() (pages.Map, error) {
	active, err := w.Active()
	if err != nil {
		return pages.Map{}, err
	}
	return Reader{Proc: w.proc}.Read(active)
}

// tell writes the answer to the question for pages.
func tell(out io.Writer, m pages.Map, known bool) error {
	b := bufio.NewWriterSize(out, 16<<10)
	if known {
		for data := m.Encode(); len(data) > 0; {
			n := min(partSize, len(data))
			// A line is written whole, because others write lines to the same port.
			if line := 6 + base64.StdEncoding.EncodedLen(n) + 1; b.Available() < line {
				if err := b.Flush(); err != nil {
					return err
				}
			}
			fmt.Fprintf(b, "pages %s\n", base64.StdEncoding.EncodeToString(data[:n]))
			data = data[n:]
		}
	}
	_, err := io.WriteString(b, "pages\n")
	return errors.Join(err, b.Flush())
}
