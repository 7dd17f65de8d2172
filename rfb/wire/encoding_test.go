package wire_test

import (
	"testing"

	"vmstudy/rfb/wire"
)

func TestFollowedIsWhatNoVNCAndQEMUAgreeOn(t *testing.T) {
	for name, tt := range map[string]struct {
		encoding wire.Encoding
		want     bool
	}{
		"raw":                                  {0, true},
		"tight":                                {7, true},
		"worst JPEG quality":                   {-32, true},
		"best JPEG quality":                    {-23, true},
		"strongest compression":                {-247, true},
		"weakest compression":                  {-256, true},
		"extended clipboard":                   {wire.ExtendedClipboard, true},
		"JPEG, which QEMU does not send":       {21, false},
		"H.264":                                {50, true},
		"QEMU's sound, a message of its own":   {-259, false},
		"VMware's cursor":                      {0x574d5664, false},
		"WMVi, which changes the pixel format": {0x574d5669, false},
		"next to the JPEG qualities":           {-33, false},
	} {
		if got := tt.encoding.Followed(); got != tt.want {
			t.Errorf("%s: Followed = %v, want %v", name, got, tt.want)
		}
	}
}

func TestEncodingsHaveNames(t *testing.T) {
	for encoding, want := range map[wire.Encoding]string{wire.ZRLE: "ZRLE", 51: "Encoding(51)", -33: "Encoding(-33)"} {
		if got := encoding.String(); got != want {
			t.Errorf("String of %d = %q, want %q", int32(encoding), got, want)
		}
	}
	// The protocol writes this one as an unsigned number.
	if clipboard := wire.ExtendedClipboard; uint32(clipboard) != 0xc0a1e5ce {
		t.Errorf("extended clipboard is %#x, want 0xc0a1e5ce", uint32(clipboard))
	}
}
