package nbd

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/studytest"
)

// A disk of QEMU's own server, with a size that is no multiple of anything.
func TestADiskIsReadAsQEMUServesIt(t *testing.T) {
	studytest.Need(t, "qemu-img")
	const size = 3<<20 + 512
	content := make([]byte, size)
	if _, err := rand.Read(content); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file, socket := filepath.Join(dir, "disk"), filepath.Join(dir, "socket")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listening, err := l.File()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	server := exec.Command("qemu-nbd", "--format=raw", "--read-only", "--export-name=disk", file)
	server.Stderr, server.ExtraFiles = &said, []*os.File{listening}
	// Socket activation as systemd does it: the listener is descriptor 3. LISTEN_PID must be the server's own.
	server.Path, server.Args = "/bin/sh", append([]string{"sh", "-c", `LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" "$@"`}, server.Args...)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer server.Wait() //nolint:errcheck // it is killed
	defer server.Process.Kill()

	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	open := func(name string) (*Disk, error) {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		return Open(ctx, conn, name)
	}
	d, err := open("disk")
	if err != nil {
		t.Fatalf("%v; the server says %s", err, &said)
	}
	if d.Size() != size {
		t.Fatalf("size %d, want %d", d.Size(), size)
	}
	got, err := io.ReadAll(io.NewSectionReader(d, 0, d.Size()))
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("%d bytes, %v; want the content", len(got), err)
	}
	part := make([]byte, 2<<20) // more than one request, and beyond the end
	if n, err := d.ReadAt(part, size-1<<20); !errors.Is(err, io.EOF) || n != 1<<20 || !bytes.Equal(part[:n], content[size-1<<20:]) {
		t.Errorf("the end of the disk: %d bytes, %v", n, err)
	}
	if n, err := d.ReadAt(part, -1); err == nil || n != 0 {
		t.Errorf("before the beginning: %d bytes, %v", n, err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if _, err := d.ReadAt(part, 0); err == nil {
		t.Error("a closed disk is read")
	}
}

// pretended is a server that says what it is given, and reads as much as a client sends.
func pretended(t *testing.T, says ...[]byte) net.Conn {
	near, far := net.Pipe()
	t.Cleanup(func() { far.Close() })
	go io.Copy(io.Discard, far) //nolint:errcheck // until the end
	go func() {
		for _, b := range says {
			if _, err := far.Write(b); err != nil {
				return
			}
		}
		far.Close()
	}()
	return near
}

func TestAServerThatDoesNotKeepToTheProtocolIsNotBelieved(t *testing.T) {
	hello := []byte("NBDMAGICIHAVEOPT\x00\x03")
	export := binary.BigEndian.AppendUint64(nil, 4096)
	export = append(export, 0, 3)
	reply := func(magic, code uint32, handle uint64) []byte {
		b := binary.BigEndian.AppendUint32(nil, magic)
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, code), handle)
	}
	for name, tc := range map[string]struct {
		says [][]byte
		open string // what Open says; empty if it succeeds
		read string // what ReadAt says
	}{
		"another protocol":                    {[][]byte{[]byte("HTTP/1.1 400 Bad R")}, "does not keep", ""},
		"the old negotiation":                 {[][]byte{[]byte("NBDMAGICIHAVEOPT\x00\x00")}, "does not keep", ""},
		"no greeting":                         {nil, "greeting", ""},
		"no such export":                      {[][]byte{hello}, "export \"disk\"", ""},
		"a disk that is larger than any":      {[][]byte{hello, append(bytes.Repeat([]byte{255}, 8), 0, 3)}, "does not keep", ""},
		"an answer to something else":         {[][]byte{hello, export, reply(replyMagic, 0, 77)}, "", "does not keep"},
		"an answer of another kind":           {[][]byte{hello, export, reply(0x668e33ef, 0, 1)}, "", "does not keep"},
		"an error of the disk":                {[][]byte{hello, export, reply(replyMagic, 5, 1)}, "", "error 5"},
		"a server that ends within an answer": {[][]byte{hello, export, reply(replyMagic, 0, 1), []byte("half")}, "", "EOF"},
	} {
		d, err := Open(t.Context(), pretended(t, tc.says...), "disk")
		if (err == nil) != (tc.open == "") || err != nil && !strings.Contains(err.Error(), tc.open) {
			t.Errorf("%s: Open says %v, want %q", name, err, tc.open)
		}
		if err != nil {
			continue
		}
		if _, err := d.ReadAt(make([]byte, 512), 0); err == nil || !strings.Contains(err.Error(), tc.read) {
			t.Errorf("%s: ReadAt says %v, want %q", name, err, tc.read)
		}
		d.Close()
	}
}

func TestOpeningEndsWithItsContext(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Open(ctx, near, "disk"); err == nil {
		t.Error("a server that says nothing was opened")
	}
}
