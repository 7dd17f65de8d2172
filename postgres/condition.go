package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"vmstudy/document"
	"vmstudy/study"
)

// conditionRow is a condition of a version as the table spells it: its code, and the names of its levels. What the access
// method's level means is in the row; what a network or a task means is in the version. A statement must select all of
// conditionFields, or its rows do not scan.
type conditionRow struct {
	Code      string
	Access    string // the name of the level
	Method    study.AccessMethod
	Options   string // of the access method: a JSON object
	Network   string
	Task      study.TaskID
	Appliance string // empty: the design's
	Levels    string // of the free factors: a JSON object
	Form      string // of the task, in the trial
}

// conditionFields are the columns of conditionRow. All are empty in rows without a trial.
const conditionFields = `coalesce(c.code, '') AS code, coalesce(c.access, '') AS access, coalesce(c.method, '') AS method,
	       coalesce(c.options, '{}')::text AS options, coalesce(c.network, '') AS network, coalesce(c.task, '') AS task,
	       coalesce(c.appliance, '') AS appliance, coalesce(c.levels, '{}')::text AS levels, coalesce(t.form, '') AS form`

// condition returns the condition of the row, which belongs to a version with the design d.
func (r conditionRow) condition(d study.Design) (study.Condition, error) {
	level := study.Access{Method: r.Method}
	if err := document.ReadOptions([]byte(r.Options), &level); err != nil {
		return study.Condition{}, fmt.Errorf("condition %s: %w", r.Code, err)
	}
	c := study.Condition{Access: level.Called(r.Access), Network: study.NoNetwork}
	if found := c.Method.Networked(); found {
		c.Network, found = find(d.Networks, func(n study.NamedNetwork) bool { return n.Name == r.Network })
		if !found {
			return c, fmt.Errorf("condition %s: network %q is not in the design", r.Code, r.Network)
		}
	}
	tasks := d.Tasks
	if d.Practice != nil {
		tasks = append(tasks[:len(tasks):len(tasks)], *d.Practice)
	}
	found := false
	if c.Task, found = find(tasks, func(t study.Task) bool { return t.ID == r.Task && t.Appliance == r.Appliance }); !found {
		return c, fmt.Errorf("condition %s: task %q is not in the design", r.Code, r.Task)
	}
	var err error
	if c.Levels, err = levelsOf([]byte(r.Levels), d.Factors); err != nil {
		return c, fmt.Errorf("condition %s: %w", r.Code, err)
	}
	if c.Code() != r.Code {
		return c, fmt.Errorf("condition %s is called %s by its levels", r.Code, c.Code())
	}
	return c.InForm(r.Form), nil
}

// levelsOf reads the levels that a condition has of free factors, none for practice.
func levelsOf(stored []byte, factors []study.FreeFactor) (all []study.LevelOf, err error) {
	names := map[string]string{}
	if err := json.Unmarshal(stored, &names); err != nil {
		return nil, fmt.Errorf("read stored levels: %w", err)
	}
	for _, x := range factors {
		name, has := names[x.Name]
		if !has {
			continue
		}
		l, _ := find(x.Levels, func(l study.FreeLevel) bool { return l.Name == name })
		l.Name = name
		all = append(all, study.LevelOf{Factor: x.Name, FreeLevel: l})
	}
	return all, nil
}

// namedLevels writes what levelsOf reads.
func namedLevels(all []study.LevelOf) string {
	names := map[string]string{}
	for _, l := range all {
		names[l.Factor] = l.Name
	}
	stored, _ := json.Marshal(names) // strings can be written
	return string(stored)
}

const addCondition = `
	INSERT INTO condition (version, practice, code, access, method, options, network, task, appliance, levels)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

// conditionsOf returns the arguments of addCondition for every condition of a version: that of the practice trial, if
// there is one, and those that count.
func conditionsOf(v study.VersionID, d study.Design) (all [][]any) {
	add := func(practice bool, c study.Condition) {
		all = append(all, []any{
			v, practice, c.Code(), c.Access.Level(), string(c.Method), string(document.WriteOptions(c.Access)), c.Network.Name, string(c.Task.ID),
			c.Task.Appliance, namedLevels(c.Levels),
		})
	}
	if c, ok := d.PracticeCondition(); ok {
		add(true, c)
	}
	for _, c := range d.Conditions() {
		add(false, c)
	}
	return all
}

// storeConditions stores the conditions of a version that is published now.
func storeConditions(ctx context.Context, tx pgx.Tx, v study.Version) error {
	var batch pgx.Batch
	for _, args := range conditionsOf(v.ID, v.Design) {
		batch.Queue(addCondition, args...)
	}
	return tx.SendBatch(ctx, &batch).Close()
}

func find[T any](list []T, is func(T) bool) (found T, ok bool) {
	for _, x := range list {
		if is(x) {
			return x, true
		}
	}
	return found, false
}

// placedRow says which participant, session and trial an exported row belongs to. A row about the
// person has no trial: Trial is 0 and the condition is empty.
type placedRow struct {
	Participant string
	Session     study.SessionID
	Version     study.VersionID
	Trial       study.TrialID
	Position    int
	conditionRow
}

// placedFields are the columns of placedRow.
const placedFields = `p.code AS participant, s.id AS session, s.version,
	       coalesce(t.id, 0) AS trial, coalesce(t.position, 0) AS position, ` + conditionFields

// conditions are those that a reader of many rows has met: a study has few, and finding out what one means takes longer than
// reading its row.
type conditions map[conditionKey]study.Condition

type conditionKey struct {
	version study.VersionID
	conditionRow
}

// of returns the condition of a row that belongs to the version v.
func (known conditions) of(r placedRow, v study.Version) (study.Condition, error) {
	key := conditionKey{r.Version, r.conditionRow}
	if c, there := known[key]; there {
		return c, nil
	}
	c, err := r.condition(v.Design)
	if err == nil {
		known[key] = c
	}
	return c, err
}
