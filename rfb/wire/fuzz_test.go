package wire_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb/wire"
)

// FuzzReadServerMessage reads messages that are no updates and says them again.
func FuzzReadServerMessage(f *testing.F) {
	for _, m := range otherMessages() {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := wire.ReadServerMessage(readerOf(b))
		if err != nil {
			return
		}
		again, err := wire.ReadServerMessage(readerOf(m.Append(nil)))
		if diff := cmp.Diff(m, again); diff != "" || err != nil {
			t.Errorf("read again with error %v (-first +again):\n%s", err, diff)
		}
	})
}

// FuzzServerInit reads the machine's last word before messages flow.
func FuzzServerInit(f *testing.F) {
	f.Add(serverInit())
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := wire.ReadServerInit(readerOf(b))
		if err != nil {
			return
		}
		if again, err := wire.ReadServerInit(readerOf(m.Append(nil))); err != nil || again != m {
			t.Errorf("read %+v, and of what that says %+v, %v", m, again, err)
		}
	})
}
