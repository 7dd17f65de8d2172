package view

import (
	"fmt"
	"time"
)

// clockText writes a duration as hours, minutes and seconds: 2:05, or 1:02:05.
func clockText(d time.Duration) string {
	s := int(d.Round(time.Second) / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
