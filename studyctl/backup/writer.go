package backup

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"

	"vmstudy/files"
)

// A Writer writes one backup: the database first, then the files, then Close.
type Writer struct {
	tar   *tar.Writer
	outer []io.Closer // what the archive passes through, the innermost first
	at    time.Time
	sums  bytes.Buffer

	Files int      // copied so far
	Bytes int64    // of these
	Left  []string // what lies in the data directory and is no file: links and sockets, by their paths below it
}

// NewWriter begins a backup in w, encrypted for to, if there is anybody.
func NewWriter(w io.Writer, h Header, to []age.Recipient) (*Writer, error) {
	b := &Writer{at: h.At}
	if len(to) > 0 {
		sealed, err := age.Encrypt(w, to...)
		if err != nil {
			return nil, fmt.Errorf("encrypt the backup: %w", err)
		}
		b.outer, w = append(b.outer, sealed), sealed
	}
	packed, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)) // the other processors are for those who take part meanwhile
	if err != nil {
		return nil, err
	}
	b.outer = append([]io.Closer{packed}, b.outer...)
	b.tar = tar.NewWriter(packed)
	h.Format = format
	text, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return nil, err
	}
	return b, b.entry(&tar.Header{Name: headerName, Mode: 0o600, ModTime: h.At}, append(text, '\n'))
}

// entry writes an entry that is in memory.
func (b *Writer) entry(h *tar.Header, content []byte) error {
	h.Size = int64(len(content))
	return b.copy(h, bytes.NewReader(content))
}

// copy writes an entry of h.Size bytes, and notes its sum.
func (b *Writer) copy(h *tar.Header, content io.Reader) error {
	if err := b.tar.WriteHeader(h); err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(b.tar, sum), io.LimitReader(content, h.Size))
	if err == nil && n < h.Size {
		err = fmt.Errorf("%s became shorter while it was copied: %w", h.Name, io.ErrUnexpectedEOF)
	}
	fmt.Fprintf(&b.sums, "%x  %s\n", sum.Sum(nil), h.Name)
	return err
}

// pieceSize is the length of the pieces of the database, in bytes. One piece is in memory at a time.
const pieceSize = 16 << 20

// Database takes what dump writes as the database.
func (b *Writer) Database(dump func(io.Writer) error) error {
	p := pieces{to: b}
	if err := dump(&p); err != nil {
		return err
	}
	return p.flush()
}

// pieces writes what it is given as entries of pieceSize bytes; the last one is shorter.
type pieces struct {
	to      *Writer
	written int
	piece   bytes.Buffer
}

// Write implements [io.Writer].
func (p *pieces) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		part := b[:min(len(b), pieceSize-p.piece.Len())]
		p.piece.Write(part)
		n, b = n+len(part), b[len(part):]
		if p.piece.Len() == pieceSize {
			if err := p.flush(); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

func (p *pieces) flush() error {
	p.written++
	h := &tar.Header{Name: fmt.Sprintf("%s%06d", databaseName, p.written), Mode: 0o600, ModTime: p.to.at}
	err := p.to.entry(h, p.piece.Bytes())
	p.piece.Reset()
	return err
}

// Directory copies what lies in dir, with everything below it, except its entries that are named in without. What disappears
// meanwhile is not in the copy, nor are files that somebody is about to write (see package files). An entry of dir itself may be a link to
// a directory elsewhere.
func (b *Writer) Directory(dir string, without map[string]bool) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if without[e.Name()] {
			continue
		}
		root := filepath.Join(dir, e.Name())
		if real, err := filepath.EvalSymlinks(root); err == nil {
			root = real
		}
		if err := b.tree(root, e.Name()); err != nil {
			return err
		}
	}
	return nil
}

// tree copies what lies at root, under the name as.
func (b *Writer) tree(root, as string) error {
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil {
			var below string
			below, err = filepath.Rel(root, path)
			if err == nil {
				err = b.node(path, filepath.ToSlash(filepath.Join(as, below)), e)
			}
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

// node copies one file or makes one directory.
func (b *Writer) node(path, name string, e fs.DirEntry) error {
	if files.Unfinished(e.Name()) {
		return nil
	}
	if e.IsDir() {
		info, err := e.Info()
		if err != nil {
			return err
		}
		return b.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: filesName + name + "/", Mode: int64(info.Mode().Perm()), ModTime: info.ModTime()})
	}
	if !e.Type().IsRegular() {
		b.Left = append(b.Left, name)
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	b.Files, b.Bytes = b.Files+1, b.Bytes+info.Size()
	return b.copy(&tar.Header{Name: filesName + name, Size: info.Size(), Mode: int64(info.Mode().Perm()), ModTime: info.ModTime()}, f)
}

// Close completes the backup. Without it, the file is refused by whoever reads it. It does not close what NewWriter got.
func (b *Writer) Close() error {
	err := b.tar.WriteHeader(&tar.Header{Name: sumsName, Size: int64(b.sums.Len()), Mode: 0o600, ModTime: b.at})
	if err == nil {
		_, err = b.tar.Write(b.sums.Bytes())
	}
	err = errors.Join(err, b.tar.Close())
	for _, c := range b.outer {
		err = errors.Join(err, c.Close())
	}
	return err
}
