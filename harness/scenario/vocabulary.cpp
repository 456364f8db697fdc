#include "harness/scenario/vocabulary.h"

#include "harness/scenario/shapes.h"

namespace uketsuke::scenario {
namespace {

using namespace shapes;  // NOLINT: the rows below are written in these words

constexpr auto kReader = "face_reader";
constexpr auto kTerminal = "terminal";
constexpr auto kEhr = "ehr";

Shape person() { return scalar(Scalar::kPerson); }
Shape text() { return scalar(Scalar::kText); }
Shape truth() { return scalar(Scalar::kTruth); }
Shape identifier() { return scalar(Scalar::kIdentifier); }

std::vector<Field> reader_actions() {
  return {
      field("press", of_device(Scalar::kButton, kReader),
            {"顔認証付きカードリーダーの画面のボタンを押下する (id、表示、別名のどれでも書ける)",
             "presses a button on the panel of the face-auth reader (id, label or alias)"},
            {"P3-1", "P3-4", "P4-8"}),
      field("enter_passcode", scalar(Scalar::kDigits, {"issued", "wrong", "previous"}),
            {"目視確認用パスコードを入力する: 発行済みのもの、誤ったもの、前回のもの、または数字",
             "enters the passcode for visual confirmation: the issued one, a wrong one, the one "
             "issued before, or digits"},
            {"P3-2"}, "A-32"),
      field("enter_pin", scalar(Scalar::kDigits, {"correct", "wrong"}),
            {"カードの暗証番号 (4桁) を入力する (汎用カードリーダーでは資格確認端末で)",
             "enters the card's four-digit PIN; with a generic reader at the terminal"}),
      field("show_face", integer(0, 1000, {"match", "no_match"}),
            {"カメラに顔を見せる: 一致、不一致、または類似度 0〜1000",
             "shows a face to the camera: match, no_match, or a likeness of 0 to 1000"}),
      field("compare_photo", words({"match", "no_match"}),
            {"券面の顔写真と患者を目視で見比べる (機器には触れない)",
             "compares the photo on the card with the patient; touches no device"},
            {"P2-e4", "P2-e5", "P3-3"}),
      field("place_card",
            or_bare(short_for("card", person(),
                              {field("card", person(), {"誰のマイナ保険証か", "whose card"}),
                               field("on", words({"face", "generic"}),
                                     {"どのリーダーに置くか", "on which reader"})})),
            {"マイナ保険証をリーダーに置く (単独で書けば given.card のもの)",
             "puts the card on the reader (alone: the card of given.card)"},
            {"P3-3", "P4-7", "P5-6"}),
      field("remove_card", bare(), {"マイナ保険証を取り出す", "takes the card out"},
            {"P3-5", "P4-10", "P5-8"}),
  };
}

std::vector<Field> terminal_actions() {
  return {
      field("click", of_device(Scalar::kButton, kTerminal),
            {"資格確認端末の画面のボタンやメニューをクリックする",
             "clicks a button or menu item of the terminal"},
            {"P4-1", "P4-3", "P4-4", "P4-11", "P5-1", "P5-2"}),
      field(
          "sign_in",
          or_map(words({"general", "administrator"}),
                 {required(field("user", text(), {"ユーザID", "user id"})),
                  required(field("password", text(), {"パスワード", "password"}))}),
          {"資格確認端末にログインする: 一般アカウント、管理アカウント、またはユーザIDとパスワード",
           "signs in at the terminal: general or administrator account, or user id and password"},
          {"P4-2"}),
      field("sign_out", bare(), {"「ログアウト」をクリックする", "clicks ログアウト (sign out)"},
            {"P4-1"}),
      field("enter_date", scalar(Scalar::kDate, {"today", "yesterday", "tomorrow"}),
            {"資格確認日を入力する: 当日、前日、翌日、日付、または引用符に入れた任意の文字",
             "enters the confirmation date: today, yesterday, tomorrow, a date, or any text in "
             "quotes"},
            {"P4-5", "P5-4"}, "A-30"),
      field("tick", of_device(Scalar::kTick, kTerminal),
            {"チェックボックスにチェックを付ける", "ticks a box of the terminal"},
            {"P4-6", "P5-3"}),
      field("untick", of_device(Scalar::kTick, kTerminal),
            {"チェックボックスのチェックを外す", "clears a box of the terminal"}),
      field("issue_passcode", bare(),
            {"《アカウント情報管理》から目視確認パスコードを発行する",
             "issues a passcode for visual confirmation through アカウント情報管理 (account "
             "management)"},
            {"P3-n4"}, "A-32"),
  };
}

std::vector<Field> ehr_actions() {
  const Shape patient = map({field("patient", person(), {"患者", "the patient"})});
  return {
      field("ehr_sign_in",
            or_bare(
                map({field("clinician", scalar(Scalar::kClinician), {"誰が", "who signs in"}),
                     field("factors", integer(1, 2), {"認証要素の数", "number of factors"}),
                     field("permission", truth(),
                           {"救急時閲覧権限があるか", "whether the permission to view is held"})})),
            {"電子カルテにログインする (単独で書けば given.ehr のとおり)",
             "signs in at the EHR (alone: as given.ehr says)"},
            {"P2-k3"}, "A-33"),
      field("judge", words({"necessary", "not_necessary"}),
            {"生命、身体の保護のために救急時医療情報閲覧が必要か判断する",
             "judges whether the view is needed to protect life or body"},
            {"P2-c4"}),
      field("request_emergency_view",
            or_bare(
                map({field("consent", words({"consent_unobtainable", "consent_given"}),
                           {"同意情報: 同意取得困難、同意あり", "the statement on consent"},
                           {"P2-n3"}, "A-34"),
                     field("emergency_mode", truth(),
                           {"救急時モードで要求するか", "requested in emergency mode"}, {"P2-k2"}),
                     field("patient", person(), {"患者", "the patient"})})),
            {"電子カルテから救急時医療情報閲覧を要求する",
             "asks from the EHR for the emergency view"},
            {"P2-c7"}, "A-35"),
      field("request_ordinary_view", or_bare(patient),
            {"電子カルテから通常の医療情報閲覧を要求する",
             "asks from the EHR for the ordinary view"}),
      field("wait",
            short_for("seconds", scalar(Scalar::kSeconds),
                      {required(field("seconds", scalar(Scalar::kSeconds), {"秒", "seconds"}))}),
            {"何もせずに待つ (シミュレーション時間)", "lets simulated time pass"}),
      field("unplug_reader", bare(), {"リーダーのUSBを抜く", "pulls the reader's USB plug"}),
      field("plug_reader", bare(), {"リーダーのUSBを挿す", "puts the reader's USB plug in"}),
  };
}

std::vector<Field> make_actions() {
  std::vector<Field> rows = reader_actions();
  for (Field& row : terminal_actions()) rows.push_back(std::move(row));
  for (Field& row : ehr_actions()) rows.push_back(std::move(row));
  return rows;
}

Shape view_words() { return words({"returned", "refused", "not_requested"}); }
Shape mode_words() { return words({"face_authentication", "visual_confirmation"}); }
Shape account_words() { return words({"general", "administrator", "nobody"}); }
Shape eligibility_words() { return words({"checked", "not_checked", "refused"}); }
Shape consent_words() { return words({"granted", "declined", "not_asked"}); }

std::vector<Field> make_expectations() {
  return {
      field("screen", of_device(Scalar::kScreen, kReader),
            {"顔認証付きカードリーダーの画面", "screen of the face-auth reader"}),
      field("mode", mode_words(),
            {"顔認証付きカードリーダーのモード", "mode of the face-auth reader"}, {"P3-2", "P4-4"}),
      field("message", of_device(Scalar::kMessage, kReader),
            {"リーダーが表示するメッセージ", "message shown by the reader"}, {"P3-n2", "P4-n2"},
            "A-27"),
      field("consent", consent_words(), {"同意選択の結果", "outcome of the consent choice"},
            {"P3-4", "P4-8", "P5-n2"}),
      field("eligibility", eligibility_words(),
            {"資格確認が行われたか", "whether the eligibility check was carried out"},
            {"P2-c5", "P2-c6"}, "A-28"),
      field("identity", words({"confirmed", "refused"}),
            {"本人確認の結果", "outcome of the identity confirmation"}, {"P2-k1"}, "A-28"),
      field("terminal_screen", of_device(Scalar::kScreen, kTerminal),
            {"資格確認端末の画面", "screen of the terminal"}, {"P5-7"}),
      field("terminal_message", of_device(Scalar::kMessage, kTerminal),
            {"資格確認端末のメッセージ", "message of the terminal"}, {}, "A-27"),
      field("ehr_screen", of_device(Scalar::kScreen, kEhr),
            {"電子カルテの画面", "screen of the EHR"}),
      field("emergency_view", view_words(),
            {"救急時医療情報閲覧の結果", "outcome of the emergency view"}, {"P2-c8"}),
      field("ordinary_view", words({"returned", "refused"}),
            {"通常の医療情報閲覧の結果", "outcome of the ordinary view"}),
      field("refused", scalar(Scalar::kIdentifier, {"true"}),
            {"操作が拒否される (理由のid、または true)",
             "the action is refused (id of the reason, or true)"}),
      field("reason", one_or_list(identifier()),
            {"示される理由のid", "id of the reason that is given"}, {}, "A-12"),
      field("account", account_words(),
            {"資格確認端末にログイン中のアカウント", "account signed in at the terminal"},
            {"P4-2", "P4-c1"}),
      field("card", words({"present", "absent"}),
            {"リーダー上のカードの有無", "whether a card lies on the reader"}),
      field("within", scalar(Scalar::kTimeLimit),
            {"期限: 秒、または仮定の番号", "time limit: seconds, or the number of an assumption"}),
      field("by", scalar(Scalar::kGround),
            {"期待の根拠: 仮定またはシードの番号", "what this rests on: assumption or seed id"}),
  };
}

std::vector<Field> identity_record() {
  return {
      required(field("holder", person(), {"誰の", "whose"})),
      field("by", words({"my_number_card", "four_items", "insured_number"}),
            {"何による本人確認か", "by what the person was identified"}),
      field("confirmed", words({"visually", "face", "pin"}),
            {"確認方法", "how the person was confirmed"}),
      field("hours_ago", integer(0, 1000000), {"何時間前か", "how many hours ago"}, {}, "A-22")};
}

Shape holder() {
  return short_for("holder", person(), {required(field("holder", person(), {"名義人", "holder"}))});
}

std::vector<Field> make_given() {
  Shape two_factor =
      list(map({required(field("clinician", scalar(Scalar::kClinician), {"誰の", "whose"})),
                field("factors", integer(1, 2), {"認証要素の数", "number of factors"})}));
  two_factor.words = {"none"};
  return {
      field("terminal",
            map({field("signed_in", account_words(),
                       {"ログイン中のアカウント", "account that is signed in"}, {"P4-c1", "P5-c1"}),
                 field("display", of_device(Scalar::kScreen, kTerminal),
                       {"表示中の画面", "screen that is shown"})}),
            {"資格確認端末", "the terminal"}),
      field("backend",
            map({field("visual_passcode", words({"issued", "none", "expired"}),
                       {"目視確認用パスコード: 発行済み、なし、期限切れ",
                        "passcode for visual confirmation"},
                       {"P3-n4"}, "A-32"),
                 field("identity_history", list(map(identity_record())),
                       {"本人確認履歴", "identity history"}, {"P2-k1"}),
                 field("two_factor_history", two_factor,
                       {"２要素認証履歴", "history of two-factor sign-ins"}, {"P2-k3"}, "A-33"),
                 field("features", free_map(truth(), Scalar::kFeature),
                       {"リリースの機能を個別に有効・無効にする",
                        "single features of the release, on or off"})}),
            {"オンライン資格確認等システム", "the backend"}),
      field("card", holder(), {"使うマイナ保険証", "the card that is used"}),
      field("cards", list(holder()), {"その場にある全てのカード", "all cards that are at hand"}),
      field("people", free_map(scalar(Scalar::kAny)),
            {"人物データの一部を変える", "changes parts of the data of people"}),
      field("ehr",
            map({field("clinician", scalar(Scalar::kClinician), {"医師", "the clinician"}),
                 field("signed_in", truth(), {"ログイン済みか", "signed in already"}),
                 field("factors", integer(1, 2), {"認証要素の数", "number of factors"}, {"P2-k3"}),
                 field("permission", truth(),
                       {"救急時閲覧権限", "permission for the emergency view"}, {}, "A-33")}),
            {"電子カルテ", "the EHR"}),
      field("time", scalar(Scalar::kDateTime),
            {"シミュレーション開始時の日時", "date and time at which the simulation begins"}),
  };
}

std::vector<Field> make_then() {
  const auto each = [](const char* key, const Shape& results, Text doc) {
    return one_or_list(short_for(key, results,
                                 {required(field("holder", person(), {"誰の", "whose"})),
                                  required(field(key, results, std::move(doc)))}));
  };
  return {
      field("backend",
            map({field("identity_history", list(map(identity_record())),
                       {"本人確認履歴の全て", "the whole identity history"}, {"P2-k1"}),
                 field("consent", each("consent", consent_words(), {"同意", "consent"}),
                       {"登録された同意", "consent as registered"}, {"P3-4", "P4-8"}),
                 field("eligibility", each("eligibility", eligibility_words(), {"結果", "outcome"}),
                       {"資格確認", "eligibility checks"}, {"P2-c5", "P2-c6"})}),
            {"オンライン資格確認等システム", "the backend"}),
      field("reader",
            map({field("mode", mode_words(), {"モード", "mode"}, {"P3-n3", "P4-11"}),
                 field("screen", of_device(Scalar::kScreen, kReader), {"画面", "screen"})}),
            {"顔認証付きカードリーダー", "the face-auth reader"}),
      field("terminal",
            map({field("screen", of_device(Scalar::kScreen, kTerminal), {"画面", "screen"}),
                 field("account", account_words(), {"アカウント", "account"})}),
            {"資格確認端末", "the terminal"}),
      field(
          "ordinary_view", words({"returned", "refused"}),
          {"通常の閲覧を要求した場合の結果", "outcome of the ordinary view, asked for at the end"}),
      field("emergency_view", view_words(),
            {"救急時医療情報閲覧を要求した場合の結果",
             "outcome of the emergency view, asked for at the end"},
            {"P2-c8"}),
      field("reasons", one_or_list(identifier()),
            {"拒否の全ての理由のid", "ids of all reasons of the refusal"}, {}, "A-12"),
  };
}

std::vector<Field> step_fields() {
  Shape act = map(actions());
  act.one_of = true;
  Shape note = two_languages();
  note.scalar = Scalar::kText;
  return {
      field("id", one_or_list(scalar(Scalar::kSeedId)),
            {"シードの手順番号", "id of the step in the seed"}),
      field("who", scalar(Scalar::kRole, known_roles()),
            {"誰が (記録するだけで、拒否の理由にはならない)",
             "who acts; recorded, never a ground for refusal"},
            {}, "A-37"),
      field("do", act, {"操作を一つ", "one action"}),
      field("expect", map(expectations()),
            {"その直後に期待すること", "what has to be seen after it"}),
      field("note", note, {"覚え書き", "a note"}),
  };
}

Shape make_file() {
  const Shape name = identifier();
  return map({
      required(field("uketsuke", integer(1, 1), {"書式の版", "version of the format"})),
      required(
          field("scenario", name, {"id。ファイル名と同じにする", "id; same as the file's name"})),
      required(field("title", two_languages(), {"題名", "title"})),
      field("seed", one_or_list(scalar(Scalar::kPage)), {"シードのページ", "page of the seed"}),
      field("releases", one_or_list(scalar(Scalar::kRelease)),
            {"対象のリリース。なければ全て", "releases it is about; none: all"}),
      field("tags", one_or_list(name), {"選択用の札", "tags to select by"}),
      field("covers", one_or_list(scalar(Scalar::kSeedId)),
            {"手順以外に示すシードの条件や注記",
             "conditions and notes of the seed shown beside the steps"}),
      field("bench",
            map({field("reader", words({"face", "generic"}),
                       {"顔認証付き、または汎用カードリーダー", "face-auth or generic reader"}),
                 field("reader_profile", text(), {"リーダーの機種", "profile of the reader"}),
                 field("release", scalar(Scalar::kRelease), {"リリース", "release"})}),
            {"機器の組み合わせ (実機の指定はコマンドラインで行う)",
             "what stands on the bench; real devices are bound on the command line"}),
      field("given", map(given_keys()), {"前提", "what holds at the beginning"}),
      required(field("steps", list(map(step_fields())), {"手順", "the steps"})),
      field("then", map(then_keys()), {"最後に成り立つこと", "what holds at the end"}),
      field("examples", list(free_map(text())),
            {"変形の表。各行の値を ${名前} に入れて一回ずつ実行する",
             "table of variants; each row fills ${name} and runs once"}),
      field("faults", list(free_map(scalar(Scalar::kAny))), {"故障", "faults"}),
      field("limits",
            map({field("simulated", scalar(Scalar::kSeconds),
                       {"シミュレーション時間の上限 (秒)", "limit of simulated time, seconds"}),
                 field("wall", scalar(Scalar::kSeconds),
                       {"実時間の上限 (秒)", "limit of real time, seconds"})}),
            {"時間の上限", "limits of time"}),
  });
}

}  // namespace

const std::vector<Field>& actions() {
  static const std::vector<Field> kRows = make_actions();
  return kRows;
}
const std::vector<Field>& expectations() {
  static const std::vector<Field> kRows = make_expectations();
  return kRows;
}
const std::vector<Field>& given_keys() {
  static const std::vector<Field> kRows = make_given();
  return kRows;
}
const std::vector<Field>& then_keys() {
  static const std::vector<Field> kRows = make_then();
  return kRows;
}
const Shape& file_shape() {
  static const Shape kFile = make_file();
  return kFile;
}

const Field* find(const std::vector<Field>& fields, std::string_view name) {
  for (const Field& row : fields) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string_view to_string(Act act) {
  const auto index = static_cast<std::size_t>(act);
  return index < actions().size() ? std::string_view(actions()[index].name) : "nothing";
}
std::string_view to_string(Outcome outcome) {
  return expectations().at(static_cast<std::size_t>(outcome)).name;
}

std::string_view device_of(Act act) {
  switch (act) {
    case Act::kPress:
    case Act::kEnterPasscode:
    case Act::kShowFace:
      return kReader;
    case Act::kClick:
    case Act::kSignIn:
    case Act::kSignOut:
    case Act::kEnterDate:
    case Act::kTick:
    case Act::kUntick:
    case Act::kIssuePasscode:
      return kTerminal;
    case Act::kEhrSignIn:
    case Act::kRequestEmergencyView:
    case Act::kRequestOrdinaryView:
      return kEhr;
    default:
      return "";
  }
}

std::string_view device_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kScreen:
    case Outcome::kMode:
    case Outcome::kMessage:
      return kReader;
    case Outcome::kTerminalScreen:
    case Outcome::kTerminalMessage:
    case Outcome::kAccount:
      return kTerminal;
    case Outcome::kEhrScreen:
      return kEhr;
    default:
      return "";
  }
}

const std::vector<std::string>& known_roles() {
  static const std::vector<std::string> kRoles = {"reception_staff", "hospital_staff", "physician",
                                                  "patient",         "family",         "aide",
                                                  "administrator",   "next_patient"};
  return kRoles;
}

std::string_view device_name(std::string_view device) {
  if (device == kReader) return "the reader";
  if (device == kTerminal) return "the terminal";
  if (device == kEhr) return "the EHR";
  return device;
}

}  // namespace uketsuke::scenario
