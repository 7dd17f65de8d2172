package mount_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"vmstudy/netem/userspace"
	"vmstudy/stream"
	"vmstudy/stream/mount"
	"vmstudy/stream/streamtest"
	"vmstudy/study"
)

// cutEnv makes the cut longer than in everyday runs, as in 30s.
const cutEnv = "STREAM_CUT"

// stalls remembers the longest stall.
type stalls struct {
	sync.Mutex
	longest time.Duration
}

func (s *stalls) note(one stream.Stall) {
	s.Lock()
	defer s.Unlock()
	s.longest = max(s.longest, one.Took)
}

func TestALinkThatIsCutIsWaitedOutAndTheStallIsOnRecord(t *testing.T) {
	needFUSE(t)
	cut := time.Second
	if d, err := time.ParseDuration(os.Getenv(cutEnv)); err == nil {
		cut = d
	}
	network := study.Network{Down: 20 * study.Mbps, Up: 20 * study.Mbps, RTT: 20 * time.Millisecond}
	link, err := userspace.New(network, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	l, err := link.ListenFar(7000)
	if err != nil {
		t.Fatal(err)
	}
	content := streamtest.Pages(1, 3*mib)
	streamtest.Serve(t, l, streamtest.Source("memory", content))
	var stalled stalls
	near := streamtest.Open(t, func(ctx context.Context) (net.Conn, error) { return link.DialNear(ctx, 7000) },
		stream.Options{Stalled: stalled.note, Patience: cut + time.Minute})
	m, err := mount.At(t.TempDir(), near)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })

	var sum bytes.Buffer
	reader := exec.CommandContext(t.Context(), "sh", "-c", `dd if="$0" bs=128k iflag=direct status=none | sha256sum`, m.Path("memory"))
	reader.Stdout = &sum
	if err := reader.Start(); err != nil {
		t.Fatal(err)
	}
	for near.Stats().Demanded < 200 {
		select {
		case <-time.After(time.Millisecond):
		case <-near.Done():
			t.Fatal(near.Err())
		}
	}
	if err := link.Set(study.Network{Outage: true}); err != nil {
		t.Fatal(err)
	}
	before := near.Stats()
	<-time.After(cut)
	if after := near.Stats(); after.Demanded-before.Demanded > 64 {
		t.Errorf("%d chunks came over a link that was cut", after.Demanded-before.Demanded)
	}
	if err := link.Set(network); err != nil {
		t.Fatal(err)
	}
	if err := reader.Wait(); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%x", sha256.Sum256(content)); !strings.HasPrefix(sum.String(), want) {
		t.Errorf("sha256sum says %s, want %s", sum.String(), want)
	}
	stalled.Lock()
	defer stalled.Unlock()
	if stalled.longest < cut*9/10 || near.Stats().LongestOne < cut*9/10 {
		t.Errorf("the longest stall was %v, want the %v of the cut", stalled.longest, cut)
	}
	t.Logf("the reader went on %v after a cut of %v; %d reconnects", stalled.longest-cut, cut, near.Stats().Reconnects)
}
