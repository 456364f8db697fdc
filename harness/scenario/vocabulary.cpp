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

Shape view_words() { return words({"returned", "refused", "no_answer", "not_requested"}); }
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
      field("ordinary_view", view_words(),
            {"通常の医療情報閲覧の結果", "outcome of the ordinary view"}),
      field("refused", scalar(Scalar::kIdentifier, {"true"}),
            {"操作が拒否される (理由のid、または true。物理的にできなければ impossible)",
             "the action is refused (id of the reason, or true; impossible: it cannot be done)"}),
      field("reason", one_or_list(identifier()),
            {"示される理由のid", "id of the reason that is given"}, {}, "A-12"),
      field("account", account_words(),
            {"資格確認端末にログイン中のアカウント", "account signed in at the terminal"},
            {"P4-2", "P4-c1"}),
      field("card", words({"present", "absent"}),
            {"リーダー上のカードの有無", "whether a card lies on the reader"}),
      field("ehr_message", of_device(Scalar::kMessage, kEhr),
            {"電子カルテのメッセージ", "message of the EHR"}, {}, "A-55"),
      field("tries_left", integer(0, 99),
            {"リーダーが表示する残り回数", "tries left, as the reader shows them"}, {}, "A-20"),
      field("reader", words({"connected", "gone"}),
            {"端末から見たリーダー", "the reader as the terminal sees it"}),
      field("ehr_shows", free_map(text()),
            {"電子カルテの画面に示される値 (区分ごとの件数など)",
             "values on the EHR's screen, as the number of entries of a section"},
            {"P2-e6"}, "A-13"),
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
      field("hours_ago", integer(0, 1000000), {"何時間前か", "how many hours ago"}, {}, "A-22"),
      field("seconds_ago", integer(0, 100000000), {"何秒前か", "how many seconds ago"}, {}, "A-22"),
      field("institution", words({"own", "other"}), {"どの医療機関での", "at which hospital"}, {},
            "A-24")};
}

// An assumption that does not hold as the register takes it by default.
std::vector<Field> assumed() {
  return {
      field("A-23", words({"checked"}),
            {"システムは目視確認であることも確認する",
             "the backend checks that the confirmation was by eye"},
            {}, "A-23"),
      field("A-24", words({"unbound", "institution", "institution_and_day"}),
            {"受付と閲覧要求の施設・日の結び付き",
             "what binds the request to the reception: nothing, institution, institution and day"},
            {}, "A-24"),
      field("A-27", words({"after_consent"}),
            {"処理完了メッセージは同意選択の後", "the completion message comes after consent"}, {},
            "A-27"),
      field("A-28", words({"card_needed"}),
            {"資格確認が終わるまでカードが必要",
             "the card is needed until the eligibility check is done"},
            {}, "A-28"),
      field("A-29", words({"stays"}),
            {"カードを取り出しても目視確認モードのまま",
             "visual mode stays when the card is taken"},
            {}, "A-29"),
      field("A-33", words({"ehr_requires_two_factors"}),
            {"電子カルテ自身も２要素認証を求める", "the EHR itself asks for two factors"}, {},
            "A-33"),
      field("A-35", words({"network"}),
            {"救急時要求は電子カルテから直接送られる",
             "the emergency request goes straight to the backend"},
            {}, "A-35"),
  };
}

std::vector<Field> consent_record() {
  return {required(field("holder", person(), {"誰の", "whose"})),
          required(field("consent", consent_words(), {"同意", "consent"})),
          field("seconds_ago", integer(0, 100000000), {"何秒前か", "how many seconds ago"}, {},
                "A-22")};
}

std::vector<Field> view_record() {
  return {required(field("holder", person(), {"誰の", "whose"})),
          required(field("view", words({"emergency", "ordinary"}), {"種類", "kind of view"})),
          required(field("outcome", words({"returned", "refused"}), {"結果", "outcome"})),
          field("clinician", scalar(Scalar::kClinician), {"誰が", "who asked"}),
          field("statement", words({"consent_unobtainable", "consent_given"}),
                {"同意情報", "the statement on consent"}, {"P2-n3"}, "A-34")};
}

std::vector<Field> chart_record() {
  return {required(field("view", words({"emergency", "ordinary"}), {"種類", "kind of view"})),
          field("clinician", scalar(Scalar::kClinician), {"誰が", "who asked"}),
          field("sections", list(text()),
                {"区分:件数/最初の日 (例 drugs:2/20210909)",
                 "section:entries/first day, as drugs:2/20210909"})};
}
std::vector<Field> sign_in_record() {
  return {required(field("clinician", scalar(Scalar::kClinician), {"誰の", "whose"})),
          field("factors", list(text()), {"認証要素", "the factors"})};
}

Shape holder() {
  return short_for("holder", person(), {required(field("holder", person(), {"名義人", "holder"}))});
}

std::vector<Field> make_given() {
  Shape two_factor =
      list(map({required(field("clinician", scalar(Scalar::kClinician), {"誰の", "whose"})),
                field("factors", integer(1, 2), {"認証要素の数", "number of factors"}),
                field("seconds_ago", integer(0, 100000000),
                      {"何秒前か", "how many seconds ago"}, {}, "A-33")}));
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
                 field("visual_passcode_age", integer(0, 100000000),
                       {"パスコード発行からの秒数", "seconds since the passcode was issued"}, {},
                       "A-20"),
                 field("passcode_lifetime", integer(1, 100000000),
                       {"パスコードの有効秒数", "seconds for which a passcode is valid"}, {},
                       "A-20"),
                 field("identity_history", list(map(identity_record())),
                       {"本人確認履歴", "identity history"}, {"P2-k1"}),
                 field("consents", list(map(consent_record())),
                       {"登録済みの同意", "consent registered before"}, {"P3-4", "P4-8"}),
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
                       {"救急時閲覧権限", "permission for the emergency view"}, {}, "A-33"),
                 field("institution", words({"own", "other"}),
                       {"どの医療機関の電子カルテか", "whose EHR it is"}, {}, "A-24"),
                 field("path", words({"folder", "network"}),
                       {"要求の経路", "which way requests go"}, {}, "A-35"),
                 field("encoding", words({"utf8", "shift_jis"}),
                       {"ファイルの文字コード", "encoding of its files"}, {}, "A-10"),
                 field("patients", words({"all", "none"}),
                       {"受付前からカルテのある患者", "patients with a chart before a reception"}, {},
                       "A-55")}),
            {"電子カルテ", "the EHR"}),
      field("assume", map(assumed()),
            {"仮定が既定と異なる場合", "assumptions that do not hold as the register takes them"}),
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
                       {"資格確認", "eligibility checks"}, {"P2-c5", "P2-c6"}),
                 field("consent_history", list(map(consent_record())),
                       {"登録された同意の全て", "every consent registered, in order"},
                       {"P3-4", "P4-8"}),
                 field("eligibility_checks", list(person()),
                       {"資格確認の全て (誰の)", "every eligibility check, in order: whose"},
                       {"P2-c5", "P2-c6"}),
                 field("two_factor_history", list(map(sign_in_record())),
                       {"２要素認証履歴の全て", "the whole history of two-factor sign-ins"},
                       {"P2-k3"}, "A-33"),
                 field("passcodes_issued", list(text()),
                       {"目視確認用パスコードを発行した利用者の全て",
                        "who had passcodes for visual confirmation issued, in order"},
                       {"P3-n4"}, "A-32"),
                 field("view_log", list(map(view_record())),
                       {"閲覧要求の記録の全て", "every view that was asked for, in order"},
                       {"P2-c8"})}),
            {"オンライン資格確認等システム", "the backend"}),
      field("reader",
            map({field("mode", mode_words(), {"モード", "mode"}, {"P3-n3", "P4-11"}),
                 field("screen", of_device(Scalar::kScreen, kReader), {"画面", "screen"})}),
            {"顔認証付きカードリーダー", "the face-auth reader"}),
      field("terminal",
            map({field("screen", of_device(Scalar::kScreen, kTerminal), {"画面", "screen"}),
                 field("account", account_words(), {"アカウント", "account"})}),
            {"資格確認端末", "the terminal"}),
      field("ehr",
            map({field("screen", of_device(Scalar::kScreen, kEhr), {"画面", "screen"}),
                 field("charts", list(map(chart_record())),
                       {"カルテに反映された閲覧結果の全て",
                        "every result of a view that the chart took over, in order"},
                       {"P2-e6"}, "A-13")}),
            {"電子カルテ", "the EHR"}),
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
      field("faults", list(or_map(scalar(Scalar::kAny), fault_keys())),
            {"線に与える故障。キーの意味は下の「故障」",
             "faults laid over the wires; the keys: see Faults below"}),
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
  static const std::vector<Field> kRows = action_rows();
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
    case Act::kPressTwice:
    case Act::kEnterPasscode:
    case Act::kShowFace:
      return kReader;
    case Act::kClick:
    case Act::kClickTwice:
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
    case Act::kEhrClick:
    case Act::kOpenChart:
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
    case Outcome::kTriesLeft:
      return kReader;
    case Outcome::kTerminalScreen:
    case Outcome::kTerminalMessage:
    case Outcome::kAccount:
      return kTerminal;
    case Outcome::kEhrScreen:
    case Outcome::kEhrMessage:
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
