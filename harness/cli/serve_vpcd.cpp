#include "harness/cli/serve_vpcd.h"

#include <poll.h>
#include <unistd.h>

#include <charconv>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <system_error>

#include "harness/bench/card_at_vpcd.h"
#include "harness/bench/card_file.h"
#include "harness/cli/running.h"
#include "harness/run/find.h"
#include "harness/verdict/format.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::cli {
namespace {

using gateway::VpcdEvent;
using run::RunError;
using verdict::say;
using verdict::Text;

constexpr std::size_t kMostCards = 16;     // readers of one pcscd (PCSCLITE_MAX_READERS_CONTEXTS)
constexpr std::size_t kSlotsOfDriver = 2;  // of one libifdvpcd.so
constexpr std::size_t kLongestLine = 1000;
constexpr int kPollMs = 200;  // a signal may end another thread's wait instead

[[noreturn]] void usage(Text text) { throw RunError(RunError::Kind::kUsage, std::move(text)); }

// One card and its way into pcscd.
struct Served {
  std::string name;
  Text title;
  std::string atr;  // hex; the card itself belongs to another thread once it is served
  std::unique_ptr<bench::CardAtVpcd> card;
  std::unique_ptr<gateway::VpcdCard> at;
};

// From the threads of the cards to the one that prints.
class Happened {
 public:
  void add(std::size_t card, VpcdEvent event) {
    const std::lock_guard lock(mutex_);
    events_.emplace_back(card, std::move(event));
  }
  std::deque<std::pair<std::size_t, VpcdEvent>> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }

 private:
  std::mutex mutex_;
  std::deque<std::pair<std::size_t, VpcdEvent>> events_;
};

// What a person types, line by line; silent after the end of the input.
class Lines {
 public:
  // Waits up to kPollMs.
  void wait() {
    // A program in the background must not read the terminal: it would be stopped.
    const bool ours = !::isatty(STDIN_FILENO) || ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
    pollfd input{open_ && ours ? STDIN_FILENO : -1, POLLIN, 0};
    if (::poll(&input, 1, kPollMs) <= 0 || input.revents == 0) return;
    char bytes[256];
    const ssize_t size = ::read(STDIN_FILENO, bytes, sizeof bytes);
    open_ = size > 0 || (size < 0 && errno == EINTR);
    if (buffer_.size() > kLongestLine && buffer_.find('\n') == std::string::npos) buffer_.clear();
    if (size > 0) buffer_.append(bytes, static_cast<std::size_t>(size));
  }
  bool next(std::string& line) {
    const auto end = buffer_.find('\n');
    if (end == std::string::npos) return false;
    line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return true;
  }

 private:
  bool open_ = true;
  std::string buffer_;
};

std::string place_of(const gateway::VpcdCard& at) {
  const bool is_v6 = at.place().host.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + at.place().host + "]" : at.place().host;
  return host + ":" + std::to_string(at.place().port);
}

Text describe(const VpcdEvent& event, const gateway::VpcdCard& at) {
  const std::string place = place_of(at);
  const Text reason = event.what.empty() ? Text() : say("（{}）", " ({})", event.what);
  switch (event.kind) {
    case VpcdEvent::Kind::kNobody:
      return say("{} で待つ pcscd がありません{}。vpcd ドライバー (vsmartcard-vpcd) を入れて pcscd を"
                 "起動してください。待ち続けます",
                 "no pcscd listens at {}{}: install the vpcd driver (vsmartcard-vpcd) and start "
                 "pcscd; this program keeps trying",
                 place, reason);
    case VpcdEvent::Kind::kSilent:
      return say("{} に接続しましたが、何も聞かれません。スロットに別のカードがあるか、vpcd "
                 "ではありません。空くのを待ちます",
                 "connected to {}, but nothing is asked: another card is in that slot, or it is no "
                 "vpcd; waiting for its turn",
                 place);
    case VpcdEvent::Kind::kInserted:
      return say("リーダーに入りました（{}）", "is in the reader ({})", place);
    case VpcdEvent::Kind::kLost:
      return say("接続が切れました{}。pcscd が終了したようです", "the connection is lost{}: pcscd ended",
                 reason);
    case VpcdEvent::Kind::kBroken:
      return say("{} の相手は vpcd の手順に従いません{}", "what listens at {} is no vpcd{}", place,
                 reason);
    case VpcdEvent::Kind::kRemoved:
      return {"リーダーから抜きました", "is out of the reader"};
    case VpcdEvent::Kind::kMissed:
      return {"pcscd が抜き差しに気付いていなかったので、いったん抜きます",
              "pcscd had not noticed that it was away: taken out for a moment"};
  }
  return {};
}

std::string names_of(const std::map<std::string, bench::CardFile>& files) {
  std::string names;
  for (const auto& [name, file] : files) names += (names.empty() ? "" : ", ") + name;
  return names;
}

std::vector<Served> load(const VpcdServe& what, const std::string& data_folder) {
  const std::string folder = data_folder + "/cards";
  const auto files =
      bench::load_card_files(folder, bench::load_card_hierarchy(folder + "/fixtures"));
  const auto wanted = what.cards.empty() ? std::vector<std::string>{"hanako"} : what.cards;
  if (wanted.size() > kMostCards || what.port + wanted.size() - 1 > 0xFFFF)
    usage({"カードが多すぎます", "too many cards"});
  std::vector<Served> cards;
  for (const std::string& name : wanted) {
    const auto file = files.find(name);
    if (file == files.end())
      usage(say("カード {} はありません（{}）", "there is no card {} ({})", yaml::shortened(name),
                names_of(files)));
    for (const Served& other : cards)
      if (other.name == name) usage(say("カード {} は一枚しかありません", "there is one {} only", name));
    Served served;
    served.name = name;
    served.title = {file->second.title_ja, file->second.title_en};
    const std::uint64_t seed = (std::uint64_t{std::random_device()()} << 32) ^
                               std::random_device()();
    served.card = std::make_unique<bench::CardAtVpcd>(file->second.profile, seed);
    served.atr = wire::to_hex(served.card->atr());
    if (served.atr.empty())
      usage(say("カード {} は何も答えないので、リーダーに入れられません",
                "the card {} says nothing: no reader would see it", name));
    cards.push_back(std::move(served));
  }
  return cards;
}

void introduce(const std::vector<Served>& cards, Console& console) {
  for (const Served& served : cards)
    console.line(say("カード {}（{}）を仮想リーダー {} に入れます。ATR {}",
                     "card {} ({}) goes into the virtual reader at {}, ATR {}", served.name,
                     served.title, place_of(*served.at), served.atr));
  if (cards.size() > kSlotsOfDriver)
    console.line({"注意：vpcd ドライバー一つのスロットは二つです",
                  "note: one vpcd driver has two slots"});
  console.line({"見るには（別の端末で）：\n  opensc-tool -l\n  pkcs15-tool --list-certificates\n"
                "試験用カードです。暗証番号は scenarios/cards にあり、残り回数はこのプログラムの"
                "終了まで保たれます。\n"
                "remove / insert と入力すると抜き差しします。終了は Ctrl-C",
                "to look at it (in another terminal):\n  opensc-tool -l\n"
                "  pkcs15-tool --list-certificates\n"
                "It is a test card: PINs stand in scenarios/cards, tries that are used up stay so "
                "until this program ends.\n"
                "Type remove or insert to take it out and put it in; Ctrl-C ends."});
  console.flush();
}

// "remove", "insert taro".
void obey(const std::string& line, std::vector<Served>& cards, Console& console) {
  const auto blank = line.find(' ');
  const std::string word = line.substr(0, blank);
  const std::string name = blank == std::string::npos ? "" : line.substr(blank + 1);
  if (word.empty()) return;
  bool found = word == "remove" || word == "insert";
  if (found) {
    found = false;
    for (Served& served : cards) {
      if (!name.empty() && served.name != name) continue;
      found = true;
      word == "remove" ? served.at->remove() : served.at->insert();
    }
  }
  if (!found)
    console.error(say("「{}」は分かりません。remove か insert（カードの名前を付けられます）です",
                      "{}: not understood; remove or insert, with the name of a card if wanted",
                      yaml::shortened(line)));
}

}  // namespace

VpcdServe vpcd_place(const std::string& text) {
  VpcdServe place;
  const auto bracket = text.rfind(']');
  const auto colon = text.rfind(':');
  const bool has_port = colon != std::string::npos &&
                        (bracket == std::string::npos ? text.find(':') == colon : colon > bracket);
  std::string host = has_port ? text.substr(0, colon) : text;
  if (host.size() > 1 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  if (!host.empty()) place.host = host;
  if (!has_port) return place;
  const std::string port = text.substr(colon + 1);
  const auto [end, error] =
      std::from_chars(port.data(), port.data() + port.size(), place.port);
  if (error != std::errc() || end != port.data() + port.size() || place.port == 0)
    usage(say("{} は HOST:PORT ではありません", "{} is not HOST:PORT", yaml::shortened(text)));
  return place;
}

int serve_vpcd(const VpcdServe& what, const std::string& data_folder, Console& console) {
  Happened happened;
  std::vector<Served> cards = load(what, data_folder);
  const StopSignals signals(1);
  try {
    for (std::size_t i = 0; i < cards.size(); ++i) {
      gateway::VpcdPlace place;
      place.host = what.host;
      place.port = static_cast<std::uint16_t>(what.port + i);
      cards[i].at = std::make_unique<gateway::VpcdCard>(
          place, *cards[i].card,
          [&happened, i](const VpcdEvent& event) { happened.add(i, event); });
    }
  } catch (const std::system_error& error) {
    throw RunError(RunError::Kind::kEnvironment, Text(error.what()));
  }
  introduce(cards, console);
  Lines lines;
  while (*signals.counter() == 0 && !console.failed()) {
    lines.wait();
    for (std::string line; lines.next(line);) obey(line, cards, console);
    for (const auto& [card, event] : happened.take())
      console.line(cards[card].name + Text("：", ": ") + describe(event, *cards[card].at));
    console.flush();
  }
  std::uint64_t apdus = 0;
  for (Served& served : cards) {
    apdus += served.at->apdus();
    served.at.reset();
  }
  console.line(say("終了します。答えた APDU：{}", "ended; APDUs answered: {}", apdus));
  return verdict::kExitPass;
}

}  // namespace uketsuke::cli
