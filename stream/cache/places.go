package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"

	"vmstudy/fields"
	"vmstudy/stream/wire"
)

const (
	placesMagic = "vmstudy places 1\n"
	placeSize   = 1 + 4 + 2 + wire.HashSize
	maxRecord   = 1 << 16 // places in a record
	// maxContents is how many contents are remembered: the latest.
	maxContents = 32
)

// places is what is known of one content.
type places struct {
	f     *os.File
	known map[wire.Chunk]wire.Place
}

// Known returns the chunks of content that are here.
func (c *Cache) Known(content string) []wire.Place {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := c.of(content)
	if err != nil {
		c.stop(err)
		return nil
	}
	var here []wire.Place
	for _, at := range p.known {
		if _, kept := c.where[at.Hash]; kept {
			here = append(here, at)
		}
	}
	return here
}

// Learn remembers where content has which chunks.
func (c *Cache) Learn(content string, at []wire.Place) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.off != nil {
		return
	}
	p, err := c.of(content)
	if err == nil {
		err = p.learn(at)
	}
	if err != nil {
		c.stop(err)
	}
}

// of opens what is known of a content.
func (c *Cache) of(content string) (*places, error) {
	name := sha256.Sum256([]byte(content))
	path := filepath.Join(c.placesDir(), hex.EncodeToString(name[:]))
	if p := c.places[path]; p != nil {
		return p, nil
	}
	if err := c.forgetContents(); err != nil {
		return nil, err
	}
	p, err := openPlaces(path)
	if err == nil {
		c.places[path] = p
	}
	return p, err
}

// forgetContents makes room for one more content.
func (c *Cache) forgetContents() error {
	entries, err := os.ReadDir(c.placesDir())
	if err != nil {
		return err
	}
	type old struct {
		path string
		at   int64
	}
	var all []old
	for _, e := range entries {
		path := filepath.Join(c.placesDir(), e.Name())
		info, err := e.Info()
		if err != nil {
			return err
		}
		if c.places[path] == nil {
			all = append(all, old{path, info.ModTime().UnixNano()})
		}
	}
	slices.SortFunc(all, func(a, b old) int { return int(min(1, max(-1, a.at-b.at))) })
	for _, o := range all[:max(0, min(len(all), len(entries)-maxContents+1))] {
		if err := os.Remove(o.path); err != nil {
			return err
		}
	}
	return nil
}

// openPlaces opens the file at path, or makes it.
func openPlaces(path string) (*places, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	p := &places{f: f, known: map[wire.Chunk]wire.Place{}}
	if err := p.load(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return p, nil
}

// load reads the records up to the first that is not whole, and cuts the file there.
func (p *places) load() error {
	text, err := io.ReadAll(p.f)
	if err != nil {
		return err
	}
	end := int64(len(text) - len(parsePlaces(text, p.note)))
	if end == 0 {
		if _, err := p.f.WriteAt([]byte(placesMagic), 0); err != nil {
			return err
		}
		end = int64(len(placesMagic))
	}
	if err := p.f.Truncate(end); err != nil {
		return err
	}
	_, err = p.f.Seek(end, io.SeekStart)
	return err
}

func (p *places) note(at wire.Place) { p.known[at.Chunk] = at }

// learn appends a record of the places that are new.
func (p *places) learn(all []wire.Place) error {
	fresh := make([]wire.Place, 0, len(all))
	for _, at := range all {
		if known, ok := p.known[at.Chunk]; !ok || known.Hash != at.Hash {
			fresh = append(fresh, at)
			p.note(at)
		}
	}
	for part := range slices.Chunk(fresh, maxRecord) {
		if _, err := p.f.Write(appendPlaces(nil, part)); err != nil {
			return err
		}
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendPlaces writes a record: how many places, each with image, index, what it cost on the wire,
// and hash; and the CRC-32C of all that. Numbers are big endian.
func appendPlaces(b []byte, all []wire.Place) []byte {
	from := len(b)
	b = binary.BigEndian.AppendUint32(b, uint32(len(all)))
	for _, at := range all {
		b = append(b, at.Image)
		b = binary.BigEndian.AppendUint32(b, at.Index)
		b = binary.BigEndian.AppendUint16(b, at.Wire)
		b = append(b, at.Hash[:]...)
	}
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b[from:], castagnoli))
}

// parsePlaces tells note every place of every whole record, and returns what follows the last. A
// file that begins otherwise is returned whole.
func parsePlaces(b []byte, note func(wire.Place)) (rest []byte) {
	if len(b) < len(placesMagic) || string(b[:len(placesMagic)]) != placesMagic {
		return b
	}
	b = b[len(placesMagic):]
	for len(b) >= 8 {
		count := binary.BigEndian.Uint32(b)
		size := 4 + int64(count)*placeSize
		if count == 0 || count > maxRecord || int64(len(b)) < size+4 ||
			crc32.Checksum(b[:size], castagnoli) != binary.BigEndian.Uint32(b[size:]) {
			break
		}
		for r := fields.NewReader(b[4:size]); r.Left() > 0; {
			at := wire.Place{Chunk: wire.Chunk{Image: r.U8(), Index: r.U32()}, Wire: r.U16()}
			r.Fill(at.Hash[:])
			note(at)
		}
		b = b[size+4:]
	}
	return b
}
