// The bench's side of a hands connection, by lines and told time (sim/gateway/README.md, "Hands
// protocol").
#include "sim/gateway/hands_peer.h"

#include <boost/test/unit_test.hpp>

namespace gateway = uketsuke::gateway;
namespace hands = uketsuke::wire::hands;
namespace panel = uketsuke::wire::panel;
namespace rlink = uketsuke::wire::reader_link;
namespace session = uketsuke::wire::session;
using gateway::HandsPeer;

namespace {

const std::string kWelcome =
    R"({"jsonrpc":"2.0","id":1,"result":{"protocol":1,"name":"arm","can":["press","show","card",)"
    R"("link"]}})";

struct Desk {
  explicit Desk(gateway::HandsPeerSettings settings = named()) : peer(std::move(settings)) {
    peer.start(0);
  }
  static gateway::HandsPeerSettings named() {
    gateway::HandsPeerSettings settings;
    settings.name = "exec:arm";
    return settings;
  }
  void ready() {
    peer.take_line(kWelcome, 0);
    peer.take_lines();
  }
  void arrived() {
    peer.take_line(R"({"jsonrpc":"2.0","method":"card.arrived","params":{"name":"X"}})", 0);
    peer.take_events();
  }
  template <class Facet, class Event>
  std::vector<Event> all() {
    std::vector<Event> found;
    for (auto& event : peer.take_events()) {
      if (auto* facet = std::get_if<Facet>(&event))
        if (auto* one = std::get_if<Event>(facet)) found.push_back(*one);
    }
    return found;
  }
  template <class Event>
  std::vector<Event> hands_events() {
    return all<gateway::HandsEvent, Event>();
  }
  void press(std::uint64_t id, gateway::Millis now = 0) {
    peer.ask(gateway::HandsRequest{id, panel::Input{panel::Press{"staff_button"}}}, now);
  }
  std::string failure() {
    const auto failed = hands_events<gateway::RouteFailed>();
    BOOST_REQUIRE(failed.size() == 1);
    BOOST_TEST(!failed[0].ja.empty());
    return failed[0].en;
  }
  HandsPeer peer;
};

}  // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(gateway::Missed::Why)
BOOST_TEST_DONT_PRINT_LOG_VALUE(session::Failure)

BOOST_AUTO_TEST_SUITE(hands_peer)

BOOST_AUTO_TEST_CASE(hello_is_first_and_what_is_asked_before_waits_for_its_answer) {
  Desk desk;
  desk.press(7);
  const auto first = desk.peer.take_lines();
  BOOST_REQUIRE(first.size() == 1);
  BOOST_TEST(first[0] ==
             R"({"jsonrpc":"2.0","id":1,"method":"hello",)"
             R"("params":{"protocol":1,"name":"uketsuke"}})");
  desk.peer.take_line(kWelcome, 0);
  const auto second = desk.peer.take_lines();
  BOOST_REQUIRE(second.size() == 1);
  BOOST_TEST(second[0] ==
             R"({"jsonrpc":"2.0","id":2,"method":"press","params":{"control":"staff_button"}})");
}

BOOST_AUTO_TEST_CASE(answers_belong_to_their_requests_in_any_order) {
  Desk desk;
  desk.ready();
  desk.press(70);
  desk.press(71);
  desk.peer.take_line(R"({"jsonrpc":"2.0","id":3,"error":{"code":2,"message":"slow"}})", 0);
  desk.peer.take_line(R"({"jsonrpc":"2.0","id":2,"result":{"by":"arm 1"}})", 0);
  const auto events = desk.peer.take_events();
  BOOST_REQUIRE(events.size() == 2);
  const auto& missed = std::get<gateway::Missed>(std::get<gateway::HandsEvent>(events[0]));
  BOOST_TEST(missed.id == 71u);
  BOOST_TEST(missed.why == gateway::Missed::Why::kTimeOut);
  BOOST_TEST(missed.en == "exec:arm: slow");
  const auto& attested = std::get<gateway::Attested>(std::get<gateway::HandsEvent>(events[1]));
  BOOST_TEST(attested.id == 70u);
  BOOST_TEST(attested.by == "arm 1 (exec:arm)");
}

BOOST_AUTO_TEST_CASE(error_codes_say_why) {
  const std::pair<int, gateway::Missed::Why> codes[] = {
      {1, gateway::Missed::Why::kNotPossible}, {2, gateway::Missed::Why::kTimeOut},
      {3, gateway::Missed::Why::kNoOperator},  {4, gateway::Missed::Why::kUnknown},
      {-32601, gateway::Missed::Why::kUnknown}, {-32603, gateway::Missed::Why::kNotPossible}};
  for (const auto& [code, why] : codes) {
    Desk desk;
    desk.ready();
    desk.press(9);
    desk.peer.take_line(R"({"jsonrpc":"2.0","id":2,"error":{"code":)" + std::to_string(code) +
                            R"(,"message":"x"}})",
                        0);
    const auto missed = desk.hands_events<gateway::Missed>();
    BOOST_REQUIRE(missed.size() == 1);
    BOOST_TEST(missed[0].why == why);
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_in_can_is_not_asked) {
  Desk desk;
  desk.ready();
  desk.peer.ask(gateway::HandsRequest{5, gateway::Unplug{}}, 0);
  desk.peer.ask(gateway::HandsRequest{6, panel::Input{panel::CardFaceSeen{"1234"}}}, 0);
  BOOST_TEST(desk.peer.take_lines().empty());
  const auto missed = desk.hands_events<gateway::Missed>();
  BOOST_REQUIRE(missed.size() == 2);
  BOOST_TEST(missed[0].why == gateway::Missed::Why::kUnknown);
  BOOST_TEST(missed[1].why == gateway::Missed::Why::kUnknown);
}

BOOST_AUTO_TEST_CASE(each_kind_of_request_has_its_own_time_and_being_late_is_a_failure) {
  gateway::HandsPeerSettings settings = Desk::named();
  settings.limits.hello_ms = 10;
  settings.limits.deed_ms = 100;
  settings.limits.card_ms = 50;
  settings.limits.link_ms = 20;
  {
    Desk desk(settings);
    BOOST_TEST(desk.peer.deadline().value() == 10u);
    desk.peer.tick(9);
    BOOST_TEST(!desk.peer.failed());
    desk.peer.tick(10);
    BOOST_TEST(desk.failure().find("'hello'") != std::string::npos);
  }
  Desk desk(settings);
  desk.ready();
  desk.arrived();
  BOOST_TEST(!desk.peer.deadline());
  desk.press(1);
  BOOST_TEST(desk.peer.deadline().value() == 100u);
  desk.peer.ask(session::Request{session::Connect{0}}, 0);
  BOOST_TEST(desk.peer.deadline().value() == 50u);
  desk.peer.ask(session::Request{session::VerifyPin{1, {0, 0x20, 0, 0x80}, 4, 4, 30}}, 0);
  desk.peer.send({3, rlink::EndReception{}}, 5);
  BOOST_TEST(desk.peer.deadline().value() == 25u);
  desk.peer.tick(25);
  BOOST_TEST(desk.peer.failed());
}

BOOST_AUTO_TEST_CASE(a_failure_ends_everything_that_is_open_once_and_later_requests_at_once) {
  Desk desk;
  desk.ready();
  desk.arrived();
  desk.press(1);
  desk.peer.ask(session::Request{session::Connect{0}}, 0);
  desk.peer.send({3, rlink::EndReception{}}, 0);
  desk.peer.fail("切れた", "gone");
  desk.peer.fail("切れた", "gone again");
  desk.press(2);
  desk.peer.ask(session::Request{session::Connect{0}}, 0);
  desk.peer.send({4, rlink::EndReception{}}, 0);
  int failures = 0, missed = 0, card = 0, refused = 0;
  for (const auto& event : desk.peer.take_events()) {
    if (const auto* e = std::get_if<gateway::HandsEvent>(&event)) {
      failures += std::holds_alternative<gateway::RouteFailed>(*e);
      missed += std::holds_alternative<gateway::Missed>(*e);
    } else if (const auto* s = std::get_if<gateway::SessionRouteEvent>(&event)) {
      failures += std::holds_alternative<gateway::RouteFailed>(*s);
      card += std::holds_alternative<session::Event>(*s);
    } else {
      const auto& l = std::get<gateway::LinkRouteEvent>(event);
      failures += std::holds_alternative<gateway::RouteFailed>(l);
      refused += std::holds_alternative<rlink::Message>(l);
    }
  }
  BOOST_TEST(failures == 3);  // one for each end
  BOOST_TEST(missed == 2);
  BOOST_TEST(card == 2);
  BOOST_TEST(refused == 2);
  desk.peer.take_line(R"({"jsonrpc":"2.0","id":2,"result":{"by":"late"}})", 0);
  BOOST_TEST(desk.peer.take_events().empty());
}

BOOST_AUTO_TEST_CASE(the_displays_of_the_chosen_reader_alone_are_reported) {
  const std::string welcome =
      R"({"jsonrpc":"2.0","id":1,"result":{"protocol":1,"name":"d","can":[],"readers":["a")";
  const auto show = [](const std::string& reader) {
    return R"({"jsonrpc":"2.0","method":"show","params":{"screen":"s","reader":")" + reader +
           "\"}}";
  };
  for (const std::string rest : {"]}}", ",\"b\"]}}"}) {
    Desk desk;
    desk.peer.take_line(welcome + rest, 0);
    desk.peer.take_line(show("a"), 0);
    desk.peer.take_line(show("b"), 0);
    BOOST_TEST(desk.hands_events<gateway::Shown>().size() == 1u);
  }
  gateway::HandsPeerSettings settings = Desk::named();
  settings.reader = "b";
  Desk second(settings);
  second.peer.take_line(welcome + ",\"b\"]}}", 0);
  second.peer.take_line(show("a"), 0);
  BOOST_TEST(second.hands_events<gateway::Shown>().empty());
  second.peer.take_line(show("b"), 0);
  BOOST_TEST(second.hands_events<gateway::Shown>().size() == 1u);
  settings.reader = "c";
  Desk third(settings);
  third.peer.take_line(welcome + "]}}", 0);
  BOOST_TEST(third.failure().find("no reader 'c'; there are: a") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_slot_does_one_thing_at_a_time_and_slots_are_apart) {
  Desk desk;
  desk.ready();
  desk.peer.ask(session::Request{session::Connect{0}}, 0);
  desk.peer.ask(session::Request{session::Connect{1}}, 0);
  BOOST_TEST(desk.peer.take_lines().size() == 2u);
  desk.peer.ask(session::Request{session::Transmit{0, {0}}}, 0);
  auto events = desk.all<gateway::SessionRouteEvent, session::Event>();
  BOOST_REQUIRE(events.size() == 1);
  BOOST_TEST(std::get<session::Failed>(events[0]).failure == session::Failure::kBusy);
  desk.peer.take_line(
      R"({"jsonrpc":"2.0","id":3,"result":{"atr":"3b80","protocol":"T=1"}})", 0);
  events = desk.all<gateway::SessionRouteEvent, session::Event>();
  BOOST_REQUIRE(events.size() == 1);
  BOOST_TEST(std::get<session::Connected>(events[0]).slot == 1);
}

BOOST_AUTO_TEST_CASE(a_request_of_the_reader_is_answered_with_its_own_id) {
  Desk desk;
  desk.ready();
  desk.arrived();
  const std::string check =
      R"({"jsonrpc":"2.0","id":"x-1","method":"link.check_passcode","params":{"passcode":"1"}})";
  desk.peer.take_line(check, 0);
  const auto asked = desk.all<gateway::LinkRouteEvent, rlink::Message>();
  BOOST_REQUIRE(asked.size() == 1);
  desk.peer.send({asked[0].seq, rlink::PasscodeAnswer{rlink::PasscodeResult::kWrong, 2}}, 0);
  BOOST_TEST(desk.peer.take_lines().at(0) ==
             R"({"jsonrpc":"2.0","id":"x-1","result":{"result":"wrong","tries_left":2}})");
  desk.peer.send({asked[0].seq, rlink::PasscodeAnswer{}}, 0);  // answered already
  BOOST_TEST(desk.peer.take_lines().empty());
  desk.peer.take_line(check, 0);
  desk.peer.take_line(check, 0);
  BOOST_TEST(desk.failure().find("the id of one that is not answered yet") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_link_is_up_while_the_reader_is_there) {
  Desk desk;
  desk.ready();
  desk.peer.send({1, rlink::EndReception{}}, 0);
  BOOST_TEST((desk.all<gateway::LinkRouteEvent, rlink::Message>().size() == 1u));
  desk.peer.take_line(R"({"jsonrpc":"2.0","method":"card.arrived","params":{"name":"X"}})", 0);
  BOOST_TEST((desk.all<gateway::LinkRouteEvent, gateway::LinkUp>().size() == 1u));
  desk.peer.take_line(R"({"jsonrpc":"2.0","method":"card.gone","params":{}})", 0);
  BOOST_TEST((desk.all<gateway::LinkRouteEvent, gateway::LinkDown>().size() == 1u));
  desk.peer.take_line(
      R"({"jsonrpc":"2.0","method":"link.consent_chosen","params":{"consent":"granted"}})", 0);
  BOOST_TEST(desk.failure().find("without a link") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_flood_is_measured_by_the_clock) {
  const std::string show = R"({"jsonrpc":"2.0","method":"show","params":{"screen":"s"}})";
  gateway::HandsPeerSettings settings = Desk::named();
  settings.limits.burst = 10;
  settings.limits.per_second = 5;
  Desk slow(settings);
  slow.ready();
  for (int i = 0; i < 1000; ++i) slow.peer.take_line(show, static_cast<gateway::Millis>(i) * 200);
  BOOST_TEST(!slow.peer.failed());
  Desk fast(settings);
  fast.ready();
  for (int i = 0; i < 10; ++i) fast.peer.take_line(show, 0);
  BOOST_TEST(!fast.peer.failed());
  fast.peer.take_line(show, 100);
  BOOST_TEST(fast.failure().find("floods") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(unknown_requests_are_answered_and_unknown_notifications_ignored) {
  Desk desk;
  desk.ready();
  desk.peer.take_line(R"({"jsonrpc":"2.0","id":5,"method":"dance","params":{}})", 0);
  desk.peer.take_line(R"({"jsonrpc":"2.0","id":6,"method":"press","params":{"control":"a"}})", 0);
  desk.peer.take_line(R"({"jsonrpc":"2.0","method":"battery","params":{"low":true}})", 0);
  const auto lines = desk.peer.take_lines();
  BOOST_REQUIRE(lines.size() == 2);
  BOOST_TEST(lines[0].find(R"("id":5,"error":{"code":-32601)") != std::string::npos);
  BOOST_TEST(lines[1].find(R"("id":6,"error":{"code":-32601)") != std::string::npos);
  BOOST_TEST(!desk.peer.failed());
}

BOOST_AUTO_TEST_CASE(a_desk_of_another_speed_is_refused_with_what_to_do) {
  const auto welcome = [](const char* more) {
    return R"({"jsonrpc":"2.0","id":1,"result":{"protocol":1,"name":"x","can":[])" +
           std::string(more) + "}}";
  };
  gateway::HandsPeerSettings settings = Desk::named();
  settings.speed = 20;
  for (const char* fits : {"", R"(,"speed":20)"}) {
    Desk desk(settings);
    desk.peer.take_line(welcome(fits), 0);
    BOOST_TEST(desk.peer.ready(), fits);
  }
  Desk desk(settings);
  desk.peer.take_line(welcome(R"(,"speed":1)"), 0);
  const auto failed = desk.hands_events<gateway::RouteFailed>();
  BOOST_REQUIRE(failed.size() == 1);
  BOOST_TEST(failed[0].en.find("1 there, 20 here") != std::string::npos, failed[0].en);
  BOOST_TEST(failed[0].en.find("serve --speed 20") != std::string::npos);
  BOOST_TEST(failed[0].en.find("speed: 1") != std::string::npos);
  BOOST_TEST(failed[0].ja.find("serve --speed 20") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(too_many_open_requests_are_missed_not_sent) {
  gateway::HandsPeerSettings settings = Desk::named();
  settings.limits.open = 2;
  Desk desk(settings);
  desk.press(1);
  desk.press(2);
  desk.press(3);  // no room to wait for hello
  BOOST_TEST(desk.hands_events<gateway::Missed>().size() == 1u);
  desk.peer.take_line(kWelcome, 0);
  desk.press(4);
  BOOST_TEST(desk.hands_events<gateway::Missed>().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
