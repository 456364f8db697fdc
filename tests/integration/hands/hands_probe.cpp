// Drives a hands route as the bench does, for test_hands.py: deeds and requests come on standard
// input as lines of the protocol, what the route reports goes to standard output, a line each:
//   attested ID BY | missed ID WHY JA | EN | shown SCREEN MESSAGE | refused CONTROL REASON |
//   pad true|false | link up|down | link SEQ TEXT | card TEXT | failed ROUTE JA | EN
// Usage: hands_probe exec|quiet [hello_ms deed_ms] -- ARGV... or
//        hands_probe tcp|remote [hello_ms deed_ms] -- ADDRESS [READER]
// Ends when standard input ends; then says "fds N M", the descriptors open before and after.
#include <dirent.h>
#include <fmt/format.h>
#include <signal.h>

#include <cstdlib>
#include <iostream>
#include <iterator>
#include <mutex>

#include "sim/gateway/hands_exec.h"
#include "sim/gateway/hands_tcp.h"
#include "sim/wire/reader_link/codec.h"

namespace {

namespace gateway = uketsuke::gateway;
namespace hands = uketsuke::wire::hands;
namespace session = uketsuke::wire::session;
namespace rlink = uketsuke::wire::reader_link;

std::mutex output;
void print(const std::string& line) {
  const std::lock_guard lock(output);
  std::cout << line << std::endl;
}

int open_descriptors() {
  int count = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

void print_failed(std::string_view route, const gateway::RouteFailed& failed) {
  print(fmt::format("failed {} {} | {}", route, failed.ja, failed.en));
}

void hands_event(const gateway::HandsEvent& event) {
  if (const auto* e = std::get_if<gateway::Attested>(&event))
    print(fmt::format("attested {} {}", e->id, e->by));
  if (const auto* e = std::get_if<gateway::Missed>(&event)) {
    const char* why[] = {"not_possible", "time_out", "no_operator", "unknown"};
    print(fmt::format("missed {} {} {} | {}", e->id, why[static_cast<int>(e->why)], e->ja, e->en));
  }
  if (const auto* e = std::get_if<gateway::Shown>(&event)) {
    if (const auto* refused = std::get_if<uketsuke::wire::panel::Refused>(&e->output))
      print(fmt::format("refused {} {}", refused->control, refused->reason));
    else if (const auto* display = std::get_if<uketsuke::wire::panel::Display>(&e->output))
      print(fmt::format("shown {} {}", display->screen, display->message));
  }
  if (const auto* e = std::get_if<gateway::PadAsks>(&event)) print(fmt::format("pad {}", e->asks));
  if (const auto* e = std::get_if<gateway::RouteFailed>(&event)) print_failed("hands", *e);
}

void card_event(const gateway::SessionRouteEvent& route_event) {
  if (const auto* e = std::get_if<gateway::RouteFailed>(&route_event))
    return print_failed("card", *e);
  const auto& event = std::get<session::Event>(route_event);
  if (const auto* e = std::get_if<session::ReaderArrived>(&event)) print("card arrived " + e->name);
  if (std::holds_alternative<session::ReaderGone>(event)) print("card gone");
  if (std::holds_alternative<session::CardPresent>(event)) print("card present");
  if (std::holds_alternative<session::CardAbsent>(event)) print("card absent");
  if (const auto* e = std::get_if<session::Connected>(&event))
    print("card connected " + uketsuke::wire::to_hex(e->atr));
  if (const auto* e = std::get_if<session::Response>(&event))
    print("card response " + uketsuke::wire::to_hex(e->response));
  if (std::holds_alternative<session::Disconnected>(event)) print("card disconnected");
  if (const auto* e = std::get_if<session::Failed>(&event))
    print(fmt::format("card failed {}: {}", to_string(e->failure), e->what));
}

void link_event(const gateway::LinkRouteEvent& event) {
  if (const auto* e = std::get_if<gateway::RouteFailed>(&event)) print_failed("link", *e);
  if (std::holds_alternative<gateway::LinkUp>(event)) print("link up");
  if (std::holds_alternative<gateway::LinkDown>(event)) print("link down");
  if (const auto* e = std::get_if<rlink::Message>(&event)) print("link " + rlink::describe(*e));
}

void ask(gateway::HandsConnection& route, const std::string& line) {
  const hands::Open open = [](const hands::Id&) { return hands::Asked::kLinkPasscode; };
  const auto read = hands::decode(line, open);
  if (const auto* problem = std::get_if<hands::Problem>(&read))
    return print("bad command: " + problem->what);
  const auto& message = std::get<hands::Message>(read);
  if (const auto* answer = std::get_if<hands::Answer>(&message)) {
    const auto seq = static_cast<std::uint16_t>(std::get<std::uint64_t>(answer->id));
    return route.link().send({seq, std::get<rlink::Body>(answer->outcome)});
  }
  const auto* request = std::get_if<hands::Request>(&message);
  if (request == nullptr) return print("bad command: a notification");
  const std::uint64_t id = std::get<std::uint64_t>(request->id);
  if (const auto* deed = std::get_if<hands::Deed>(&request->call.body)) route.ask({id, *deed});
  if (const auto* card = std::get_if<session::Request>(&request->call.body))
    route.session().ask(*card);
  if (const auto* body = std::get_if<rlink::Body>(&request->call.body))
    route.link().send({static_cast<std::uint16_t>(id), *body});
}

std::unique_ptr<gateway::HandsConnection> make_route(const std::string& kind,
                                                     const gateway::HandsLimits& limits,
                                                     std::vector<std::string> words) {
  if (kind == "exec" || kind == "quiet") {
    gateway::HandsExecSettings settings;
    settings.argv = std::move(words);
    settings.keep_errors = kind == "exec";
    settings.grace_ms = 400;
    settings.term_ms = 400;
    settings.limits = limits;
    return gateway::make_hands_exec(std::move(settings));
  }
  gateway::HandsTcpSettings settings;
  settings.address = gateway::parse_tcp_address(words.at(0)).value();
  settings.allow_remote = kind == "remote";
  settings.reader = words.size() > 1 ? words[1] : "";
  settings.limits = limits;
  return gateway::make_hands_tcp(std::move(settings));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string kind = argv[1];
  gateway::HandsLimits limits;
  int word = 2;
  if (argc > 3 && std::string(argv[2]) != "--") {
    limits.hello_ms = std::strtoull(argv[2], nullptr, 10);
    limits.deed_ms = limits.link_ms = limits.card_ms = std::strtoull(argv[3], nullptr, 10);
    word = 4;
  }
  const std::vector<std::string> words(argv + word + 1, argv + argc);
  const int before = open_descriptors();
  {
    const auto route = make_route(kind, limits, words);
    route->session().start(card_event);
    route->link().start(link_event);
    route->start(hands_event);
    for (std::string line; std::getline(std::cin, line);) ask(*route, line);
  }
  print(fmt::format("fds {} {}", before, open_descriptors()));
  return 0;
}
