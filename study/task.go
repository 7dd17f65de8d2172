package study

// TaskID names a task within its appliance, as in "type".
type TaskID string

// Task is what a participant does in the desktop. An appliance comes with its tasks. A published
// design has a copy of them, so that the record shows what participants were asked to do.
type Task struct {
	ID          TaskID
	Title       Wording // a few words, for tables and the strip above the desktop
	Instruction Wording // everything that a participant needs to know, in plain sentences
	Goal        string  // the condition that the guest checks, in the appliance's own terms; may be empty
	Practice    bool    // for getting used to the desktop; never counts
}
