#include "harness/cli/serve_command.h"

#include <pthread.h>
#include <signal.h>

#include <fstream>
#include <memory>
#include <thread>
#include <utility>

#include "harness/bench/desk_hands.h"
#include "harness/bench/served_desk.h"
#include "harness/cli/serve_vpcd.h"
#include "harness/run/find.h"
#include "harness/verdict/format.h"
#include "harness/verdict/summary.h"
#include "harness/yaml/yaml.h"
#include "sim/gateway/broken.h"
#include "sim/gateway/hands_server.h"
#include "sim/gateway/usbip_server.h"

namespace uketsuke::cli {
namespace {

using run::RunError;
using verdict::say;
using verdict::Text;

constexpr const char* kFaceReader = "face_reader";
constexpr std::uint16_t kPidCodes = 0x1209;  // its 0001..0005 are for tests

// SIGINT and SIGTERM, taken by a thread of their own. Made before all other threads, so that none
// of them is interrupted.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~EndSignals() {
    if (thread_.joinable()) {
      pthread_kill(thread_.native_handle(), SIGTERM);
      thread_.join();
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  // `desk` has to be there until this object has gone.
  void end(bench::ServedDesk& desk) {
    thread_ = std::thread([this, &desk] {
      int signal = 0;
      sigwait(&set_, &signal);
      desk.stop();
    });
  }

 private:
  sigset_t set_{}, before_{};
  std::thread thread_;
};

// The journal as lines of a file, each written when it is complete.
class JournalFile {
 public:
  explicit JournalFile(const std::string& path) : path_(path), file_(path) {
    if (!file_) refuse();
  }
  trace::Journal::Sink sink() {
    return [this](const trace::Journal& journal, std::size_t index) {
      file_ << journal.json_line(index) << '\n' << std::flush;
      if (!file_) refuse();
    };
  }

 private:
  [[noreturn]] void refuse() const {
    throw RunError(RunError::Kind::kEnvironment,
                   say("{} に書けません", "cannot write {}", path_));
  }
  std::string path_;
  std::ofstream file_;
};

std::shared_ptr<const bench::Assets> load_data() {
  try {
    return bench::load_assets(bench::find_data_folder(""));
  } catch (const std::exception& error) {
    throw RunError(RunError::Kind::kEnvironment,
                   say("ハーネスのデータを読み込めません：{}", "cannot load the data of the harness: {}",
                       error.what()));
  }
}

bench::ServedDeskConfig config_of(const ServeCommand& command) {
  bench::ServedDeskConfig config;
  config.readers.clear();
  for (const std::string& name : command.readers)
    config.readers.push_back(name == "face" ? kFaceReader : name);
  if (config.readers.empty()) config.readers.emplace_back(kFaceReader);
  config.cards = command.cards;
  if (!command.place.empty()) config.cards.push_back(command.place);
  config.pace.speed = command.speed;
  return config;
}

// A maker's id on somebody's own machine would bring the maker's drivers along.
void check_ids(const ServeCommand& command, const bench::ServedDesk& desk) {
  for (std::size_t i = 0; i < desk.readers() && !command.maker_ids; ++i) {
    const generic_reader::Profile& profile = desk.profile(i);
    if (profile.idVendor == kPidCodes) continue;
    throw RunError(RunError::Kind::kUsage,
                   say("{} の USB ID {:04x}:{:04x} は実在のメーカーのものです。"
                       "隔離した試験環境なら --maker-ids を付けてください",
                       "the USB ids {1:04x}:{2:04x} of {0} are a maker's; in a test system that is "
                       "apart, add --maker-ids",
                       profile.name, profile.idVendor, profile.idProduct));
  }
}

template <class Map>
void check_name(const std::string& name, const Map& known, const Text& what,
                std::vector<std::string> more = {}) {
  if (known.count(name) != 0) return;
  for (const auto& [other, value] : known) more.push_back(other);
  throw RunError(RunError::Kind::kUsage,
                 say("{}「{}」はありません", "there is no {} {}", what, yaml::shortened(name)) +
                     yaml::hint(name, more));
}

void check_names(const bench::ServedDeskConfig& config, const bench::Assets& assets) {
  for (const std::string& name : config.readers)
    if (name != kFaceReader)
      check_name(name, assets.readers, {"リーダーの定義", "reader profile"}, {kFaceReader});
  for (const std::string& name : config.cards) check_name(name, assets.cards, {"カード", "card"});
}

std::unique_ptr<bench::ServedDesk> make_desk(const ServeCommand& command,
                                             const bench::Assets& assets, JournalFile* journal) {
  bench::ServedDeskConfig config = config_of(command);
  check_names(config, assets);
  if (journal != nullptr) config.journal = journal->sink();
  std::unique_ptr<bench::ServedDesk> desk;
  try {
    desk = std::make_unique<bench::ServedDesk>(assets, std::move(config));
  } catch (const std::runtime_error& error) {
    throw RunError(RunError::Kind::kUsage, Text(error.what()));
  }
  check_ids(command, *desk);
  if (!command.place.empty() && desk->place(command.place) != bench::HandsOutcome::kDone) {
    throw RunError(RunError::Kind::kUsage, say("{} のカードは最初のリーダーに置けません",
                                               "the card of {} does not go onto the first reader",
                                               command.place));
  }
  return desk;
}

// Listening on every address is no address that anybody could name.
bool is_every_address(const std::string& host) { return host == "0.0.0.0" || host == "::"; }

bool is_this_machine(const std::string& host) {
  return host.compare(0, 4, "127.") == 0 || host == "::1" || host == "localhost";
}

void note_who_reaches_it(Console& console) {
  console.line(Text("注意：このアドレスに届く人は誰でもこのリーダーを使えます（認証も暗号化もありません）",
                    "note: whoever reaches this address can use these readers (no "
                    "authentication, no encryption)"));
}

void tell_usbip(const gateway::UsbipServer& server, const std::vector<std::string>& busids,
                const bench::ServedDesk& desk, Console& console) {
  console.print(fmt::format("usbip: {}\n", gateway::to_string(server.address())));
  for (std::size_t i = 0; i < busids.size(); ++i) {
    const generic_reader::Profile& profile = desk.profile(i);
    console.print(fmt::format("reader: {} {:04x}:{:04x} {} ({})\n", busids[i], profile.idVendor,
                              profile.idProduct, profile.name, profile.product));
  }
  const gateway::TcpAddress& at = server.address();
  const std::string port = at.port == wire::usbip::kDefaultPort
                               ? std::string()
                               : fmt::format("--tcp-port {} ", at.port);
  const bool every = is_every_address(at.host);
  const auto attach = [&](const char* other) {
    return fmt::format("attach -r {} -b {}", every ? other : at.host.c_str(), busids.front());
  };
  const Text attached(attach("このマシンのアドレス"), attach("ADDRESS"));
  console.line(say("Linux での接続：sudo modprobe vhci-hcd && sudo usbip {}{}",
                   "attach from Linux: sudo modprobe vhci-hcd && sudo usbip {}{}", port,
                   attached));
  console.line(say("Windows での接続（usbip-win2）：usbip.exe {}{}",
                   "attach from Windows (usbip-win2): usbip.exe {}{}", port, attached));
  if (every) {
    console.line(Text("「このマシンのアドレス」には、相手の機械から見えるこの機械のアドレスかホスト名を書いて"
                      "ください（ip address が一覧を示します）",
                      "ADDRESS is this machine's address or host name as the other machine sees it "
                      "('ip address' lists them)"));
  }
  if (!is_this_machine(at.host)) note_who_reaches_it(console);
}

gateway::TcpAddress usbip_address(const std::string& at) {
  try {
    return gateway::usbip_address_from(at);
  } catch (const gateway::UsbipError& error) {
    throw RunError(RunError::Kind::kUsage, Text(error.ja(), error.what()));
  }
}

std::unique_ptr<gateway::UsbipServer> serve_usbip(const std::string& at, bench::ServedDesk& desk,
                                                  Console& console) {
  const gateway::TcpAddress address = usbip_address(at);
  try {
    auto server = std::make_unique<gateway::UsbipServer>(address);
    std::vector<std::string> busids;
    for (std::size_t i = 0; i < desk.readers(); ++i) busids.push_back(server->add(desk.usb(i)));
    server->start();
    tell_usbip(*server, busids, desk, console);
    return server;
  } catch (const gateway::UsbipError& error) {
    throw RunError(RunError::Kind::kEnvironment, Text(error.ja(), error.what()));
  }
}

// Panel and card slot for hands outside, together with the desk's end of it.
struct HandsFront {
  HandsFront(bench::ServedDesk& desk, const gateway::HandsServerSettings& settings)
      : hands(desk), server(settings, hands) {}
  bench::DeskHands hands;
  gateway::HandsServer server;
};

std::unique_ptr<HandsFront> serve_hands(const std::string& at, double speed,
                                        bench::ServedDesk& desk, Console& console) {
  const auto address = gateway::parse_tcp_address(at);
  if (!address) {
    throw RunError(RunError::Kind::kUsage,
                   say("--hands {}：[アドレス:]ポート と書きます", "--hands {}: it is written [ADDR:]PORT",
                       at));
  }
  gateway::HandsServerSettings settings;
  settings.address = *address;
  settings.allow_remote = true;  // somebody wrote it
  settings.name = "uketsuke serve";
  settings.speed = speed;
  try {
    auto front = std::make_unique<HandsFront>(desk, settings);
    const gateway::TcpAddress got = front->server.address();
    console.print(fmt::format("hands: {}\n", gateway::to_string(got)));
    if (!is_this_machine(got.host)) note_who_reaches_it(console);
    return front;
  } catch (const gateway::RouteBroken& broken) {
    throw RunError(RunError::Kind::kEnvironment, Text(broken.ja(), broken.what()));
  }
}

}  // namespace

int serve_command(const ServeCommand& command, Console& console) {
  if (command.vpcd && command.usbip) {
    throw RunError(RunError::Kind::kUsage,
                   Text("--vpcd は --usbip と一緒に使えません。二つ起動してください",
                        "--vpcd and --usbip exclude each other: start the program twice"));
  }
  if (command.vpcd) {
    VpcdServe what = vpcd_place(*command.vpcd);
    what.cards = command.vpcd_cards;
    return serve_vpcd(what, bench::find_data_folder(""), console);
  }
  if (!command.usbip && command.hands.empty()) {
    throw RunError(RunError::Kind::kUsage,
                   Text("提供の方法がありません（--usbip、--hands、--vpcd）",
                        "nothing to serve (--usbip, --hands, --vpcd)"));
  }
  const auto assets = load_data();
  std::unique_ptr<JournalFile> journal;
  if (!command.journal.empty()) journal = std::make_unique<JournalFile>(command.journal);
  const auto desk = make_desk(command, *assets, journal.get());
  EndSignals signals;
  // Fronts: each with its threads, which reach the desk through its inbox only.
  std::unique_ptr<gateway::UsbipServer> usbip;
  if (command.usbip) usbip = serve_usbip(*command.usbip, *desk, console);
  std::unique_ptr<HandsFront> hands;
  if (!command.hands.empty()) hands = serve_hands(command.hands, command.speed, *desk, console);
  console.flush();
  signals.end(*desk);
  desk->run();
  hands.reset();
  usbip.reset();
  return verdict::kExitPass;
}

}  // namespace uketsuke::cli
