package inlet

import (
	"time"

	"vmstudy/rfb/tap"
)

// A Counter numbers the inputs of one viewer's connection, in the same way as the [tap.Tap] of that connection. It
// reports what became of each.
type Counter struct {
	Told func(*tap.Delivery) // may be nil

	count int
}

// Next returns the function Told for the Deed of the next input.
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
