package tap

// Waiting returns how many inputs have no answer yet.
func (a *Answers) Waiting() int { return len(a.waiting) }
