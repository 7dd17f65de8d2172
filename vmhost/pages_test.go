package vmhost

import "testing"

// Who asked before may have gone while the guest still spoke. What comes late of that answer neither ends the next one nor is a part of it.
func TestAnAnswerEndsWithItsOwnEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		before, after []string // parts that come before and after the question
		want          string
	}{
		"nobody asked before":                  {nil, []string{"VMP1 a", "b", ""}, "VMP1 ab"},
		"the end of an older answer is late":   {[]string{"VMP1 old"}, []string{"", "VMP1 a", ""}, "VMP1 a"},
		"a part and the end of it are late":    {[]string{"VMP1 old"}, []string{"er", "", "VMP1 a", ""}, "VMP1 a"},
		"the end of an older answer is lost":   {[]string{"VMP1 old"}, []string{"VMP1 a", "b", ""}, "VMP1 ab"},
		"an older answer has ended":            {[]string{"VMP1 old", ""}, []string{"VMP1 a", ""}, "VMP1 a"},
		"the guest does not know":              {nil, []string{""}, ""},
		"it does not know, after a late end":   {[]string{"VMP1 old"}, []string{"", ""}, ""},
		"nobody waited, and then it knows not": {[]string{"VMP1 old", ""}, []string{""}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := &Machine{}
			for _, part := range tt.before {
				m.hearPages(part)
			}
			q := m.ask()
			for i, part := range tt.after {
				select {
				case <-q.ended:
					t.Fatalf("the answer has ended before part %d of %q", i, tt.after)
				default:
				}
				m.hearPages(part)
			}
			select {
			case <-q.ended:
			default:
				t.Errorf("the answer has not ended after %q", tt.after)
			}
			if string(q.said) != tt.want {
				t.Errorf("the guest said %q, want %q", q.said, tt.want)
			}
		})
	}
}
