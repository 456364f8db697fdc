#include "harness/console/instructions.h"

#include "harness/verdict/format.h"

namespace uketsuke::console {
namespace {

namespace panel = wire::panel;
using verdict::say;
using verdict::Text;

constexpr std::uint16_t kHolder = 700;  // a likeness from which on it is the card's holder

const panel::Control* find(const Words& words, const std::string& id) {
  if (words.screens == nullptr) return nullptr;
  for (const panel::Screen& screen : words.screens->screens)
    for (const panel::Control& control : screen.controls)
      if (control.id == id) return &control;
  return nullptr;
}

Text label(const Words& words, const std::string& id) {
  const panel::Control* control = find(words, id);
  return control == nullptr ? Text(id) : Text(control->label.ja, control->label.en);
}

Text card_of(const Words& words, const std::string& holder) {
  const Text described = words.card ? words.card(holder) : Text();
  if (described.empty()) return say("{}のカード", "the card of {}", holder);
  return say("{}のカード（{}）", "the card of {} ({})", holder, described);
}

Instruction press(const Words& words, const panel::Press& press) {
  const Text name = label(words, press.control);
  Instruction told;
  told.what = say("リーダーの画面の「{}」を押してください", "Press '{}' on the reader's screen", name);
  told.look_for = say("押せたこと。その表示がなければ n", "that it was pressed; n if it is not there");
  return told;
}

Text secret_name(const Words& words, const std::string& control) {
  if (control == "visual_passcode") {
    return {"この実行のために発行した目視確認用パスコード",
            "the visual passcode issued for this run"};
  }
  if (control == "card_pin")
    return {"カードの暗証番号（4桁）", "the card's four-digit PIN"};
  return label(words, control);
}

Instruction enter(const Words& words, const panel::Enter& enter) {
  const panel::Control* control = find(words, enter.control);
  Instruction told;
  // What is not known to be harmless is a secret.
  if (control == nullptr || control->kind != panel::Control::Kind::kField) {
    told.secret_name = secret_name(words, enter.control);
    told.secret = enter.text;
    told.what = say("リーダーに{}を入力してください", "Enter {} at the reader", told.secret_name);
  } else {
    told.what = say("リーダーの「{}」に「{}」と入力してください", "Enter '{1}' into '{0}' at the reader",
                    label(words, enter.control), enter.text);
  }
  told.look_for = say("入力を確定できたこと", "that the entry was accepted as typed");
  return told;
}

Instruction input(const Words& words, const panel::Input& input) {
  if (const auto* pressed = std::get_if<panel::Press>(&input)) return press(words, *pressed);
  if (const auto* entered = std::get_if<panel::Enter>(&input)) return enter(words, *entered);
  Instruction told;
  if (const auto* tick = std::get_if<panel::Tick>(&input)) {
    const Text name = label(words, tick->control);
    told.what = tick->on ? say("リーダーの「{}」にチェックを入れてください", "Tick '{}' at the reader", name)
                         : say("リーダーの「{}」のチェックを外してください",
                               "Take the tick of '{}' away at the reader", name);
    told.look_for = say("チェックの表示", "the tick on the screen");
  } else if (const auto* face = std::get_if<panel::ShowFace>(&input)) {
    told.what = face->score >= kHolder
                    ? say("カードの本人がカメラの前に立ってください",
                          "The holder of the card: stand before the camera")
                    : say("カードの本人でない人がカメラの前に立ってください",
                          "Somebody who is not the holder of the card: stand before the camera");
    told.look_for = say("リーダーが撮影したこと", "that the reader has taken the picture");
  } else {
    told.impossible = say("券面の見え方だけを人が作ることはできない",
                          "no person can do by itself what the optics see of a card");
  }
  return told;
}

Instruction place(const Words& words, const gateway::PlaceCard& place) {
  Instruction told;
  const Text card = card_of(words, place.card);
  if (place.face == "misread") {
    told.impossible = say("券面の読み誤りを人が起こすことはできない",
                          "no person can make the optics misread a card");
    return told;
  }
  const Text how = place.face == "hidden" ? say("券面が読み取られない向きで", "its face turned away")
                                          : say("券面が読み取られる向きで", "its face to the optics");
  told.what = say("{}を、{}、リーダーに置いてください", "Place {} on the reader, {}", card, how);
  told.look_for = say("リーダーがカードに気付いたこと（表示やランプ）",
                      "that the reader has noticed it (screen or lamp)");
  told.sign = Sign::kCardPresent;
  return told;
}

Instruction compare(const gateway::ComparePhoto& compare) {
  Instruction told;
  told.what = compare.match ? say("券面の写真と患者を見比べてください。この手順では同じ人です",
                                  "Compare the photo on the card with the patient: in this step "
                                  "they are the same person")
                            : say("券面の写真と患者を見比べてください。この手順では別の人です",
                                  "Compare the photo on the card with the patient: in this step "
                                  "they are not the same person");
  told.look_for = say("そのとおりに見えること", "that you see it so");
  return told;
}

Instruction pad_pin(const gateway::PadPin& pin) {
  Instruction told;
  told.secret_name = {"カードの暗証番号（4桁）", "the card's four-digit PIN"};
  told.secret = pin.digits;
  told.what = say("リーダー本体のキーで{}を入力してください", "Type {} on the reader's own keys",
                  told.secret_name);
  told.look_for = say("リーダーが入力を受け付けたこと", "that the reader has taken it");
  return told;
}

Instruction with_sign(Text what, Text look_for, std::optional<Sign> sign) {
  Instruction told;
  told.what = std::move(what);
  told.look_for = std::move(look_for);
  told.sign = sign;
  return told;
}

}  // namespace

Instruction instruction_of(const gateway::Deed& deed, const Words& words) {
  if (const auto* one = std::get_if<panel::Input>(&deed)) return input(words, *one);
  if (const auto* one = std::get_if<gateway::PlaceCard>(&deed)) return place(words, *one);
  if (const auto* one = std::get_if<gateway::ComparePhoto>(&deed)) return compare(*one);
  if (const auto* one = std::get_if<gateway::PadPin>(&deed)) return pad_pin(*one);
  if (const auto* one = std::get_if<gateway::PlaceSecondCard>(&deed)) {
    return with_sign(say("{}を、いま置いてあるカードに重ねて置いてください",
                         "Place {} beside the card that lies there", card_of(words, one->card)),
                     say("2枚とも載っていること", "that both lie there"), std::nullopt);
  }
  if (const auto* one = std::get_if<gateway::RemoveCard>(&deed)) {
    const Text card =
        one->card.empty() ? say("カード", "the card") : card_of(words, one->card);
    return with_sign(say("{}をリーダーから取ってください", "Take {} from the reader", card),
                     say("カードが載っていないこと", "that no card is left on it"),
                     Sign::kCardAbsent);
  }
  if (std::holds_alternative<gateway::Unplug>(deed)) {
    return with_sign(say("リーダーのUSBケーブルを抜いてください", "Unplug the reader's USB cable"),
                     say("抜けたこと", "that it is out"), Sign::kDetached);
  }
  if (std::holds_alternative<gateway::Plug>(deed)) {
    return with_sign(say("リーダーのUSBケーブルを差してください", "Plug the reader's USB cable in"),
                     say("リーダーの電源が入ったこと", "that the reader is on"), Sign::kAttached);
  }
  if (std::holds_alternative<gateway::Begin>(deed)) {
    return with_sign(
        say("リーダーを患者が来る前の状態にしてください: USB接続、カードなし"
            "（顔認証付きなら顔認証モードの初期画面）",
            "Bring the reader into the state before a patient comes: plugged in, no card (a "
            "face-auth reader: face authentication mode, initial screen)"),
        say("カードがなく、画面があれば初期画面が出ていること",
            "that no card lies there and, if it has a screen, its initial screen"),
        std::nullopt);
  }
  Instruction told;
  const auto& confirm = std::get<gateway::Confirm>(deed);
  told.what = {confirm.ja, confirm.en};
  told.question = true;
  return told;
}

}  // namespace uketsuke::console
