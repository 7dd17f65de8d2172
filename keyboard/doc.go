// Package keyboard makes what is printed on a person's keys arrive in a machine whose keyboard has another layout.
//
// A browser says of each key two things: which sign it gave, and at which place of the keyboard it lies. A machine knows
// places only: its own layout says what they mean. So a German who presses Z in a US guest by place gets a Y. A [Typist]
// translates: it looks for the sign in the layout of the guest, and presses the key there, with Shift and AltGr as the
// guest needs them.
//
// # Words
//
//   - A sign is one character that can be typed: a rune.
//   - A place is a key, as QEMU numbers it: the scan code of an IBM PC/XT keyboard, with bit 7 set for codes with the
//     prefix 0xe0.
//   - A layout says which sign each place has on each of four levels: plain, with Shift, with AltGr, with both.
//   - A dead key writes nothing by itself: it changes the next letter, as ^ and e make ê.
//   - A stroke is one key of the guest that is pressed, with the levels that it needs.
//   - The hand is the layout of the person's own keyboard; the guest that of the machine.
//
// # What stays as it is
//
// A sign that the guest has at the place where the person pressed it is pressed there, with no other key. So a person whose
// layout is that of the guest presses exactly the keys that they press. Keys without signs, as F5, arrows and Ctrl, pass, too.
//
// # Facts
//
// The layouts are those of X: xkeyboard-config 2.35, symbols/us, gb, de, fr and latin, variant basic of each. Windows and
// macOS have other signs with AltGr here and there. Only the hand's dead keys and what is said to people before a study
// depend on that; what arrives depends on the sign that the browser gives.
package keyboard
