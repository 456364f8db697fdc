// usbfs_host: readers of ours behind an emulated usbfs, and a command that uses them.
//
//   umockdev-wrapper usbfs_host [OPTION...] [-- COMMAND...]
//     --data DIR             scenarios/
//     --reader NAME[@VID:PID][,serial=S]  any number of times; ports 1, 2, ... of bus 1
//     --unplugged NAME...    the same, but nobody has plugged it in yet
//     --card NAME            a holder or a test card, any number of times; the first one lies in
//                            the first reader, unless --no-card
//     --driver PORT:INTERFACE=NAME   a kernel driver that has the interface
//     --hands PORT           the hands protocol on 127.0.0.1, 0: any port, which is told
//     --speed X              simulated seconds in a second
//     --control PATH         a unix socket; see handle() below for its lines
// Without a command it prints the variables that clients need, and runs until its standard input
// is closed. Ends with the command's exit code.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <sstream>
#include <stdexcept>

#include "harness/bench/desk_hands.h"
#include "harness/bench/served_desk.h"
#include "harness/bench/test_card_file.h"
#include "sim/gateway/hands_server.h"
#include "tests/usbfs/bus.h"
#include "tests/usbfs/control.h"

namespace uketsuke::usbfs {
namespace {

struct Options {
  std::string data = UKETSUKE_DATA_FOLDER;
  std::vector<std::string> readers;
  std::vector<bool> plugged;
  std::vector<std::string> cards;
  bool card_lies_there = true;
  std::map<std::size_t, std::map<unsigned, std::string>> drivers;
  std::string control;
  std::string hands;
  double speed = 1;
  std::vector<std::string> command;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--") {
      options.command.assign(argv + i + 1, argv + argc);
      break;
    }
    if (name == "--no-card") {
      options.card_lies_there = false;
      continue;
    }
    if (++i == argc) throw std::runtime_error(name + ": what?");
    const std::string value = argv[i];
    if (name == "--reader" || name == "--unplugged") {
      options.readers.push_back(value);
      options.plugged.push_back(name == "--reader");
    } else if (name == "--card") {
      options.cards.push_back(value);
    } else if (name == "--data") {
      options.data = value;
    } else if (name == "--control") {
      options.control = value;
    } else if (name == "--hands") {
      options.hands = value;
    } else if (name == "--speed") {
      options.speed = std::strtod(value.c_str(), nullptr);
    } else if (name == "--driver") {
      unsigned port = 0, interface = 0;
      char driver[64] = {};
      if (std::sscanf(value.c_str(), "%u:%u=%63s", &port, &interface, driver) != 3 || port == 0)
        throw std::runtime_error(value + ": PORT:INTERFACE=NAME");
      options.drivers[port - 1][interface] = driver;
    } else {
      throw std::runtime_error(name + ": no such option");
    }
  }
  if (options.readers.empty()) throw std::runtime_error("--reader NAME");
  if (options.cards.empty()) options.cards.emplace_back("hanako");
  return options;
}

// NAME[@VID:PID][,serial=S]: a profile of its own if it differs from the file's.
std::string reader_named(bench::Assets& assets, const std::string& text) {
  const std::string name = text.substr(0, text.find_first_of("@,"));
  if (name == text) return name;
  const auto found = assets.readers.find(name);
  if (found == assets.readers.end()) throw std::runtime_error("no reader " + name);
  generic_reader::Profile profile = found->second;
  unsigned vendor = 0, product = 0;
  const std::size_t ids = text.find('@'), serial = text.find(",serial=");
  if (ids != std::string::npos &&
      std::sscanf(text.c_str() + ids, "@%4x:%4x", &vendor, &product) == 2) {
    profile.idVendor = static_cast<std::uint16_t>(vendor);
    profile.idProduct = static_cast<std::uint16_t>(product);
  }
  if (serial != std::string::npos) profile.serial = text.substr(serial + 8);
  assets.readers[text] = profile;
  return text;
}

class Host {
 public:
  Host(const Options& options, bench::Assets& assets) : desk_(assets, config(options, assets)) {
    for (std::size_t i = 0; i < options.readers.size(); ++i) {
      if (!options.plugged[i]) desk_.unplug(i);
      const auto drivers = options.drivers.find(i);
      bus_.add(desk_.usb(i), drivers == options.drivers.end()
                                 ? std::map<unsigned, std::string>{}
                                 : drivers->second);
    }
    if (options.card_lies_there) desk_.place(options.cards.front());
    if (options.hands.empty()) return;
    const auto address = gateway::parse_tcp_address(options.hands);
    if (!address) throw std::runtime_error(options.hands + ": no port");
    gateway::HandsServerSettings settings;
    settings.address = *address;
    hands_ = std::make_unique<bench::DeskHands>(desk_);
    hands_server_ = std::make_unique<gateway::HandsServer>(settings, *hands_);
    std::printf("hands: %s\n", gateway::to_string(hands_server_->address()).c_str());
    std::fflush(stdout);
  }

  void run() { desk_.run(); }
  void stop() { desk_.stop(); }
  void tick() { bus_.tick(); }

  bool all_plugged(const Options& options) const {
    for (std::size_t i = 0; i < options.readers.size(); ++i)
      if (options.plugged[i] && !bus_.present(i)) return false;
    return true;
  }

  // insert HOLDER [READER [SLOT]] | remove [HOLDER] | unplug [READER] | plug [READER]
  // count [READER] | swallow on|off [READER] | driver INTERFACE [READER]
  // present [READER] | clients [READER]. READER from 0.
  std::string handle(const std::string& line) {
    std::istringstream words(line);
    std::string verb, name;
    words >> verb;
    std::size_t reader = 0, slot = 0;
    if (verb == "insert") {
      words >> name >> reader >> slot;
      return by_hand([=] { return desk_.place(name, "seen", reader, slot); });
    }
    if (verb == "remove") {
      words >> name;
      return by_hand([=] { return desk_.remove(name); });
    }
    if (verb == "swallow" || verb == "driver") words >> name;
    words >> reader;
    if (reader >= bus_.ports()) return "error: no such reader";
    if (verb == "unplug") return by_hand([=] { return desk_.unplug(reader); });
    if (verb == "plug") return by_hand([=] { return desk_.plug(reader); });
    if (verb == "present") return bus_.present(reader) ? "ok yes" : "ok no";
    if (verb == "count") {
      std::string text = "ok";
      for (const auto& [pipe, count] : bus_.counters(reader).submitted) {
        std::string key = pipe;
        for (char& letter : key)
          if (letter == ' ') letter = '_';
        text += fmt::format(" {}={}", key, count);
      }
      return text;
    }
    const auto node = bus_.node(reader);
    if (node == nullptr) return "error: nothing was ever there";
    if (verb == "swallow") return node->swallow_discarded(name == "on"), "ok";
    if (verb == "driver")
      return "ok " + node->driver(static_cast<unsigned>(std::strtoul(name.c_str(), nullptr, 10)));
    if (verb == "clients") return fmt::format("ok {}", node->clients());
    return "error: no such command";
  }

 private:
  static bench::ServedDeskConfig config(const Options& options, bench::Assets& assets) {
    bench::ServedDeskConfig config;
    config.readers.clear();
    for (const std::string& reader : options.readers)
      config.readers.push_back(reader_named(assets, reader));
    config.cards = options.cards;
    for (const auto& [name, card] :
         bench::load_test_card_files(options.data + "/cards/conformance"))
      config.test_cards[name] = card.parameters;
    config.pace.speed = options.speed;
    return config;
  }

  template <class Deed>
  std::string by_hand(Deed deed) {
    auto promise = std::make_shared<std::promise<bench::HandsOutcome>>();
    auto outcome = promise->get_future();
    desk_.post([promise, deed] { promise->set_value(deed()); });
    if (outcome.wait_for(std::chrono::seconds(5)) != std::future_status::ready)
      return "error: the desk has stopped";
    switch (outcome.get()) {
      case bench::HandsOutcome::kDone: return "ok";
      case bench::HandsOutcome::kNoSuchReader: return "error: no such reader";
      case bench::HandsOutcome::kNoSuchCard: return "error: no such card";
      case bench::HandsOutcome::kRefused: break;
    }
    return "error: refused";
  }

  bench::ServedDesk desk_;
  Bus bus_;  // its routes go first
  std::unique_ptr<bench::DeskHands> hands_;
  std::unique_ptr<gateway::HandsServer> hands_server_;
};

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

pid_t spawn(const std::vector<std::string>& command) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execvp(words.front(), words.data());
    std::fprintf(stderr, "usbfs_host: %s: %s\n", words.front(), std::strerror(errno));
    ::_exit(127);
  }
  return child;
}

int clients(const Options& options, Host& host) {
  for (int i = 0; i < 500 && !host.all_plugged(options); ++i) ::usleep(10'000);
  if (!host.all_plugged(options)) throw std::runtime_error("the readers do not enumerate");
  if (!options.control.empty()) ::setenv("USBFS_CONTROL", options.control.c_str(), 1);
  if (!options.command.empty()) return wait_for(spawn(options.command));
  std::printf("UMOCKDEV_DIR=%s\nLD_PRELOAD=%s\n", ::getenv("UMOCKDEV_DIR"),
              ::getenv("LD_PRELOAD"));
  std::fflush(stdout);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {}
  return 0;
}

int run(int argc, char** argv) {
  const Options options = parse(argc, argv);
  bench::Assets assets = *bench::load_assets(options.data);
  Host host(options, assets);
  std::unique_ptr<Control> control;
  if (!options.control.empty()) {
    control = std::make_unique<Control>(
        options.control, [&host](const std::string& line) { return host.handle(line); });
  }
  std::promise<int> ended;
  std::atomic<bool> over{false};
  std::thread user([&] {
    try {
      ended.set_value(clients(options, host));
    } catch (...) {
      ended.set_exception(std::current_exception());
    }
    over = true;
    host.stop();
  });
  std::thread clock([&] {
    for (; !over; ::usleep(100'000)) host.tick();
  });
  host.run();
  user.join();
  clock.join();
  control.reset();
  return ended.get_future().get();
}

}  // namespace
}  // namespace uketsuke::usbfs

// What GLib and umockdev keep until the end is not ours to judge.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  try {
    return uketsuke::usbfs::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "usbfs_host: %s\n", error.what());
    return 2;
  }
}
