package vmhost

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	"vmstudy/rfb/tap"
	"vmstudy/study"
	"vmstudy/vmhost/display"
	"vmstudy/vmhost/qmp"
)

// The ways in which a machine's screen can be shown.
const (
	// DBus is by our own RFB server. QEMU tells it over D-Bus what the guest draws, as soon as it is drawn. See package
	// display.
	DBus = "dbus"
	// VNC is by QEMU's own VNC server, which looks at the screen every 30 to 80 ms.
	VNC = "vnc"
)

// chooseDisplay returns how screens are shown: as wish says or, if wish is empty, by DBus if this QEMU has it, and else
// by VNC.
func chooseDisplay(ctx context.Context, program, wish string) (string, error) {
	if wish == VNC {
		return VNC, nil
	}
	out, err := exec.CommandContext(ctx, program, "-display", "help").Output()
	if err != nil {
		return "", fmt.Errorf("%s -display help: %w", program, err)
	}
	if slices.Contains(strings.Fields(string(out)), "dbus") {
		return DBus, nil
	}
	if wish == DBus {
		return "", study.Refuse(study.ErrNotFound,
			"This QEMU cannot show screens over D-Bus. On Debian: apt install qemu-system-common. Or choose QEMU's own VNC server, which adds 30 to 80 ms to every answer, with --display=vnc.")
	}
	return VNC, nil
}

// Display tells how this host's machines show their screens: DBus or VNC.
func (h *Host) Display() string { return h.display }

// screenErr tells why the machine's screen is gone, if it is.
func (m *Machine) screenErr() error {
	if m.front == nil || m.front.owner() != m {
		return nil
	}
	return m.front.screen.Err()
}

func (m *Machine) addDisplay(ctx context.Context, end *os.File) error {
	if err := m.p.QMP.SendFile(ctx, "display", end); err != nil {
		return err
	}
	return m.p.QMP.Execute(ctx, "add_client", map[string]string{"protocol": "@dbus-display", "fdname": "display"}, nil)
}

// look makes QEMU compare the guest's video memory with what it has shown, now. The command screendump does that first.
// Then it opens a file, which fails here on purpose, since the name is empty.
func (m *Machine) look(ctx context.Context) error {
	err := m.p.QMP.Execute(ctx, "screendump", map[string]string{"filename": ""}, nil)
	var refused *qmp.Error
	if errors.As(err, &refused) {
		return nil
	}
	return err
}

// DialRFB opens a connection to the guest's screen. There may be any number of connections at once. They end when the
// machine ends.
func (m *Machine) DialRFB(ctx context.Context) (net.Conn, error) {
	return m.DialRFBFor(ctx, display.Viewer{})
}

// DialRFBFor is DialRFB for a viewer who has a keyboard of a known layout, or wants to know what becomes of each input.
// v.Told may be called at any time, and by two goroutines at once. QEMU's own VNC server does not look at v.Keyboard.
func (m *Machine) DialRFBFor(ctx context.Context, v display.Viewer) (conn net.Conn, err error) {
	if m.front.screen != nil {
		conn, err = m.front.screen.Dial(v)
	} else {
		conn, err = m.dialVNC(ctx, v.Told)
	}
	if err != nil {
		return nil, fmt.Errorf("connect to screen: %w", err)
	}
	return conn, nil
}

// dialVNC hands QEMU's own VNC server a new connection.
func (m *Machine) dialVNC(ctx context.Context, told func(*tap.Delivery)) (net.Conn, error) {
	m.mu.Lock()
	m.dials++
	name := "rfb-" + strconv.Itoa(m.dials)
	m.mu.Unlock()
	conn, err := m.p.Connect(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := m.p.QMP.Execute(ctx, "add_client", map[string]any{"protocol": "vnc", "fdname": name}, nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return m.inputs.front(conn, told), nil
}
