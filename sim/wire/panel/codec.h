// The panel wire's bytes: one line of UTF-8 a message, words separated by tabs, no line end:
//   press CONTROL | enter CONTROL TEXT | tick CONTROL on|off | show_face SCORE |
//   card_face_seen NUMBER
//   display SCREEN MESSAGE {=NAME VALUE | !NAME SECRET}... | refused CONTROL REASON
// In a word, tab, line feed, carriage return and backslash are written \t \n \r \\ . Ours: nothing
// public describes this wire; programs and people outside speak the hands protocol, which is made
// of these.
#pragma once

#include <string>

#include "sim/wire/bytes.h"
#include "sim/wire/panel/message.h"

namespace uketsuke::wire::panel {

Bytes encode(const Input& input);
Bytes encode(const Output& output);
// Errors: kUnknownType (first word), kTooShort and kTooLong (number of words), kBadValue (number,
// on or off, escape, score above 1000), each with the offset of the word.
Result<Input> decode_input(ByteView bytes);
Result<Output> decode_output(ByteView bytes);
// One line without what was typed and without what a screen shows beyond its ids.
std::string describe_input(ByteView bytes);
std::string describe_output(ByteView bytes);

}  // namespace uketsuke::wire::panel
