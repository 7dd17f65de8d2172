package disk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"vmstudy/study"
)

// Limits of how long qemu-img may take, and how much it may print.
const (
	convertLimit = 2 * time.Hour
	askLimit     = time.Minute // for a question
	maxAnswer    = 1 << 20     // bytes that it may say
)

// spec describes the disk to qemu-img: where it is and which format it has, so that qemu-img does not guess. It is read only, and
// without a backing file, whatever the disk says.
func (d Disk) spec() string {
	file := map[string]any{"driver": "file", "filename": d.Path, "read-only": true}
	if d.Size > 0 {
		file = map[string]any{"driver": "raw", "offset": d.Offset, "size": d.Size, "file": file, "read-only": true}
	}
	disk := map[string]any{"driver": string(d.Format), "file": file, "read-only": true}
	if d.Format == Qcow2 || d.Format == VMDK {
		disk["backing"] = nil
	}
	text, err := json.Marshal(disk)
	if err != nil {
		panic(err) // cannot happen: there are only texts, numbers and truth values in it
	}
	return "json:" + string(text)
}

// Check asks qemu-img whether the disk can be read, and refuses one that claims to be larger than can be imported.
func (d Disk) Check(ctx context.Context) error {
	var info struct {
		Size    int64  `json:"virtual-size"`
		Backing string `json:"backing-filename"`
	}
	if err := d.ask(ctx, &info, "info", "--output=json", d.spec()); err != nil {
		return err
	}
	switch {
	case info.Backing != "":
		return part{name: d.Name}.refers()
	case info.Size <= 0 || info.Size > MaxSize:
		return study.Refuse(study.ErrInvalid, "%s says that its disk has %d bytes; at most %d GiB can be imported. Shrink it first.", d.Name, info.Size, MaxSize>>30)
	}
	return nil
}

// Holds returns about how many bytes of the disk are not empty. That is how much room a raw file of it takes. The result may be
// too large, but is never much too small.
func (d Disk) Holds(ctx context.Context) (int64, error) {
	var need struct{ Required int64 }
	// If asked about a raw target, qemu-img says how long the file becomes, with holes. A qcow2 file has little more than the
	// content of the disk.
	if err := d.ask(ctx, &need, "measure", "--output=json", "-O", "qcow2", d.spec()); err != nil {
		return 0, err
	}
	if d.Format == Qcow2 || d.Format == VMDK { // disks of these formats may be compressed
		return need.Required, nil
	}
	// qemu-img does not know where a VHDX has holes. But its content cannot be larger than its file.
	takes, err := d.takes()
	return min(need.Required, takes), err
}

// takes returns how much room the disk's file takes.
func (d Disk) takes() (int64, error) {
	info, err := os.Stat(d.Path)
	if err != nil {
		return 0, err
	}
	takes := info.Size()
	if st, is := info.Sys().(*syscall.Stat_t); is {
		const block = 512 // the unit of st_blocks, on every file system
		takes = min(takes, st.Blocks*block)
	}
	if d.Size > 0 {
		takes = min(takes, d.Size)
	}
	return takes, nil
}

// Convert makes a raw file of the disk. Where the disk is empty, the file has holes.
func (d Disk) Convert(ctx context.Context, to string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, convertLimit, study.Refuse(study.ErrConflict,
		"%s was not converted within %v. Convert it where there is time, with: qemu-img convert -O qcow2", d.Name, convertLimit))
	defer cancel()
	to, err := filepath.Abs(to) // qemu-img takes what stands before a colon in a relative path for a protocol
	if err != nil {
		return err
	}
	said := &limited{most: maxAnswer}
	cmd := exec.CommandContext(ctx, "qemu-img", "convert", "-O", "raw", d.spec(), to)
	cmd.Stderr = said
	if err := cmd.Run(); err != nil {
		return d.unreadable(ctx, said, err)
	}
	return nil
}

// ask runs a command of qemu-img that prints JSON, and reads its answer.
func (d Disk) ask(ctx context.Context, answer any, args ...string) error {
	if _, err := exec.LookPath("qemu-img"); err != nil {
		return study.Refuse(study.ErrNotFound, "qemu-img is not installed. On Debian: apt install qemu-utils.")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, askLimit, study.Refuse(study.ErrInvalid,
		"%s keeps qemu-img busy for more than %v only to say what it holds. Convert it first, with: qemu-img convert -f %s -O qcow2", d.Name, askLimit, d.Format))
	defer cancel()
	out, said := &limited{most: maxAnswer}, &limited{most: maxAnswer}
	cmd := exec.CommandContext(ctx, "qemu-img", args...)
	cmd.Stdout, cmd.Stderr = out, said
	if err := cmd.Run(); err != nil {
		return d.unreadable(ctx, said, err)
	}
	if err := json.Unmarshal(out.Bytes(), answer); err != nil {
		return fmt.Errorf("qemu-img %s: %w", args[0], err)
	}
	return nil
}

// unreadable explains why qemu-img could not read a disk.
func (d Disk) unreadable(ctx context.Context, said *limited, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
	first = strings.ReplaceAll(strings.TrimPrefix(first, "qemu-img: "), d.spec(), d.Name)
	return errors.Join(study.Refuse(study.ErrInvalid, "%s cannot be read as a %s disk (%s). If it was copied, compare the two; else export it again.", d.Name, d.Format, first), err)
}

// limited is a buffer that takes no more than a number of bytes.
type limited struct {
	bytes.Buffer
	most int
}

var errTooMuch = errors.New("qemu-img says too much")

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > l.most {
		return 0, errTooMuch
	}
	return l.Buffer.Write(p)
}
