// What pages P3 and P4 share: a reception on the face-auth reader from the card to its removal.
#pragma once

#include "harness/explore/reference.h"

namespace uketsuke::explore {

// A card that the terminal takes up: in visual mode it is read at once (P3-3, P4-7), in face mode
// the patient is asked for face or PIN. With nobody signed in it is refused.
void begin_reception(Outcome& out);
// A reception ends without eligibility check; the card has to be taken.
void fail_reception(Outcome& out);
// Buttons, camera, PIN pad and patience of a reception under way; card removal. False: not one of
// them. Screens that do not have the control refuse it.
bool step_reception(Do what, Outcome& out);

}  // namespace uketsuke::explore
