package netemtest

import (
	"context"
	"testing"
	"time"

	"vmstudy/netem/userspace"
	"vmstudy/study"
)

// Every measurement must find out a link that is too slow, because one measurement that finds nothing ends the test of the
// suite. A link that is too fast may look right if the computer happens to be too slow by as much.
func TestALinkThatIsNotAsSetIsFoundOut(t *testing.T) {
	set := study.Network{Down: 20 * study.Mbps, Up: 20 * study.Mbps, RTT: 20 * time.Millisecond, Queue: trainLength}
	measures := map[string]func(context.Context, PacketLink) (finding, error){
		"probe": func(ctx context.Context, l PacketLink) (finding, error) { return probed(ctx, l, set) },
		"goodput": func(ctx context.Context, l PacketLink) (finding, error) {
			return filled(ctx, l, set, []study.Direction{study.Downward})
		},
		"train": func(ctx context.Context, l PacketLink) (finding, error) { return train(ctx, l, set, study.Downward) },
		"transfer": func(_ context.Context, l PacketLink) (finding, error) {
			listener := listen(t, l)
			defer listener.Close()
			near, far := connectTo(t, l, listener)
			return transferred(l, set.Down, study.Downward, far, near)
		},
	}
	for name, test := range map[string]struct {
		lie   func(*study.Network)
		slow  bool
		found []string
	}{
		"12 % too slow": {func(n *study.Network) { n.Down = n.Down * 88 / 100 }, true, []string{"goodput", "train", "transfer"}},
		"25 % too fast": {func(n *study.Network) { n.Down = n.Down * 125 / 100 }, false, []string{"goodput", "train", "transfer"}},
		"3 ms too late": {func(n *study.Network) { n.RTT += 3 * time.Millisecond }, true, []string{"probe"}},
		"too soon":      {func(n *study.Network) { n.RTT -= 3 * time.Millisecond }, false, []string{"probe", "train"}},
	} {
		told := set
		test.lie(&told)
		for _, by := range test.found {
			link, err := userspace.New(told, 1)
			if err != nil {
				t.Fatal(err)
			}
			tries := 3
			if !test.slow {
				tries = 20
			}
			found := 0
			for i := 0; i < tries && (test.slow || found == 0); i++ {
				f, err := measures[by](patient(t), link)
				if err != nil {
					t.Fatalf("%s, %s: %v", name, by, err)
				}
				if f.said != "" {
					found++
				}
			}
			if found == 0 || test.slow && found < tries {
				t.Errorf("a link that is %s was found out by %d of %d measurements of %s", name, found, tries, by)
			}
			link.Close()
		}
	}
}
