#include "harness/run/codec.h"

#include <boost/test/unit_test.hpp>

using namespace uketsuke;
using namespace uketsuke::run;

namespace {

verdict::ScenarioResult sample() {
  verdict::ScenarioResult result;
  result.id = "a";
  result.file = "dir/a.yaml";
  result.line = 1;
  result.title = {"題名", "title"};
  result.release = "2024-12";
  result.seed_page = "P3";
  result.variant = "v";
  result.repetition = 2;
  result.random_seed = 0xFFFF'FFFF'FFFF'FFFF;
  result.verdict = verdict::Verdict::kFail;
  result.reason = {"理由", "reason"};
  result.not_applicable = "x";
  verdict::StepResult step;
  step.index = 3;
  step.seed_id = "P3-4";
  step.title = {"押す", "press"};
  step.who = "family";
  step.verdict = verdict::Verdict::kInconc;
  step.file = "b.yaml";
  step.line = 14;
  step.expected = "90 00";
  step.observed = std::string("\0\xff", 2);
  step.simulated_us = 5'000'000'000;
  step.wire_tail = {"one", "", "three"};
  result.steps = {step, step};
  result.steps_planned = 4;
  result.warnings = {{"注意", "warning"}};
  result.assumptions = {"A-01", "A-29"};
  result.produced_by = "model";
  result.reader = "model:clean_tpdu";
  result.simulated_us = 1;
  result.wall_us = 2;
  result.rsa_us = 3;
  result.script = "tests/test_p3.py::test_consent";
  result.requirements = {"P3-4", "CCID-1.1/6.1.4-a"};
  result.journal_digest = "00ff";
  result.journal_path = "journal/a.jsonl";
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(codec)

BOOST_AUTO_TEST_CASE(every_field_of_a_result_survives) {
  const auto there = sample();
  const auto back = decode_result(encode(there));
  BOOST_TEST_REQUIRE(back.has_value());
  BOOST_TEST(back->id == "a");
  BOOST_TEST(back->file == "dir/a.yaml");
  BOOST_TEST(back->line == 1u);
  BOOST_TEST((back->title == there.title));
  BOOST_TEST(back->release == "2024-12");
  BOOST_TEST(back->seed_page == "P3");
  BOOST_TEST(back->variant == "v");
  BOOST_TEST(back->repetition == 2u);
  BOOST_TEST(back->random_seed == 0xFFFF'FFFF'FFFF'FFFFu);
  BOOST_TEST((back->verdict == verdict::Verdict::kFail));
  BOOST_TEST((back->reason == there.reason));
  BOOST_TEST(back->not_applicable.en == "x");
  BOOST_TEST_REQUIRE(back->steps.size() == 2u);
  const auto& step = back->steps[1];
  BOOST_TEST(step.index == 3u);
  BOOST_TEST(step.seed_id == "P3-4");
  BOOST_TEST(step.title.ja == "押す");
  BOOST_TEST(step.who == "family");
  BOOST_TEST((step.verdict == verdict::Verdict::kInconc));
  BOOST_TEST(step.file == "b.yaml");
  BOOST_TEST(step.line == 14u);
  BOOST_TEST(step.expected.ja == "90 00");
  BOOST_TEST(step.observed.en == std::string("\0\xff", 2));
  BOOST_TEST(step.simulated_us == 5'000'000'000u);
  BOOST_TEST(step.wire_tail == there.steps[0].wire_tail, boost::test_tools::per_element());
  BOOST_TEST(back->steps_planned == 4u);
  BOOST_TEST(back->warnings.at(0).ja == "注意");
  BOOST_TEST(back->assumptions == there.assumptions, boost::test_tools::per_element());
  BOOST_TEST(back->produced_by == "model");
  BOOST_TEST(back->reader == "model:clean_tpdu");
  BOOST_TEST(back->simulated_us == 1u);
  BOOST_TEST(back->wall_us == 2u);
  BOOST_TEST(back->rsa_us == 3u);
  BOOST_TEST(back->script == "tests/test_p3.py::test_consent");
  BOOST_TEST(back->requirements == there.requirements, boost::test_tools::per_element());
  BOOST_TEST(back->journal_digest == "00ff");
  BOOST_TEST(back->journal_path == "journal/a.jsonl");
}

BOOST_AUTO_TEST_CASE(no_truncation_and_no_longer_form_of_a_result_decodes) {
  const auto bytes = encode(sample());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    BOOST_TEST(!decode_result(std::string_view(bytes).substr(0, length)).has_value());
  }
  BOOST_TEST(!decode_result(bytes + std::string(1, '\0')).has_value());
}

BOOST_AUTO_TEST_CASE(any_byte_changed_to_anything_neither_crashes_nor_allocates_without_bound) {
  const auto bytes = encode(sample());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char value : {'\x00', '\x05', '\x7f', '\xff'}) {
      auto changed = bytes;
      changed[at] = value;
      const auto result = decode_result(changed);
      if (result) BOOST_TEST(result->steps.size() < bytes.size());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_result_too_big_for_a_frame_loses_its_wire_and_keeps_its_verdict) {
  auto big = sample();
  big.steps[0].wire_tail.assign(100'000, std::string(200, 'x'));
  const auto bytes = encode(big);
  BOOST_TEST(bytes.size() < kMaxFrameBytes);
  const auto back = decode_result(bytes);
  BOOST_TEST_REQUIRE(back.has_value());
  BOOST_TEST((back->verdict == verdict::Verdict::kFail));
  BOOST_TEST(back->steps.size() == 2u);
  BOOST_TEST(back->warnings.size() == 2u);

  auto bigger = sample();
  bigger.steps[0].observed = std::string(20'000'000, 'x');
  const auto stub = decode_result(encode(bigger));
  BOOST_TEST_REQUIRE(stub.has_value());
  BOOST_TEST((stub->verdict == verdict::Verdict::kError));
  BOOST_TEST(stub->id == "a");
}

BOOST_AUTO_TEST_CASE(messages_go_both_ways) {
  Options options;
  options.random_seed = 7;
  options.out_dir = "out";
  options.wall_limit_ms = 9;
  options.filters.tags = {"t"};
  options.filters.only = {"o", "p"};
  options.extra = {{"reader", "usb:1:2"}, {"x", ""}};
  Selected selected;
  selected.path = "p";
  selected.variant = kEveryVariant;
  selected.id = "id";
  selected.variant_name = "v";
  selected.title = {"題", "t"};
  selected.line = 4;
  selected.wall_limit_ms = 5;
  std::string bytes;
  append_frame(bytes, Config{options, 3, true});
  append_frame(bytes, Slice{1, 2, 3, selected});
  append_frame(bytes, Finished{4, 5, verdict::Verdict::kFail, "result"});
  append_frame(bytes, SliceDone{6});
  append_frame(bytes, StepBegun{7, {2, 9, 31, "P5-6", {"置く", "places"}}});

  FrameReader reader;
  std::vector<Message> messages;
  for (const char byte : bytes) {  // in the smallest pieces a pipe can give
    reader.push({&byte, 1});
    while (const auto frame = reader.next()) {
      auto message = decode_message(*frame);
      BOOST_TEST_REQUIRE(message.has_value());
      messages.push_back(std::move(*message));
    }
  }
  BOOST_TEST_REQUIRE(messages.size() == 5u);
  const auto& config = std::get<Config>(messages[0]);
  BOOST_TEST(config.options.random_seed == 7u);
  BOOST_TEST(config.options.extra.at("reader") == "usb:1:2");
  BOOST_TEST(config.options.filters.only.at(1) == "p");
  BOOST_TEST(config.repeat == 3u);
  BOOST_TEST(config.fail_fast);
  const auto& slice = std::get<Slice>(messages[1]);
  BOOST_TEST(slice.limit == 3u);
  BOOST_TEST(slice.selected.variant == kEveryVariant);
  BOOST_TEST(slice.selected.title.ja == "題");
  BOOST_TEST(std::get<Finished>(messages[2]).result == "result");
  BOOST_TEST(std::get<SliceDone>(messages[3]).item == 6u);
  const Step& step = std::get<StepBegun>(messages[4]).step;
  BOOST_TEST(step.number == 2u);
  BOOST_TEST(step.of == 9u);
  BOOST_TEST(step.line == 31u);
  BOOST_TEST(step.ids == "P5-6");
  BOOST_TEST(step.what.en == "places");
}

BOOST_AUTO_TEST_CASE(a_length_that_no_frame_has_breaks_the_stream_for_good) {
  for (const auto& bytes : {std::string("\0\0\0\0", 4), std::string("\xff\xff\xff\xff")}) {
    FrameReader reader;
    reader.push(bytes);
    BOOST_TEST(!reader.next().has_value());
    BOOST_TEST(reader.broken());
    std::string good;
    append_frame(good, Loading{1});
    reader.push(good);
    BOOST_TEST(!reader.next().has_value());
  }
}

BOOST_AUTO_TEST_CASE(unknown_types_and_truncated_messages_are_refused) {
  std::string bytes;
  append_frame(bytes, Started{1, 2, {}});
  const auto body = bytes.substr(4);
  for (std::size_t length = 0; length < body.size(); ++length) {
    BOOST_TEST(!decode_message(std::string_view(body).substr(0, length)).has_value());
  }
  for (int type = 7; type < 256; ++type) {
    BOOST_TEST(!decode_message(std::string(1, static_cast<char>(type))).has_value());
  }
}

BOOST_AUTO_TEST_SUITE_END()
