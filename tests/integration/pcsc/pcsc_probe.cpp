// pcsc_probe READER [NAME=NUMBER...]: PcscRoute by hand. Settings by name (shared=1 and those of
// PcscSettings). Commands, one a line: connect, transmit HEX, reset reset|unpower|leave,
// disconnect reset|unpower|leave, pin, name, hides, end. What the route reports is one line each.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>

#include "sim/gateway/pcsc_route.h"

namespace uketsuke {
namespace {

using namespace wire::session;

std::mutex printing;

void say(const std::string& line) {
  const std::lock_guard<std::mutex> lock(printing);
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

struct Teller {
  void operator()(const ReaderArrived& e) const {
    say(fmt::format("arrived {} [{:04x}:{:04x} {:04x}] {} {}", e.name, e.idVendor, e.idProduct,
                    e.bcdDevice, e.exchange_level, e.pin_pad ? "pad" : "no pad"));
  }
  void operator()(const ReaderGone&) const { say("gone"); }
  void operator()(const CardPresent&) const { say("present"); }
  void operator()(const CardAbsent&) const { say("absent"); }
  void operator()(const Connected& e) const {
    say(fmt::format("connected {} {}", wire::to_hex(e.atr),
                    e.protocol == Protocol::kT0 ? "T=0" : "T=1"));
  }
  void operator()(const Response& e) const { say("response " + wire::to_hex(e.response)); }
  void operator()(const Disconnected&) const { say("disconnected"); }
  void operator()(const Failed& e) const {
    say(fmt::format("failed {}: {}", to_string(e.failure), e.what));
  }
};

Disposition disposition(const std::string& word) {
  if (word == "leave") return Disposition::kLeave;
  return word == "reset" ? Disposition::kReset : Disposition::kUnpower;
}

gateway::PcscSettings settings(int argc, char** argv) {
  gateway::PcscSettings result;
  for (int i = 2; i < argc; ++i) {
    const std::string text = argv[i], name = text.substr(0, text.find('='));
    const auto number = static_cast<std::uint32_t>(std::strtoul(
        text.c_str() + name.size() + 1, nullptr, 10));
    if (name == "shared") result.exclusive = number == 0;
    if (name == "absent_after_ms") result.absent_after_ms = number;
    if (name == "refused_after_ms") result.refused_after_ms = number;
    if (name == "request_limit_ms") result.request_limit_ms = number;
    if (name == "stop_ms") result.stop_ms = number;
  }
  return result;
}

void run(gateway::PcscRoute& route) {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string verb, argument;
    words >> verb >> argument;
    if (verb == "connect") route.ask(Connect{0});
    if (verb == "transmit") route.ask(Transmit{0, wire::from_hex(argument).value()});
    if (verb == "reset") route.ask(Reset{0, disposition(argument)});
    if (verb == "disconnect") route.ask(Disconnect{0, disposition(argument)});
    if (verb == "pin") route.ask(VerifyPin{0, {}, 4, 4, 30});
    if (verb == "name") say("name " + route.name());
    if (verb == "hides") say("hides " + route.hides().en);
    if (verb == "end") return;
  }
}

}  // namespace
}  // namespace uketsuke

int main(int argc, char** argv) {
  using namespace uketsuke;
  if (argc < 2) return 5;
  auto route = std::make_unique<gateway::PcscRoute>(argv[1], settings(argc, argv));
  route->start([](gateway::SessionRouteEvent event) {
    if (const auto* failed = std::get_if<gateway::RouteFailed>(&event)) {
      say("route_failed " + failed->en + " | " + failed->ja);
    } else {
      std::visit(Teller{}, std::get<Event>(event));
    }
  });
  run(*route);
  const auto begin = std::chrono::steady_clock::now();
  route.reset();
  const auto took = std::chrono::steady_clock::now() - begin;
  say(fmt::format("ended {}", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
}
