#include "harness/bench/wording.h"

#include <fmt/format.h>

namespace uketsuke::bench {
namespace {

using scenario::Act;
using verdict::Text;

// Without an argument there is no place for it, nor the blank before.
std::string filled(std::string phrase, const std::string& argument) {
  for (const std::string_view place : {" ({})", " {}"}) {
    const std::size_t at = phrase.find(place);
    if (argument.empty() && at != std::string::npos) phrase.erase(at, place.size());
  }
  return fmt::format(fmt::runtime(phrase), argument);
}

struct Phrase { const char* ja; const char* en; };  // {} is the argument

Phrase phrase_of(Act act) {
  switch (act) {
    case Act::kPress: return {"リーダーの「{}」を押す", "presses {} on the reader"};
    case Act::kEnterPasscode: return {"目視確認用パスコード ({}) を入力する", "enters the visual passcode ({})"};
    case Act::kEnterPin: return {"暗証番号 ({}) を入力する", "enters the PIN ({})"};
    case Act::kShowFace: return {"カメラに顔を見せる ({})", "shows a face to the camera ({})"};
    case Act::kComparePhoto: return {"券面の顔写真と見比べる ({})", "compares the photo on the card ({})"};
    case Act::kPlaceCard: return {"マイナ保険証を置く {}", "places the card {}"};
    case Act::kRemoveCard: return {"マイナ保険証を取り出す {}", "takes the card out {}"};
    case Act::kClick: return {"端末の「{}」をクリックする", "clicks {} on the terminal"};
    case Act::kSignIn: return {"端末にログインする ({})", "signs in at the terminal ({})"};
    case Act::kSignOut: return {"端末からログアウトする", "signs out of the terminal"};
    case Act::kEnterDate: return {"資格確認日 ({}) を入力する", "enters the confirmation date ({})"};
    case Act::kTick: return {"「{}」にチェックする", "ticks {}"};
    case Act::kUntick: return {"「{}」のチェックを外す", "clears {}"};
    case Act::kIssuePasscode:
      return {"アカウント情報管理で目視確認パスコードを発行する",
              "issues a visual passcode in account management"};
    case Act::kEhrSignIn: return {"電子カルテにログインする {}", "signs in at the EHR {}"};
    case Act::kJudge: return {"閲覧の必要性を判断する ({})", "judges the necessity of the view ({})"};
    case Act::kRequestEmergencyView: return {"救急時医療情報閲覧を要求する {}", "requests the emergency view {}"};
    case Act::kRequestOrdinaryView: return {"通常の閲覧を要求する {}", "requests the ordinary view {}"};
    case Act::kWait: return {"{} 秒待つ", "waits {} s"};
    case Act::kUnplugReader: return {"リーダーの USB を抜く {}", "unplugs the reader {}"};
    case Act::kPlugReader: return {"リーダーの USB を挿す", "plugs the reader in"};
    case Act::kRestartTerminal:
      return {"端末の電源を入れ直す {}", "switches the terminal off and on {}"};
    case Act::kPlaceSecondCard: return {"もう1枚のカードを重ねて置く ({})", "puts a second card ({}) beside it"};
    case Act::kPressTwice: return {"リーダーの「{}」を二度押す", "presses {} on the reader twice"};
    case Act::kClickTwice: return {"端末の「{}」をダブルクリックする", "double-clicks {} on the terminal"};
    case Act::kEhrClick: return {"電子カルテの「{}」をクリックする", "clicks {} on the EHR"};
    case Act::kOpenChart: return {"電子カルテでカルテを開く {}", "opens a chart in the EHR {}"};
    case Act::kNothing: break;
  }
  return {"確認のみ", "looks only"};
}

Phrase label_of(const std::string& name) {
  struct Row { const char* name; Phrase phrase; };
  static constexpr Row kRows[] = {
      {"screen", {"リーダーの画面", "reader screen"}},
      {"mode", {"リーダーのモード", "reader mode"}},
      {"message", {"リーダーのメッセージ", "reader message"}},
      {"consent", {"同意", "consent"}},
      {"eligibility", {"資格確認", "eligibility check"}},
      {"identity", {"本人確認", "identity"}},
      {"terminal_screen", {"端末の画面", "terminal screen"}},
      {"terminal_message", {"端末のメッセージ", "terminal message"}},
      {"ehr_screen", {"電子カルテの画面", "EHR screen"}},
      {"emergency_view", {"救急時医療情報閲覧", "emergency view"}},
      {"ordinary_view", {"通常の閲覧", "ordinary view"}},
      {"refused", {"操作の拒否", "refusal"}},
      {"reason", {"理由", "reason"}},
      {"reasons", {"理由", "reasons"}},
      {"account", {"ログイン中のアカウント", "account signed in"}},
      {"card", {"リーダー上のカード", "card on the reader"}},
      {"ehr_message", {"電子カルテのメッセージ", "EHR message"}},
      {"ehr_shows", {"電子カルテの表示", "shown by the EHR"}},
      {"tries_left", {"残り回数", "tries left"}},
      {"reader", {"端末から見たリーダー", "reader as the terminal sees it"}},
      {"backend.identity_history", {"本人確認履歴", "identity history"}},
      {"backend.consent", {"登録された同意", "registered consent"}},
      {"backend.eligibility", {"資格確認", "eligibility check"}},
      {"backend.consent_history", {"同意の登録の全て", "all consents registered"}},
      {"backend.eligibility_checks", {"資格確認の全て", "all eligibility checks"}},
      {"backend.view_log", {"閲覧要求の全て", "all views asked for"}},
      {"ehr.screen", {"電子カルテの画面", "EHR screen"}},
      {"reader.mode", {"リーダーのモード", "reader mode"}},
      {"reader.screen", {"リーダーの画面", "reader screen"}},
      {"terminal.screen", {"端末の画面", "terminal screen"}},
      {"terminal.account", {"ログイン中のアカウント", "account signed in"}},
  };
  for (const Row& row : kRows)
    if (name == row.name) return row.phrase;
  return {name.c_str(), name.c_str()};
}

}  // namespace

Text end_check_title(const scenario::Expectation& check) {
  return {"最後の確認: " + check.name, "check at the end: " + check.name};
}

std::string text_of(const scenario::Value& value) {
  using Form = scenario::Value::Form;
  std::string text;
  switch (value.form) {
    case Form::kAbsent: break;
    case Form::kScalar: return value.text;
    case Form::kList:
      for (const scenario::Value& item : value.items)
        text += (text.empty() ? "" : ", ") + text_of(item);
      return "[" + text + "]";
    case Form::kMap:
      for (const auto& [key, field] : value.fields)
        text += (text.empty() ? "" : ", ") + key + ": " + text_of(field);
      return "{" + text + "}";
  }
  return text;
}

Text words_of(const scenario::Action& action) {
  const Phrase phrase = phrase_of(action.act);
  std::string argument = text_of(action.argument);
  // A PIN or passcode that is typed out in a scenario does not reach a report.
  const bool secret = action.act == Act::kEnterPin || action.act == Act::kEnterPasscode;
  if (secret && !argument.empty() && argument.find_first_not_of("0123456789") == std::string::npos)
    argument = "****";
  if (action.act == Act::kSignIn && action.argument.form == scenario::Value::Form::kMap)
    argument = action.argument.text_at("user");
  return {filled(phrase.ja, argument), filled(phrase.en, argument)};
}

Text words_of(const scenario::Expectation& expectation) {
  const Phrase label = label_of(expectation.name);
  const std::string value = text_of(expectation.value);
  return {fmt::format("{} = {}", label.ja, value), fmt::format("{} = {}", label.en, value)};
}

std::string another_code(std::string code) {
  if (code.empty()) return "000000";
  code.back() = code.back() == '9' ? '0' : static_cast<char>(code.back() + 1);
  return code;
}

void append(Text& text, const Text& more) {
  text.ja += (text.ja.empty() ? "" : "; ") + more.ja;
  text.en += (text.en.empty() ? "" : "; ") + more.en;
}

}  // namespace uketsuke::bench
