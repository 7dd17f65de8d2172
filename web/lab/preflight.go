package lab

import (
	"fmt"
	"strings"

	"vmstudy/study"
)

// shortfallNames are what computers lack, for experimenters.
var shortfallNames = map[study.Shortfall]string{
	study.NotLookedAtYet: "nothing was found out", study.LacksFeatures: "the browser", study.LacksSecurity: "no secure connection", study.LacksPointer: "no mouse or touchpad",
	study.LacksWindow: "too small a window", study.LacksDownlink: "too slow from the server", study.LacksUplink: "too slow to the server", study.LacksNearness: "too far from the server",
}

// refusalWords says how often computers were refused, and why; empty if none was.
func refusalWords(all study.Refusals) string {
	var parts []string
	for _, s := range study.Shortfalls() {
		if n := all[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d×", shortfallNames[s], n))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "Computers were refused before the consent: " + strings.Join(parts, ", ") + ". A computer may have been refused for several reasons, and more than once."
}

// computerWords says what was found about a participant's computer; empty if nothing was.
func computerWords(f study.Found) string {
	if f.Empty() {
		return ""
	}
	parts := []string{f.Browser, f.System, fmt.Sprintf("page of %d × %d CSS pixels", f.Window.W, f.Window.H)}
	if f.RTT > 0 {
		parts = append(parts, fmt.Sprintf("%.0f ms from the server, %.1f Mbps down, %.1f Mbps up", float64(f.RTT.Microseconds())/1000, f.Down.Mbps(), f.Up.Mbps()))
	}
	layout := map[bool]string{true: "keyboard not known", false: "keyboard " + f.Keyboard + " " + byWords[f.KeyboardBy]}[f.Keyboard == ""]
	parts = append(parts, layout)
	var said []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			said = append(said, p)
		}
	}
	return "Computer: " + strings.Join(said, ", ") + "."
}

var byWords = map[study.KeyboardBy]string{
	study.KeyboardByMap: "(said by the browser)", study.KeyboardByKeys: "(by keys that were pressed)", study.KeyboardByChoice: "(chosen)",
}
