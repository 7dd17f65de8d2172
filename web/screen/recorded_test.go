package screen_test

import (
	"os"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/record"
	"vmstudy/study"
)

func TestTheScreenIsRecordedOnlyWithConsent(t *testing.T) {
	tests := map[string]struct {
		design study.Design
		agreed bool
		want   bool
	}{
		"a study that does not record": {webtest.RecordedDesign(study.RecordNever, false), true, false},
		"a participant who said no":    {webtest.RecordedDesign(study.RecordAsk, false), false, false},
		"a participant who agreed":     {webtest.RecordedDesign(study.RecordAsk, false), true, true},
		"a study that keeps the keys":  {webtest.RecordedDesign(study.RecordAll, true), true, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, l := webtest.RecordingDesk(t, tt.design, tt.agreed)
			d.Look(1)
			d.Look(2) // as after a reload
			l.Finish(d.Attempt.ID)
			if err := l.Close(t.Context()); err != nil {
				t.Error(err)
			}
			got, err := d.Store.Recording(t.Context(), d.Attempt.ID)
			if recorded := err == nil; recorded != tt.want {
				t.Fatalf("recorded: %v (%v), want %v", recorded, err, tt.want)
			}
			if !tt.want {
				if _, err := os.Stat(l.Path(d.Attempt.ID)); err == nil {
					t.Error("there is a file all the same")
				}
				return
			}
			if got.Ended != study.RecordedWhole || got.Segments != 2 {
				t.Errorf("the recording is %+v, want two segments, whole", got)
			}
			if keys := keysIn(t, l, d.Attempt.ID); len(keys) != 2 || (keys[0] == 'k') != tt.design.RecordKeys {
				t.Errorf("the keys recorded are %v", keys)
			}
		})
	}
}

// keysIn returns the keys that were pressed, according to a recording.
func keysIn(t *testing.T, l *record.Library, a study.AttemptID) (keys []uint32) {
	t.Helper()
	f, err := l.Open(a)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := record.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		i, err := r.Next()
		if err != nil {
			return keys
		}
		if in, is := i.(record.Input); is {
			keys = append(keys, in.Keysym)
		}
	}
}
