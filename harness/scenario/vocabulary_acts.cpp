// The rows of actions(): what people do.
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

// An act that need not wait for the end of the reading: it comes when so many command APDUs were
// answered (or sent) since the last card was placed, without the moment that people take to look.
std::vector<Field> at_moment(std::vector<Field> rows) {
  rows.push_back(field("at_apdu", integer(0, 999),
                       {"読み取りのn番目のコマンドAPDUの応答の直後に (0: 活性化の直後)",
                        "right after the answer to the n-th command APDU of the reading (0: after "
                        "the activation)"},
                       {}, "A-09"));
  rows.push_back(field("in_apdu", integer(1, 999),
                       {"読み取りのn番目のコマンドAPDUの処理中に",
                        "while the n-th command APDU of the reading is under way"},
                       {}, "A-09"));
  return rows;
}

std::vector<Field> reader_actions() {
  return {
      field("press", of_device(Scalar::kButton, kReader),
            {"顔認証付きカードリーダーの画面のボタンを押下する (id、表示、別名のどれでも書ける)",
             "presses a button on the panel of the face-auth reader (id, label or alias)"},
            {"P3-1", "P3-4", "P4-8"}),
      field("enter_passcode", secret(scalar(Scalar::kDigits, {"issued", "wrong", "previous"})),
            {"目視確認用パスコードを入力する: 発行済みのもの、誤ったもの、前回のもの、または数字",
             "enters the passcode for visual confirmation: the issued one, a wrong one, the one "
             "issued before, or digits"},
            {"P3-2"}, "A-32"),
      field("enter_pin", secret(scalar(Scalar::kDigits, {"correct", "wrong"})),
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
                               field("with", person(),
                                     {"同時に重ねて置くもう1枚", "another card placed at once with it"},
                                     {}, "A-57"),
                               field("card_face", words({"hidden", "misread"}),
                                     {"顔CRの光学系が券面を読めない、または読み違える",
                                      "the reader's optics cannot read the printed face, or "
                                      "misread it"},
                                     {}, "A-07"),
                               field("on", words({"face", "generic"}),
                                     {"どのリーダーに置くか", "on which reader"})})),
            {"マイナ保険証をリーダーに置く (単独で書けば given.card のもの)",
             "puts the card on the reader (alone: the card of given.card)"},
            {"P3-3", "P4-7", "P5-6"}),
      field("remove_card",
            or_bare(short_for("card", person(),
                              at_moment({field("card", person(),
                                               {"誰のマイナ保険証か", "whose card"})}))),
            {"マイナ保険証を取り出す (単独で書けば先に置いたもの。読み取り中のある時点でも)",
             "takes the card out (alone: the one that was placed first), if said so in the middle "
             "of the reading"},
            {"P3-5", "P4-10", "P5-8"}, "A-09"),
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
                  required(field("password", secret(text()), {"パスワード", "password"}))}),
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
                           {"救急時閲覧権限があるか", "whether the permission to view is held"}),
                     field("password", words({"correct", "wrong"}),
                           {"パスワード", "the password"}),
                     field("second_factor", words({"correct", "wrong"}),
                           {"第２要素", "the second factor"})})),
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
  };
}

// What a person does to plugs, to power, and with time.
std::vector<Field> desk_actions() {
  Shape plug = map(at_moment({}));
  plug.bare = true;
  return {
      field("wait",
            short_for(
                "seconds", scalar(Scalar::kSeconds),
                {field("seconds", scalar(Scalar::kSeconds), {"秒", "seconds"}),
                 field("hours", scalar(Scalar::kSeconds), {"時間", "hours"}),
                 field("screen_for", scalar(Scalar::kSeconds),
                       {"画面が最後に変わってからの秒数に達するまで",
                        "until the screen has stood unchanged for so many seconds"}),
                 field("of", words({"reader", "terminal", "ehr"}),
                       {"どの画面か (なければリーダー)", "whose screen (reader if not said)"})}),
            {"何もせずに待つ (シミュレーション時間)", "lets simulated time pass"}),
      field("unplug_reader", plug,
            {"リーダーのUSBを抜く (読み取り中のある時点でも)",
             "pulls the reader's USB plug, if said so in the middle of the reading"}),
      field("plug_reader", bare(), {"リーダーのUSBを挿す", "puts the reader's USB plug in"}),
      field("restart_terminal", plug,
            {"資格確認端末の電源を入れ直す (ログインと画面は失われる)",
             "switches the terminal off and on: sign-in and screens are lost"},
            {}, "A-58"),
      field("place_second_card",
            short_for("card", person(),
                      at_moment({required(
                          field("card", person(), {"誰のマイナ保険証か", "whose card"}))})),
            {"カードが置かれているリーダーにもう1枚重ねて置く",
             "puts another card on the reader beside the one that lies there"},
            {}, "A-57"),
      field("press_twice", of_device(Scalar::kButton, kReader),
            {"リーダーの画面のボタンを続けて二度押下する",
             "presses a button of the reader twice in a row"}),
      field("click_twice", of_device(Scalar::kButton, kTerminal),
            {"資格確認端末のボタンをダブルクリックする", "double-clicks a button of the terminal"}),
      field("ehr_click", of_device(Scalar::kButton, kEhr),
            {"電子カルテの画面のボタンをクリックする", "clicks a button of the EHR"}, {}, "A-55"),
      field("open_chart",
            or_bare(short_for("patient", text(),
                              {required(field("patient", text(),
                                              {"患者 (カードの名義、または入力する文字)",
                                               "a card holder, or what is typed"}))})),
            {"電子カルテで患者のカルテを開く (単独で書けば最後に受け付けた患者)",
             "opens a patient's chart in the EHR (alone: of whom arrived last)"},
            {}, "A-55"),
  };
}

}  // namespace

namespace shapes {

std::vector<Field> action_rows() {
  std::vector<Field> rows = reader_actions();
  for (Field& row : terminal_actions()) rows.push_back(std::move(row));
  for (Field& row : ehr_actions()) rows.push_back(std::move(row));
  for (Field& row : desk_actions()) rows.push_back(std::move(row));
  return rows;
}

}  // namespace shapes
}  // namespace uketsuke::scenario
