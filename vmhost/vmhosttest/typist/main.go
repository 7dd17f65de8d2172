// Command typist is the only program of a guest. It shows which input reached it through Linux's evdev. It reads keyboard
// and tablet as X does: all input of one device, then all of the other. It shows its results on the text screen, as bits.
//
//	F10   read pages of the disk that were not read since the guest was frozen, and read no input meanwhile
//	F11   touch pages that were not touched since the guest was frozen, and read no input meanwhile
//	F12   show what was read since the last F12, and begin again
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	page     = 4096
	eventLen = 24 // struct input_event

	evSyn, evKey, evAbs = 0, 1, 3
	synDropped          = 3
	keyF10              = 68
	keyF11, keyF12      = 87, 88
)

// cold is memory whose pages are all different.
var cold []byte

// scratch is a page that was always touched.
var scratch []byte

func main() {
	fmt.Fprintln(os.Stderr, run()) // run returns only with an error
	os.Exit(1)
}

func run() error {
	args := os.Args[1:]
	mib, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	if cold, err = unix.Mmap(-1, 0, mib<<20, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON); err != nil {
		return err
	}
	for at := 0; at < len(cold); at += page {
		binary.LittleEndian.PutUint64(cold[at:], uint64(at)*0x9e3779b97f4a7c15+1)
	}
	if scratch, err = unix.Mmap(-1, 0, page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON); err != nil {
		return err
	}
	disk, err := fillDisk()
	if err != nil {
		return err
	}
	port, err := agentPort()
	if err != nil {
		return err
	}
	agent, err := os.OpenFile(port, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	r := &reader{disk: disk}
	if err := r.open(); err != nil {
		return err
	}
	go answer(agent, r)
	if _, err := agent.WriteString("ready\n"); err != nil {
		return err
	}
	return r.read()
}

// fillDisk writes a disk whose pages are all different. It returns the disk, whose pages are read past Linux's cache.
func fillDisk() (int, error) {
	disk, err := unix.Open("/dev/vda", unix.O_RDWR|unix.O_DIRECT, 0)
	if err != nil {
		return 0, err
	}
	_, err = unix.Pwrite(disk, cold, 0)
	return disk, err
}

func agentPort() (string, error) {
	names, _ := filepath.Glob("/sys/class/virtio-ports/*/name")
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err == nil && strings.TrimSpace(string(text)) == "agent" {
			return "/dev/" + filepath.Base(filepath.Dir(name)), nil
		}
	}
	return "", fmt.Errorf("no agent among %q", names)
}

// answer tells the host that a task has begun. The goal of a task is the number of pages that an F11 touches.
func answer(agent *os.File, r *reader) {
	var buf [512]byte
	for {
		n, err := agent.Read(buf[:])
		if err != nil {
			return
		}
		words := strings.Fields(string(buf[:n]))
		if len(words) == 3 && words[0] == "begin" {
			goal, _ := base64.StdEncoding.DecodeString(words[2])
			pages, _ := strconv.Atoi(string(goal))
			r.pages.Store(int64(pages))
			_, _ = fmt.Fprintf(agent, "begun %s\n", words[1])
		}
	}
}

// reader reads keyboard and tablet.
type reader struct {
	fds   []unix.PollFd
	disk  int          // open for reading past Linux's cache
	pages atomic.Int64 // how many pages an F10 or F11 needs; another goroutine hears it
	next  int          // index of the next page to touch
	block int          // index of the next page of the disk to read
	x, y  int32
	told  result
	sum   bytes.Buffer
}

// result is the Result of package vmhosttest.
type result struct{ Run, Keys, Buttons, Moves, Dropped, Sum uint32 }

func (r *reader) open() error {
	devices, _ := filepath.Glob("/dev/input/event*")
	for _, path := range devices {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK, 0)
		if err != nil {
			return err
		}
		name := make([]byte, 128)
		if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), 0x80804506, uintptr(unsafe.Pointer(&name[0]))); e != 0 { // EVIOCGNAME
			return e
		}
		if strings.Contains(strings.ToLower(string(name)), "virtio") {
			r.fds = append(r.fds, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
		} else {
			_ = unix.Close(fd)
		}
	}
	if len(r.fds) != 2 {
		return fmt.Errorf("%d devices among %q, want a keyboard and a tablet", len(r.fds), devices)
	}
	return nil
}

// read reads input until there is an error.
func (r *reader) read() error {
	buf := make([]byte, 64*eventLen)
	for {
		if _, err := unix.Poll(r.fds, -1); err != nil && err != unix.EINTR {
			return err
		}
		for _, fd := range r.fds {
			for {
				n, err := unix.Read(int(fd.Fd), buf)
				if err == unix.EAGAIN {
					break
				}
				if err != nil {
					return err
				}
				for at := 0; at < n; at += eventLen {
					r.take(buf[at : at+eventLen])
				}
			}
		}
	}
}

func (r *reader) take(e []byte) {
	kind, code, value := binary.LittleEndian.Uint16(e[16:]), binary.LittleEndian.Uint16(e[18:]), int32(binary.LittleEndian.Uint32(e[20:]))
	switch {
	case kind == evSyn && code == synDropped:
		r.told.Dropped++
	case kind == evAbs && code == 0:
		r.x = value
		r.told.Moves++
	case kind == evAbs && code == 1:
		r.y = value
	case kind == evKey && value == 2: // a repeat by the kernel does not count
	case kind == evKey && code == keyF10:
		if value == 1 {
			r.standForDisk()
		}
	case kind == evKey && code == keyF11:
		if value == 1 {
			r.stand()
		}
	case kind == evKey && code == keyF12:
		if value == 1 {
			r.show()
		}
	case kind == evKey:
		r.note(code, value)
	}
}

// note records a press or release, with the pointer's position for a button.
func (r *reader) note(code uint16, value int32) {
	x, y := int32(0), int32(0)
	if code >= 0x100 {
		x, y = r.x, r.y
		r.told.Buttons++
	} else {
		r.told.Keys++
	}
	_ = binary.Write(&r.sum, binary.LittleEndian, []int32{int32(code), value, x, y})
}

// stand touches one cold page after another.
func (r *reader) stand() {
	for range r.pages.Load() {
		cold[r.next*page]++
		r.next = (r.next + 1) % (len(cold) / page)
	}
}

// standForDisk reads one cold page of the disk after another.
func (r *reader) standForDisk() {
	for range r.pages.Load() {
		if _, err := unix.Pread(r.disk, scratch, int64(r.block)*page); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		r.block = (r.block + 1) % (len(cold) / page)
	}
}

// show writes the result to the screen, each number on a line: a light cell is a bit that is 1.
func (r *reader) show() {
	r.told.Sum = crc32.ChecksumIEEE(r.sum.Bytes())
	r.told.Run++
	var cells []byte // a character and a colour for each cell, see vcs(4)
	for _, n := range []uint32{r.told.Run, r.told.Keys, r.told.Buttons, r.told.Moves, r.told.Dropped, r.told.Sum} {
		for bit := range 80 {
			cells = append(cells, ' ', byte(uint64(n)>>bit&1)*0x70)
		}
	}
	run := r.told.Run
	r.told = result{Run: run}
	r.sum.Reset()
	screen, err := os.OpenFile("/dev/vcsa1", os.O_RDWR, 0)
	if err == nil {
		_, err = screen.Seek(4, 0) // skips the size and the cursor
	}
	if err == nil {
		_, err = screen.Write(cells)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	_ = screen.Close()
}
