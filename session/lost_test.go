package session_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/session"
	"vmstudy/stream/store"
	"vmstudy/study"
)

// openStreamed opens a streamed desktop. It passes each link that the lab makes to cut, if cut is not nil.
func openStreamed(ctx context.Context, t *testing.T, lab *session.Lab, cut func(netem.Link)) (session.Desktop, error) {
	t.Helper()
	make := lab.NewLink
	lab.NewLink = func(name string, n study.Network, seed uint64) (netem.Link, study.LinkWay, error) {
		link, way, err := make(name, n, seed)
		if err == nil && cut != nil {
			cut(link)
		}
		return link, way, err
	}
	app, err := lab.Appliance("")
	if err != nil {
		t.Fatal(err)
	}
	return lab.Open(ctx, session.Request{
		Appliance: app.Name, Condition: study.Condition{Access: study.Access{Method: study.Stream}, Network: far, Task: app.Tasks[0]},
	}, func(session.Progress) {})
}

func TestADesktopWhoseFarEndIsGoneIsLostWithASentence(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	lab := newLab(t)
	lab.Patience = 500 * time.Millisecond
	var link netem.Link
	d, err := openStreamed(ctx, t, lab, func(l netem.Link) { link = l })
	if err != nil {
		t.Fatal(err)
	}
	if err := link.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-d.Lost():
	case <-ctx.Done():
		t.Fatal("nobody noticed that the far end was gone")
	}
	if say := study.Sentence(d.Report().Lost); !strings.Contains(say, "not heard of for 500ms") {
		t.Errorf("lost because of %v, want a sentence about the far end", d.Report().Lost)
	}
	if err := d.Close(ctx); err != nil {
		t.Errorf("Close: %v", err)
	}
	noneStuck(t)
}

// noneStuck fails the test if a QEMU process is in an uninterruptible wait, as happens when nobody serves its
// FUSE mount.
func noneStuck(t *testing.T) {
	t.Helper()
	processes, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range processes {
		text, _ := os.ReadFile(path) // it may have ended meanwhile
		_, after, _ := strings.Cut(string(text), ") ")
		if strings.HasPrefix(after, "D ") && strings.Contains(string(text), "qemu") {
			t.Errorf("a process is stuck: %s", text)
		}
	}
}

func TestAStreamedDesktopComesFromTheStore(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	lab := newLab(t)
	lab.StoreDir = t.TempDir()
	app, err := lab.Appliance("")
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(lab.StoreDir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	images, release, err := session.OpenImages(app.LocalFiles())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if _, err := s.Pack(ctx, app.Name, app.Content(), images, nil); err != nil {
		t.Fatal(err)
	}
	d, err := openStreamed(ctx, t, lab, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := look(ctx, t, d, &watcher{}).Close(); err != nil {
		t.Error(err)
	}
	if err := d.Close(ctx); err != nil {
		t.Errorf("Close: %v", err)
	}

	// With every chunk in the store damaged, the desktop does not open, and the error says why.
	packs, err := filepath.Glob(filepath.Join(lab.StoreDir, "packs", "*"))
	if err != nil || len(packs) != 1 {
		t.Fatalf("packs %v, %v", packs, err)
	}
	pack, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	for at := 1000; at < len(pack)-len(pack)/4; at += 100 {
		pack[at] ^= 0x55
	}
	if err := os.WriteFile(packs[0], pack, 0o644); err != nil {
		t.Fatal(err)
	}
	d, err = openStreamed(ctx, t, lab, nil)
	if err == nil {
		_ = d.Close(ctx)
		t.Fatal("a desktop was made of damaged chunks")
	}
	if say := study.Sentence(err); !strings.Contains(say, "cannot be read there") {
		t.Errorf("Open: %v, want a sentence about what cannot be read", err)
	}
}
