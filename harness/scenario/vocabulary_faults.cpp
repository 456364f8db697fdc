// Rows of `faults:`. Their values are read by harness/bench/fault_rules.
#include "harness/scenario/shapes.h"
#include "harness/scenario/vocabulary.h"

namespace uketsuke::scenario {
namespace {

using namespace shapes;  // NOLINT: the rows below are written in these words

constexpr std::int64_t kMost = 0xFFFF'FFFF;


std::vector<Field> moments(bool stops) {
  std::vector<Field> rows = {
      field("step", scalar(Scalar::kStep),
            stops ? Text{"この手順が始まると終わる (シードの手順番号、または 1 からの数)",
                         "it stops when this step begins (an id of the seed or a number from 1)"}
                  : Text{"この手順が始まってから: シードの手順番号 (その最初の手順)、または 1 "
                         "からの数 (then の確認は手順の後に続けて数える)。手順は、前の手順の判定が"
                         "済んだ時に始まる。人の間 (1.5 秒) と操作はその後",
                         "from the beginning of this step: an id of the seed (its first step) or a "
                         "number from 1, with the checks of then counted on after the steps. A "
                         "step begins when the one before has been judged; the human pause "
                         "(1.5 s) and the act come after that"}),
      field("time", scalar(Scalar::kSeconds),
            {"シミュレーション時間 (秒)", "simulated time, seconds"})};
  if (stops)
    rows.push_back(field("after", scalar(Scalar::kSeconds),
                         {"最初に触れたメッセージからの秒数",
                          "so many seconds after the first message that it touched"}));
  return rows;
}

std::vector<Field> make_rows() {
  return {
      required(field("wire", words({"usb", "field", "session", "panel", "folder", "network"}),
                     {"線: usb (端末とリーダー)、field (リーダーとカード)、session (端末のカード"
                      "命令)、panel (人と画面)、folder (端末と電子カルテの連携フォルダー)、network "
                      "(システムとの回線)",
                      "usb (terminal and reader), field (reader and card), session (card commands "
                      "of the terminal), panel (people and screens), folder (files between "
                      "terminal and EHR), network (lines to the backend)"})),
      required(field("kind",
                     words({"drop", "delay", "duplicate", "corrupt", "reorder", "mute", "detach",
                            "shorten", "stall"}),
                     {"drop 失われる、delay 遅れる、duplicate 二度届く、corrupt 1 ビット反転、reorder "
                      "次のメッセージの後に届く、mute 以後すべて失われる、detach 線が切れる (usb と "
                      "field)、shorten 末尾が欠ける、stall 機器が断る (usb)",
                      "drop: lost; delay: late; duplicate: arrives twice; corrupt: one bit "
                      "inverted; reorder: arrives after the next one; mute: everything is lost "
                      "from then on; detach: the wire is cut (usb, field); shorten: the last bytes "
                      "are missing; stall: the device refuses (usb)"})),
      field("pipe", scalar(Scalar::kText),
            {"管の名前の一部。なければその線の全て",
             "part of a pipe's name; none: every pipe of the wire"}),
      field("from", scalar(Scalar::kText), {"送る側。なければ全て", "who sends; none: anybody"}),
      field("to", scalar(Scalar::kText), {"受ける側。なければ全て", "who receives; none: anybody"}),
      field("starts", map(moments(false)),
            {"いつからか。両方書けば両方が成り立ってから。なければ電源投入から",
             "since when; with both keys when both hold; none: from power-on"}),
      field("first", integer(1, kMost),
            {"始まってから何個目のメッセージに触れるか (1 から)",
             "the n-th message since it started is the first one touched, from 1"}),
      field("count", integer(0, kMost),
            {"触れるメッセージの数。0 は終わりなし。なければ 1 (mute と stops のある故障は 0)",
             "how many messages; 0: without end; none: 1 (0 for mute and for faults that stop)"}),
      field("stops", map(moments(true)),
            {"いつまでか。どれか一つで終わる", "until when; the first of its keys ends it"}),
      field("bit", integer(0, kMost),
            {"corrupt: 反転するビットの番号 (メッセージの長さで割った余り)",
             "corrupt: number of the bit (modulo the message's length)"}),
      field("bytes", integer(1, kMost),
            {"shorten: 欠けるバイト数", "shorten: how many bytes are missing"}),
      field("delay_us", integer(1, 3'600'000'000),
            {"delay: 遅れ (マイクロ秒)。reorder: 最も長い待ち (なければ 1 秒)",
             "delay: microseconds; reorder: the longest wait (none: one second)"}),
  };
}

}  // namespace

const std::vector<Field>& fault_keys() {
  static const std::vector<Field> kRows = make_rows();
  return kRows;
}

}  // namespace uketsuke::scenario
