// Steps, expectations and observations in words of both languages, for results and reports.
#pragma once

#include <string>

#include "harness/scenario/catalog.h"
#include "harness/scenario/scenario.h"
#include "harness/verdict/verdict.h"

namespace uketsuke::bench {

// "「職員用ボタン」を押す" / "presses 職員用ボタン"
verdict::Text words_of(const scenario::Action& action);
// "リーダーの画面 = passcode_entry" / "reader screen = passcode_entry"
verdict::Text words_of(const scenario::Expectation& expectation);
// "最後の確認: reasons" / "check at the end: reasons"
verdict::Text end_check_title(const scenario::Expectation& check);
// The value as one line: "declined", "[{holder: hanako, by: my_number_card}]".
std::string text_of(const scenario::Value& value);
// A code of the same length that is not this one.
std::string another_code(std::string code);
// "a; b" in each language.
void append(verdict::Text& text, const verdict::Text& more);

}  // namespace uketsuke::bench
