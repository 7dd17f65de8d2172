// Package simulate makes up participants, so that a study can be looked at before anybody comes.
//
// A simulated participant goes through a visit step by step, as [study.Session.Step] says, and what they give is stored by the functions
// that a visit uses: so everything behind these is tried out, too. No machine runs and no network is emulated.
//
// What they give follows from [Assumptions], which are stated, and from one seed: the same study, seed and assumptions give the same
// people. Values come from the generator in package model by which power is simulated: a level of the person, what the condition
// adds to it, how much this person minds that, and chance.
//
// None of it is true. It says nothing of how the access methods compare; it shows what the pages will look like, and lets an analysis
// be written and tried before there are data.
package simulate
