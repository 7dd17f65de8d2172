package inlet

import (
	"time"

	"vmstudy/rfb/tap"
)

// A Counter numbers the inputs of one viewer's connection, as an [tap.Tap] before it does, and words what became
// of each.
type Counter struct {
	Told func(*tap.Delivery) // nil: nobody wants to know

	count int
}

// Next returns what the next input's Deed tells its fate to.
func (c *Counter) Next() func(Fate) {
	c.count++
	message := c.count
	if c.Told == nil {
		return nil
	}
	return func(f Fate) {
		c.Told(&tap.Delivery{Message: message, At: time.Now(), Delayed: f.Delayed, Lost: f.Lost, Passed: f.Passed})
	}
}
