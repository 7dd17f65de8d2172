package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"vmstudy/vmhost/qemu"
	"vmstudy/vmhost/tool"
)

// How long a new guest may take. The emulated demo needs about 15 s on an idle computer.
const (
	bootPatience   = 5 * time.Minute
	settlePatience = time.Minute
)

// quietFor is how long the screen of a guest must not change before it is frozen.
const quietFor = 2 * time.Second

// boot starts the machine on its new disk.
func (b *build) boot(ctx context.Context) error {
	memory, err := os.Create(b.raw().Memory)
	if err != nil {
		return err
	}
	if err := errors.Join(memory.Truncate(b.made.RAM), memory.Close()); err != nil {
		return err
	}
	files := qemu.Files{Memory: b.raw().Memory, Disk: b.raw().Disk}
	var once sync.Once
	b.vm, err = qemu.Start(ctx, qemu.Spawn{
		Args: append([]string{b.host.QEMU()}, b.made.Hardware().BootArgs(files, b.kernel, b.file("console"))...),
		Dir:  b.work, RAM: b.made.RAM,
		OnWord: func(w qemu.Word) {
			if w.Verb == "ready" {
				once.Do(func() { close(b.ready) })
			}
		},
	})
	return err
}

// awaitReady waits until the guest's agent says that the desktop is there.
func (b *build) awaitReady(ctx context.Context) error {
	late := time.NewTimer(bootPatience)
	defer late.Stop()
	why := errors.New("the guest has ended")
	select {
	case <-b.ready:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-late.C:
		why = fmt.Errorf("the guest was not ready after %v", bootPatience)
	case <-b.vm.Done():
	}
	console, err := os.ReadFile(b.file("console"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return errors.Join(why, err)
	}
	return b.vm.Explain(fmt.Errorf("%w; its console ends with: %s", why, bytes.TrimSpace(console[max(0, len(console)-tool.TailSize):])))
}

// settle waits until the screen has not changed for a while.
func (b *build) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, settlePatience, fmt.Errorf("the screen still changes after %v", settlePatience))
	defer cancel()
	look := time.NewTicker(quietFor / 4)
	defer look.Stop()
	var last [sha256.Size]byte
	for same := 0; same < 4; {
		screen, err := b.screen(ctx)
		if err != nil {
			return err
		}
		if sum := sha256.Sum256(screen); sum == last {
			same++
		} else {
			same, last = 0, sum
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// screen returns what the guest shows, as a PPM image.
func (b *build) screen(ctx context.Context) ([]byte, error) {
	path := b.file("screen.ppm")
	if err := b.vm.QMP.Execute(ctx, "screendump", map[string]string{"filename": path}, nil); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// freeze stops the machine, writes the state of its devices, and ends it.
func (b *build) freeze(ctx context.Context) error {
	if err := b.vm.Hold(ctx); err != nil {
		return err
	}
	state, err := os.Create(b.made.LocalFiles().Device)
	if err != nil {
		return err
	}
	if err := errors.Join(b.vm.Save(ctx, state), state.Close()); err != nil {
		return err
	}
	vm := b.vm
	b.vm = nil
	return vm.Quit(ctx) // once QEMU is gone, its files are complete
}

// compact copies memory and disk into the appliance. Zeroes become holes.
func (b *build) compact(ctx context.Context) error {
	to, from := b.made.LocalFiles(), b.raw()
	if _, err := copySparse(ctx, to.Memory, from.Memory); err != nil {
		return err
	}
	_, err := copySparse(ctx, to.Disk, from.Disk)
	return err
}
