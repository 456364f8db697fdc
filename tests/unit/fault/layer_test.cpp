// The layer alone: which messages a rule touches, when it starts and when it stops.
#include <boost/test/unit_test.hpp>

#include "sim/fault/fault.h"

namespace {

using namespace uketsuke;
using fault::Kind;
using fault::Rule;

Rule rule(Kind kind) {
  Rule r;
  r.wire = "usb";
  r.kind = kind;
  return r;
}

struct Wire {
  explicit Wire(Rule r) : layer({std::move(r)}), pipe(layer.add_pipe("usb", "bulk", "a", "b")) {}
  // Whether the message at that time was touched.
  bool touched(std::uint64_t now_us = 0) {
    wire::Bytes data{1, 2, 3};
    return !layer.pass(pipe, data, now_us).remark.empty();
  }
  fault::Layer layer;
  fault::PipeId pipe;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(layer)

BOOST_AUTO_TEST_CASE(a_rule_touches_count_messages_from_the_first_on) {
  Rule r = rule(Kind::kDrop);
  r.first = 2;
  r.count = 2;
  Wire wire(r);
  const bool expected[] = {false, true, true, false};
  for (const bool one : expected) BOOST_TEST(wire.touched() == one);
  BOOST_TEST(wire.layer.hits().front() == 2U);
}

BOOST_AUTO_TEST_CASE(wire_pipe_sender_and_receiver_have_to_fit) {
  fault::Layer layer({rule(Kind::kDrop)});
  Rule to_b = rule(Kind::kDrop);
  to_b.pipe = "bulk";
  to_b.from = "a";
  to_b.to = "b";
  to_b.count = 0;
  layer = fault::Layer({to_b});
  wire::Bytes data{1};
  const char* const pipes[][4] = {{"usb", "ccid bulk-in", "a", "b"}, {"field", "bulk", "a", "b"},
                                  {"usb", "control", "a", "b"},      {"usb", "bulk", "c", "b"},
                                  {"usb", "bulk", "a", "c"}};
  for (std::size_t i = 0; i < 5; ++i) {
    const auto pipe = layer.add_pipe(pipes[i][0], pipes[i][1], pipes[i][2], pipes[i][3]);
    BOOST_TEST(layer.pass(pipe, data, 0).lost == (i == 0), i);
  }
}

BOOST_AUTO_TEST_CASE(a_rule_holds_from_one_step_until_another) {
  Rule r = rule(Kind::kDrop);
  r.from_step = 2;
  r.until_step = 4;
  r.count = 0;
  Wire wire(r);
  BOOST_TEST(!wire.touched());
  for (std::uint32_t step = 1; step <= 5; ++step) {
    wire.layer.begin_step(step);
    BOOST_TEST(wire.touched() == (step == 2 || step == 3), step);
  }
}

BOOST_AUTO_TEST_CASE(messages_are_counted_from_the_start_of_the_rule) {
  Rule r = rule(Kind::kDrop);
  r.from_step = 1;
  r.first = 2;
  Wire wire(r);
  for (int i = 0; i < 5; ++i) BOOST_TEST(!wire.touched());
  wire.layer.begin_step(1);
  BOOST_TEST(!wire.touched());
  BOOST_TEST(wire.touched());
}

BOOST_AUTO_TEST_CASE(a_rule_holds_from_one_time_until_another) {
  Rule r = rule(Kind::kDrop);
  r.from_us = 100;
  r.until_us = 200;
  r.count = 0;
  Wire wire(r);
  BOOST_TEST(!wire.touched(99));
  BOOST_TEST(wire.touched(100));
  BOOST_TEST(wire.touched(199));
  BOOST_TEST(!wire.touched(200));
}

BOOST_AUTO_TEST_CASE(a_rule_ends_so_long_after_its_first_message) {
  Rule r = rule(Kind::kMute);
  r.for_us = 50;
  r.count = 0;
  Wire wire(r);
  BOOST_TEST(wire.touched(1000));
  BOOST_TEST(wire.touched(1049));
  BOOST_TEST(!wire.touched(1050));
}

BOOST_AUTO_TEST_CASE(an_empty_message_cannot_be_corrupted_or_shortened) {
  for (const Kind kind : {Kind::kCorrupt, Kind::kShorten}) {
    fault::Layer layer({rule(kind)});
    wire::Bytes nothing;
    BOOST_TEST(layer.pass(layer.add_pipe("usb", "p", "a", "b"), nothing, 0).remark.empty());
    BOOST_TEST(layer.hits().front() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(what_was_cut_is_joined_when_the_rule_ends) {
  Rule by_step = rule(Kind::kDetach);
  by_step.until_step = 3;
  fault::Layer layer({by_step});
  int joined = 0;
  layer.when_over(0, 0, [&] { ++joined; });
  layer.begin_step(2);
  BOOST_TEST(joined == 0);
  layer.begin_step(3);
  layer.begin_step(4);
  BOOST_TEST(joined == 1);

  Rule by_time = rule(Kind::kDetach);
  by_time.for_us = 500;
  fault::Layer timed({by_time});
  std::uint64_t asked_us = 0;
  timed.on_later([&](std::uint64_t delay_us, const fault::Layer::Action&) { asked_us = delay_us; });
  timed.when_over(0, 1'000, [] {});
  BOOST_TEST(asked_us == 500U);
}

BOOST_AUTO_TEST_CASE(every_kind_has_a_name_and_its_wires) {
  for (unsigned i = 0; i <= static_cast<unsigned>(Kind::kStall); ++i) {
    const Kind kind = static_cast<Kind>(i);
    BOOST_TEST((fault::kind_from(to_string(kind)) == kind));
    BOOST_TEST(fault::has("usb", kind));
    BOOST_TEST(fault::has("field", kind) == (kind != Kind::kStall));
    for (const char* wire : {"session", "panel", "folder", "network"})
      BOOST_TEST(fault::has(wire, kind) == (kind != Kind::kStall && kind != Kind::kDetach));
  }
}

BOOST_AUTO_TEST_SUITE_END()
