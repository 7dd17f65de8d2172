package study

// TaskID names a task within its appliance, as in "type".
type TaskID string

// Task is what a participant does in the desktop. An appliance brings its tasks along; a
// published design holds a copy, so that what was asked stays on record.
type Task struct {
	ID          TaskID
	Title       string // a few words, for tables and the strip above the desktop
	Instruction string // everything that a participant needs to know, in plain sentences
	Goal        string // what the guest checks for, in the appliance's own terms; may be empty
	Practice    bool   // for getting used to the desktop: never counted
}
