package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"vmstudy/record"
	"vmstudy/stream"
	"vmstudy/stream/forecast"
	"vmstudy/stream/mount"
	"vmstudy/stream/store"
	"vmstudy/stream/wire"
	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/build"
)

// This file has those examinations of the doctor that do a small piece of what a study does.

// withDirectory lets do work in a directory of its own below the data directory. A study works there, so whatever keeps a
// study from mounting or from running programs is found out.
func (c Config) withDirectory(do func(dir string) error) error {
	if err := c.makeData(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(c.runDir(), "tool-")
	if err != nil {
		return err
	}
	return errors.Join(do(dir), os.RemoveAll(dir))
}

// examineFUSE streams a small image through a mount, and has another program read it. This program must not read its own
// mounts.
func examineFUSE(ctx context.Context, c Config, _ tell) (string, error) {
	by := "this program"
	if os.Geteuid() != 0 {
		path, err := exec.LookPath("fusermount3")
		if err != nil {
			return "", err
		}
		by = path
	}
	content := bytes.Repeat([]byte("vmstudy "), 8*wire.ChunkSize/8)
	err := c.withDirectory(func(dir string) error {
		return withStream(ctx, dir, content, func(near *stream.Near) error {
			point := filepath.Join(dir, "mount")
			if err := os.Mkdir(point, 0o700); err != nil {
				return err
			}
			m, err := mount.At(point, near)
			if err != nil {
				return err
			}
			read, err := exec.CommandContext(ctx, "cat", m.Path("image")).Output()
			if err == nil && !bytes.Equal(read, content) {
				err = study.Refuse(study.ErrConflict, "an image that was mounted reads differently")
			}
			return errors.Join(err, m.Close())
		})
	})
	return "an image was streamed, mounted by " + by + ", and read", err
}

// withStream serves one image on the loopback interface, and lets do use a near end that streams it.
func withStream(ctx context.Context, dir string, content []byte, do func(*stream.Near) error) error {
	origin, err := stream.NewOrigin("doctor", wire.Source{
		ImageInfo: wire.ImageInfo{Name: "image", Size: int64(len(content))}, Content: bytes.NewReader(content),
	})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- origin.Serve(serving, l) }()
	defer func() { stop(); <-served }()
	near, err := stream.Open(ctx, func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}, stream.Options{Strategy: forecast.None, Dir: dir})
	if err != nil {
		return err
	}
	return errors.Join(do(near), near.Close())
}

// examineAppliances reads every byte of the appliances, in their files and in the store.
func examineAppliances(ctx context.Context, c Config, show tell) (string, error) {
	apps, passed, err := vmhost.List(c.appliancesDir())
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(passed, func(p vmhost.Unusable) bool { return !p.Stray }) {
		return "", study.Refuse(study.ErrConflict, "in %s: %s", c.appliancesDir(), strings.Join(sentences(passed), "; "))
	}
	if len(apps) == 0 {
		return "", study.Refuse(study.ErrNotFound, "none in %s", c.appliancesDir())
	}
	var names []string
	err = withToolHost(ctx, c, func(host *vmhost.Host, _ string) error {
		for _, a := range apps {
			err := host.Check(ctx, a)
			if err == nil {
				err = a.Verify(ctx, func(_ string, done, total int) { show(int64(done), int64(total)) })
			}
			if err != nil {
				return err
			}
			names = append(names, a.Name)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	err = c.withStore(func(s *store.Store) error {
		damage, err := s.Verify(ctx, "", func(done, total int64) { show(done, total) })
		if err == nil && len(damage) > 0 {
			err = study.Refuse(study.ErrConflict, "the store is damaged: %s", damage[0])
		}
		return err
	})
	detail := strings.Join(names, ", ") + ": every byte is as it was built"
	if len(passed) > 0 {
		detail += "; passed over in " + c.appliancesDir() + ": " + strings.Join(sentences(passed), "; ")
	}
	return detail, err
}

// examineBuilding finds out whether an appliance could be built. It does not build one, which would take minutes.
func examineBuilding(ctx context.Context, _ Config, _ tell) (string, error) {
	if err := build.Ready(ctx); err != nil {
		return "", err
	}
	by := "as root"
	if os.Geteuid() != 0 {
		by = "in a user namespace, without being root"
	}
	return "appliances are built " + by + ", from Debian packages", nil
}

// examineFFmpeg makes a video in the way in which recordings become videos.
func examineFFmpeg(ctx context.Context, c Config, _ tell) (detail string, err error) {
	if detail, err = examineProgram("ffmpeg", "-version")(ctx, c, nil); err != nil {
		return "", err
	}
	err = c.withDirectory(func(dir string) error { return record.TryVideo(ctx, filepath.Join(dir, "try.mp4")) })
	return detail + "; a video was made", err
}

// examineChromium has the browser show a page and run a script in it.
func examineChromium(ctx context.Context, c Config, _ tell) (string, error) {
	var out []byte
	err := c.withDirectory(func(dir string) (err error) {
		out, err = exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
			"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+dir,
			"--dump-dom", `data:text/html,<body><script>document.body.textContent = "6 x 7 = " + 6 * 7</script>`).Output()
		return err
	})
	if err == nil && !bytes.Contains(out, []byte("6 x 7 = 42")) {
		err = study.Refuse(study.ErrConflict, "a page that was opened in chromium does not show what its script wrote")
	}
	if err != nil {
		return "", fmt.Errorf("running chromium: %w", err)
	}
	return examineProgram("chromium", "--version")(ctx, c, nil)
}
