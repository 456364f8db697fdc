// PC/SC cases on a table of calls that is no library: verdicts, what reaches a real card, what is
// kept of it, and the same verdicts from the trace.
#include "harness/conformance/pcsc/execute_pcsc.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <set>

#include "harness/conformance/pcsc/checks.h"
#include "harness/conformance/trace.h"

namespace conformance = uketsuke::conformance;
namespace gateway = uketsuke::gateway;
namespace wire = uketsuke::wire;
using conformance::CaseOutcome;
using conformance::CaseResult;
using gateway::PcscCalls;
using Length = PcscCalls::Length;
using Buffer = PcscCalls::Buffer;

namespace {

constexpr std::uint32_t kInsufficient = 0x80100008, kNoService = 0x8010001D;

const conformance::Case& named(const std::string& id) {
  static const conformance::Catalogue kCatalogue = conformance::load_catalogue(UKETSUKE_SCENARIOS);
  const conformance::Case* found = kCatalogue.find(id);
  BOOST_REQUIRE_MESSAGE(found != nullptr, id);
  return *found;
}

std::uint32_t put(const wire::Bytes& bytes, Buffer to, Length& length) {
  const Length room = length;
  length = bytes.size();
  if (room < bytes.size()) return kInsufficient;
  std::memcpy(to, bytes.data(), bytes.size());
  return 0;
}

// A reader with a card that answers every command with as many bytes as Le says.
struct Fake {
  wire::Bytes features;
  std::vector<wire::Bytes> sent;
  bool overruns = false;

  PcscCalls calls() {
    PcscCalls table = gateway::libpcsclite();  // what is not set here is not called
    table.establish_context = [](long& context) { return context = 7, 0U; };
    table.release_context = [](long) { return 0U; };
    table.list_readers = [](long, char* names, Length& length) {
      const wire::Bytes all{'F', 'a', 'k', 'e', 0, 0};
      if (names == nullptr) return length = all.size(), 0U;
      return put(all, reinterpret_cast<Buffer>(names), length);
    };
    table.get_status_change = [](long, Length, std::vector<gateway::PcscState>& states) {
      for (auto& state : states) state.event = 0x22;
      return 0U;
    };
    table.connect = [](long, const char*, Length share, Length, long& card, Length& active) {
      card = 9;
      active = share == 3 ? 0 : 2;
      return 0U;
    };
    table.control = [this](long, Length, const std::uint8_t*, Length, Buffer out, Length room,
                           Length& length) {
      length = room;
      return put(features, out, length);
    };
    table.get_attrib = [](long, Length, Buffer value, Length& length) {
      return put({0x3B, 0x00}, value, length);
    };
    table.status = [](long, char* name, Length& name_length, Length& state, Length& protocol,
                      Buffer atr, Length& atr_length) {
      state = protocol = 2;
      put({0x3B, 0x00}, atr, atr_length);
      if (name == nullptr) return name_length = 6, 0U;
      return put({'F', 'a', 'k', 'e', 0, 0}, reinterpret_cast<Buffer>(name), name_length);
    };
    table.transmit = [this](long, Length, const std::uint8_t* command, Length size,
                            Buffer response, Length& length) {
      sent.emplace_back(command, command + size);
      wire::Bytes answer(size == 5 ? command[4] : 0, 0x5A);
      answer.insert(answer.end(), {0x90, 0x00});
      const Length room = length;
      const std::uint32_t code = put(answer, response, length);
      if (overruns) response[room] ^= 1;
      return code;
    };
    return table;
  }
};

conformance::PcscBench bench_of(Fake& fake) {
  conformance::PcscBench bench;
  bench.reader = "Fa";
  bench.simulated = true;
  bench.calls = fake.calls();
  bench.facts["pcsc"] = true;
  bench.facts["contactless"] = false;
  bench.facts["pin_verify"] = bench.facts["pin_modify"] = false;
  return bench;
}

CaseResult run(const std::string& id, const conformance::PcscBench& bench, std::string& trace) {
  const CaseResult live = conformance::execute_pcsc(named(id), bench, trace);
  if (trace.empty()) return live;
  const CaseResult again = conformance::recompute_pcsc(named(id), bench.facts, trace);
  BOOST_TEST((outcome_of(again) == outcome_of(live)));
  BOOST_TEST(again.findings.size() == live.findings.size());
  BOOST_TEST(again.reason.en == live.reason.en);
  return live;
}

CaseResult run(const std::string& id, const conformance::PcscBench& bench) {
  std::string trace;
  return run(id, bench, trace);
}

const wire::Bytes kVerifyDirect{0x06, 0x04, 0x42, 0x33, 0x00, 0x06};

}  // namespace

BOOST_AUTO_TEST_SUITE(execute_pcsc)

BOOST_AUTO_TEST_CASE(every_check_that_a_case_names_is_there) {
  std::set<std::string> named_by_cases;
  for (const auto& one : conformance::load_catalogue(UKETSUKE_SCENARIOS).cases)
    if (!one->pcsc.empty()) named_by_cases.insert(one->pcsc);
  const auto names = conformance::pcsc_check_names();
  BOOST_TEST(named_by_cases == std::set<std::string>(names.begin(), names.end()),
             boost::test_tools::per_element());
  BOOST_TEST(names.size() == 20U);
}

BOOST_AUTO_TEST_CASE(a_pin_pad_has_to_be_claimed_and_listed) {
  Fake fake;
  auto bench = bench_of(fake);
  BOOST_TEST((outcome_of(run("PCS-14", bench)) == CaseOutcome::kPass));
  fake.features = kVerifyDirect;
  BOOST_TEST((outcome_of(run("PCS-14", bench)) == CaseOutcome::kFail));
  bench.facts["pin_verify"] = true;
  BOOST_TEST((outcome_of(run("PCS-14", bench)) == CaseOutcome::kPass));
  bench.facts.erase("pin_verify");
  const CaseResult unknown = run("PCS-14", bench);
  BOOST_TEST((outcome_of(unknown) == CaseOutcome::kInconc));
  BOOST_TEST(unknown.reason.en.find("claimed") != std::string::npos);
  // PC/SC part 10, 2.2: tag, length 4, control code.
  fake.features = {0x06, 0x04, 0x42, 0x33};
  BOOST_TEST((outcome_of(run("PCS-14", bench)) == CaseOutcome::kFail));
}

BOOST_AUTO_TEST_CASE(a_byte_beyond_the_buffer_is_seen) {
  Fake fake;
  fake.features = kVerifyDirect;
  const auto bench = bench_of(fake);
  BOOST_TEST((outcome_of(run("PCS-09", bench)) == CaseOutcome::kPass));
  fake.overruns = true;
  const CaseResult result = run("PCS-09", bench);
  BOOST_TEST((outcome_of(result) == CaseOutcome::kFail));
  BOOST_TEST(result.findings.front().got.en.find("beyond") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_but_what_is_harmless_reaches_a_card_that_may_be_real) {
  Fake fake;
  auto bench = bench_of(fake);
  bench.simulated = false;
  std::string trace;
  const CaseResult malformed = run("PCS-10", bench, trace);
  BOOST_TEST((outcome_of(malformed) == CaseOutcome::kNotApplicable));
  BOOST_TEST(malformed.not_applicable.en.find("card not released") != std::string::npos);
  // GET CHALLENGE is on the allow-list of sim/guard, and alone it came through.
  for (const wire::Bytes& apdu : fake.sent) BOOST_TEST(apdu.at(1) == 0x84);
}

BOOST_AUTO_TEST_CASE(of_a_card_that_may_be_real_no_answer_is_kept) {
  Fake fake;
  fake.features = kVerifyDirect;
  auto bench = bench_of(fake);
  std::string trace;
  run("PCS-09", bench, trace);
  BOOST_TEST(trace.find("5a5a5a") != std::string::npos);
  bench.simulated = false;
  BOOST_TEST((outcome_of(run("PCS-09", bench, trace)) == CaseOutcome::kPass));
  BOOST_TEST(trace.find("5a5a5a") == std::string::npos);
  BOOST_TEST(trace.find("\"masked\":true") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_pcscd_or_reader_it_is_an_error_with_its_reason) {
  Fake fake;
  auto bench = bench_of(fake);
  bench.reader = "Other";
  CaseResult result = run("PCS-14", bench);
  BOOST_TEST((outcome_of(result) == CaseOutcome::kError));
  BOOST_TEST(result.reason.en == "pcscd has no reader Other");
  bench.calls.establish_context = [](long&) { return kNoService; };
  result = run("PCS-14", bench);
  BOOST_TEST((outcome_of(result) == CaseOutcome::kError));
  BOOST_TEST(result.reason.en.find("SCARD_E_NO_SERVICE") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nobody_with_hands_is_never_a_pass) {
  Fake fake;
  const auto bench = bench_of(fake);
  for (const char* id : {"PCS-07", "PCS-11", "PCS-12", "PCS-19"}) {
    const CaseResult result = run(id, bench);
    BOOST_TEST((outcome_of(result) == CaseOutcome::kInconc), id);
    BOOST_TEST(!result.reason.en.empty(), id);
  }
}

BOOST_AUTO_TEST_CASE(a_trace_that_is_none_or_of_another_case_is_refused) {
  Fake fake;
  const auto bench = bench_of(fake);
  std::string trace;
  run("PCS-14", bench, trace);
  const auto refused = [&](const std::string& id, const std::string& text) {
    BOOST_CHECK_THROW(conformance::recompute_pcsc(named(id), bench.facts, text),
                      conformance::TraceMismatch);
  };
  refused("PCS-15", trace);
  refused("PCS-14", "");
  refused("PCS-14", "{}");
  refused("PCS-14", trace.substr(0, trace.rfind("\n{")));
  refused("PCS-14", trace + trace.substr(trace.rfind("\n{") + 1));
  for (std::size_t at = 0; at < trace.size(); at += 3) {
    std::string damaged = trace;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x04);
    try {
      conformance::recompute_pcsc(named("PCS-14"), bench.facts, damaged);
    } catch (const conformance::TraceMismatch&) {
      // One or the other: never a crash.
    }
  }
}

// Somebody asks to end while a call is under way.
struct Asked {
  std::atomic<int> often{0};
  std::atomic<int> cancels{0};
  std::mutex mutex;
  std::condition_variable changed;
  bool free = false;  // calls that hang come back

  // As a call that waits: until it is cancelled or the test is over.
  void hang() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this] { return free; });
  }
  void let_go() {
    const std::lock_guard<std::mutex> lock(mutex);
    free = true;
    changed.notify_all();
  }
};

void check_ends(const std::string& id, const conformance::PcscBench& bench) {
  std::string trace;
  const CaseResult result = conformance::execute_pcsc(named(id), bench, trace);
  BOOST_TEST((outcome_of(result) == CaseOutcome::kError), id);
  BOOST_TEST(result.reason.en.find("interrupted") != std::string::npos, result.reason.en);
  BOOST_TEST(trace.empty());
}

// Five minutes are not waited for: the test would be over by its limit of time.
BOOST_AUTO_TEST_CASE(a_case_that_waits_ends_when_somebody_asks) {
  Fake fake;
  Asked asked;
  auto bench = bench_of(fake);
  bench.asked_to_end = [&] { return asked.often.load(); };
  bench.calls.transmit = [&](long, Length, const std::uint8_t*, Length, Buffer response,
                             Length& length) {
    asked.often = 1;
    return put({0, 0, 0, 0, 0, 0, 0, 0, 0x90, 0x00}, response, length);
  };
  check_ends("PCS-20", bench);
}

BOOST_AUTO_TEST_CASE(a_call_that_never_returns_is_left_behind_when_somebody_asks_twice) {
  Fake fake;
  auto asked = std::make_shared<Asked>();
  auto bench = bench_of(fake);
  bench.asked_to_end = [asked] { return asked->often.load(); };
  bench.calls.transmit = [asked](long, Length, const std::uint8_t*, Length, Buffer, Length&) {
    asked->often = 2;
    asked->hang();
    return 0U;
  };
  bench.calls.cancel = [](long) { return 0U; };
  check_ends("PCS-20", bench);
  asked->let_go();
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_change_is_cancelled_when_somebody_asks) {
  Fake fake;
  auto asked = std::make_shared<Asked>();
  auto bench = bench_of(fake);
  bench.asked_to_end = [asked] { return asked->often.load(); };
  bench.calls.get_status_change = [asked](long, Length timeout,
                                          std::vector<gateway::PcscState>& states) {
    const bool news = states.front().current == 0;
    for (auto& state : states) state.event = 0x22;
    if (news) return 0U;
    if (timeout == 0) return 0x8010000AU;
    asked->often = 1;
    asked->hang();
    return 0x80100002U;
  };
  bench.calls.cancel = [asked](long) {
    ++asked->cancels;
    asked->let_go();
    return 0U;
  };
  check_ends("PCS-06", bench);
  BOOST_TEST(asked->cancels > 0);
}

BOOST_AUTO_TEST_SUITE_END()
