package study

import "testing"

func TestWhatIsStoredIsNamedOnceAndSaid(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range AllStored() {
		if s.Name == "" || s.What == "" || seen[s.Name] {
			t.Errorf("%q says %q, want a name that nothing else has, and a sentence", s.Name, s.What)
		}
		seen[s.Name] = true
	}
}
