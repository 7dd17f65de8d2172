// Package adaptive chooses which network somebody is to try next, so that few trials tell from which round trip on they prefer one method to the other.
//
// In a trial of this kind a person does the same with both methods over one network and rates both. The answer is which of them was rated higher, or
// neither. One method is the near one: it does well where the round trip is short. The other is the far one. Where people find them equally good is the
// crossover, a round trip; there is one for each bandwidth.
//
// It works as QUEST+ does (Watson, QUEST+: A general multidimensional Bayesian adaptive psychometric method, Journal of Vision 2017). For each bandwidth
// there is a belief: how probable each crossover is, together with how sharply preference changes around it and how wide the range is in which people call
// both equal. The prior takes all crossovers between two ends for equally probable, on a logarithmic scale. After each answer the belief changes by Bayes'
// rule. The next network is the one whose answer is expected to take most uncertainty away from the crossover; what else is uncertain does not count, as in
// Prins, The psi-marginal adaptive method (Journal of Vision 2013). Networks are never made up: they are of the list of the plan, which can be calibrated before.
//
// With lapses in the model one slip does not rule a crossover out. It ends when the interval of each crossover is narrow enough, or after so many trials.
//
// Everything follows from the plan and the answers so far: the same seed and the same answers give the same choices, so that anybody can check a choice later.
//
// Traps: the far method must really be the better one far away, or the belief runs to an end of the range; Belief.AtEnd says so. A bandwidth with one network
// can only tell on which side of it the crossover lies.
package adaptive
