package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"

	"vmstudy/study"
)

// The first bytes of the files that this package knows.
var (
	sealedMagic = []byte("age-encryption.org/v1\n")
	packedMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// maxWindow is how many bytes of memory a Zstandard frame may ask for.
const maxWindow = 64 << 20

// Contents is what a whole backup has.
type Contents struct {
	Header
	Files int
	Bytes int64 // of the files
}

// Check reads a backup to its end, and returns what it has. Errors are refusals that say what is wrong with the file.
func Check(r io.Reader, keys []age.Identity) (Contents, error) {
	return read(r, keys, func(*tar.Header) (io.WriteCloser, error) { return discard{io.Discard}, nil })
}

type discard struct{ io.Writer }

func (discard) Close() error { return nil }

// Unpack writes what a backup has into dir: the database as the file "database", and the files below the directory "files". If it
// fails, what is in dir is of no use.
func Unpack(r io.Reader, keys []age.Identity, dir string) (Contents, error) {
	database, err := os.OpenFile(filepath.Join(dir, "database"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Contents{}, err
	}
	found, err := read(r, keys, func(h *tar.Header) (io.WriteCloser, error) {
		if strings.HasPrefix(h.Name, databaseName) {
			return discard{database}, nil
		}
		to := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			return discard{io.Discard}, errors.Join(os.MkdirAll(to, 0o700), os.Chmod(to, h.FileInfo().Mode().Perm()|0o700))
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return nil, err
		}
		return create(to, h)
	})
	return found, errors.Join(err, database.Sync(), database.Close())
}

// file is an unpacked file, which has the time of the original when it is closed.
type file struct {
	*os.File
	of *tar.Header
}

func create(path string, h *tar.Header) (file, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, h.FileInfo().Mode().Perm())
	return file{f, h}, err
}

// Close implements [io.Closer].
func (f file) Close() error {
	return errors.Join(f.Sync(), f.File.Close(), os.Chtimes(f.Name(), f.of.ModTime, f.of.ModTime))
}

// read reads a backup to its end. What an entry has is written to where place says.
func read(r io.Reader, keys []age.Identity, place func(*tar.Header) (io.WriteCloser, error)) (Contents, error) {
	plain, err := open(r, keys)
	if err != nil {
		return Contents{}, err
	}
	packed, err := zstd.NewReader(plain, zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return Contents{}, err
	}
	defer packed.Close()
	a := archive{in: tar.NewReader(packed), place: place}
	if err := a.header(); err != nil {
		return Contents{}, err
	}
	for {
		last, err := a.next()
		if err != nil {
			return Contents{}, err
		}
		if last {
			break
		}
	}
	// What comes after the archive is the end of the frame, with its own sum, and the end of what is encrypted.
	if n, err := io.Copy(io.Discard, packed); err != nil || n > maxPadding {
		return Contents{}, damaged(fmt.Errorf("%d bytes after its end: %w", n, errors.Join(err, study.ErrInvalid)))
	}
	return a.found, nil
}

// maxPadding is how many bytes may follow the last entry of a tar archive.
const maxPadding = 1 << 20

// open returns what a backup has inside its encryption, if it is encrypted.
func open(r io.Reader, keys []age.Identity) (io.Reader, error) {
	in := bufio.NewReader(r)
	first, err := in.Peek(len(sealedMagic))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.HasPrefix(first, packedMagic) {
		return in, nil
	}
	if !bytes.Equal(first, sealedMagic) {
		return nil, errForeign
	}
	if len(keys) == 0 {
		return nil, study.Refuse(study.ErrDenied, "this backup is encrypted: say with --passphrase-file or --identity where its passphrase or key is")
	}
	plain, err := age.Decrypt(in, keys...)
	var strange *age.NoIdentityMatchError
	if errors.As(err, &strange) {
		return nil, study.Refuse(study.ErrDenied, "this passphrase or key does not open this backup")
	}
	if err != nil {
		return nil, damaged(err)
	}
	return plain, nil
}

// archive is a backup that is being read.
type archive struct {
	in    *tar.Reader
	place func(*tar.Header) (io.WriteCloser, error)
	found Contents
	sums  bytes.Buffer
}

func (a *archive) header() error {
	h, err := a.in.Next()
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, tar.ErrHeader) {
		return damaged(err)
	}
	if err != nil || h.Name != headerName {
		return errForeign
	}
	sum := sha256.New()
	content := io.TeeReader(a.in, sum)
	if a.found.Header, err = readHeader(content); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return damaged(err)
	}
	fmt.Fprintf(&a.sums, "%x  %s\n", sum.Sum(nil), headerName)
	return nil
}

// next reads an entry, and reports whether it was the last one.
func (a *archive) next() (last bool, err error) {
	h, err := a.in.Next()
	if err != nil {
		return false, damaged(fmt.Errorf("it ends before %s: %w", sumsName, err))
	}
	if h.Name == sumsName {
		return true, a.compare()
	}
	if !known(h) {
		return false, damaged(fmt.Errorf("it has the entry %q", h.Name))
	}
	to, err := a.place(h)
	if err != nil {
		return false, err
	}
	sum := sha256.New()
	in := &failing{from: a.in}
	_, err = io.Copy(io.MultiWriter(to, sum), in)
	if in.err != nil {
		return false, errors.Join(damaged(in.err), to.Close())
	}
	if err := errors.Join(err, to.Close()); err != nil {
		return false, err
	}
	if h.Typeflag != tar.TypeDir {
		fmt.Fprintf(&a.sums, "%x  %s\n", sum.Sum(nil), h.Name)
	}
	if h.Typeflag != tar.TypeDir && strings.HasPrefix(h.Name, filesName) {
		a.found.Files, a.found.Bytes = a.found.Files+1, a.found.Bytes+h.Size
	}
	return false, nil
}

// known reports whether a backup has entries such as h. Each has one name only, so files/../database is not one below files/.
func known(h *tar.Header) bool {
	name := h.Name
	if h.Typeflag == tar.TypeDir {
		name = strings.TrimSuffix(name, "/")
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) || path.Clean(name) != name {
		return false
	}
	switch h.Typeflag {
	case tar.TypeReg:
		return strings.HasPrefix(h.Name, databaseName) || strings.HasPrefix(h.Name, filesName)
	case tar.TypeDir:
		return strings.HasPrefix(h.Name, filesName)
	}
	return false
}

// compare compares the sums of what was read with those that were written.
func (a *archive) compare() error {
	written, err := io.ReadAll(io.LimitReader(a.in, int64(a.sums.Len())+1))
	if err != nil {
		return damaged(err)
	}
	if !bytes.Equal(written, a.sums.Bytes()) {
		return damaged(fmt.Errorf("%s differs from what was read", sumsName))
	}
	return nil
}

// failing remembers an error of reading, so that it can be told from one of writing.
type failing struct {
	from io.Reader
	err  error
}

// Read implements [io.Reader].
func (f *failing) Read(b []byte) (int, error) {
	n, err := f.from.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}
