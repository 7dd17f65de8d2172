// Package assignbench simulates studies in which people drop out, and measures how evenly those who
// finish are spread over the sequences: by the rule of study.Roster, by rotation, which is the same
// rule without giving places back, and by pure chance.
//
// # What is simulated
//
// 200 people come in four groups of 50. The 50 of a group come at the same moment, so each takes a
// place before it is known of any other whether they will finish. When a group has left, it is known,
// and the leases of those who dropped out have ended before the next group comes. Everybody drops
// out with the same probability, whatever their sequence is. The three rules meet the same people.
//
// # The bound
//
// No rule can balance perfectly: it does not know which of the people who are still there will
// finish. How much it must miss can be told exactly.
//
// Stop at the moment when the last place has been taken. By then, in each sequence s, f(s) people have
// finished, and a(s) are still there, of whom each will finish with probability p. F and A are the sums
// over the S sequences. Which f and a these are is up to the rule; what the A will do is not, and nothing
// that the rule has seen says anything about it. So the number of finishers of s becomes f(s) + B(s), where
// the B(s) are independent and binomial with a(s) and p. Let D be the sum over all s of the squared
// deviation from the mean over the sequences, and m(s) = f(s) + p a(s). Then the expectation of D is
//
//	sum of (m(s) - mean of m)²  +  (1 - 1/S) p (1-p) A
//
// The first term is what a rule can work on; it is never negative. The second does not depend on
// what the rule has done, because the variances p (1-p) a(s) add up to p (1-p) A however A is divided.
// So no rule without foresight has a smaller expectation than the second term.
//
// Finishers are whole people, too. If n of them are divided over S sequences, D is at least
// r (S-r) / S, where r is the remainder of n divided by S. The bound is the larger of the second term
// and the expectation of this one. With nobody dropping out only the latter is left, and here it is 0.
//
// The bound is for squares, hence the bar is on the root of the mean square. For the mean absolute
// deviation and for the difference between the fullest and the emptiest sequence there is no such
// theorem. Beside them stands what an arrangement reaches that may do more than any rule: at the last
// moment it moves everybody who has finished to where it likes, and gives those who are there the places
// that even out f(s) + p a(s), knowing p.
//
// The rule of study.Roster is a little above the bound because it does not know p: it counts somebody
// who is there as one, and not as p.
package assignbench
