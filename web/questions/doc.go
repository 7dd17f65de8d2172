// Package questions turns an instrument into what its page shows. Participants meet such pages in a visit (package visit), and
// experimenters in a preview (package lab).
package questions
