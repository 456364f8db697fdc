// Whatever a bundle holds: no crash, no hang, an answer. Random changes of files whose digests were
// mended, so that what reads them gets to see them.
#include <boost/test/unit_test.hpp>

#include <random>

#include "authority.h"
#include "harness/conformance/recompute.h"
#include "harness/evidence/cms_shape.h"
#include "harness/evidence/compare.h"
#include "harness/evidence/json_value.h"
#include "harness/evidence/publish.h"
#include "harness/evidence/record_json.h"
#include "harness/evidence/reports.h"
#include "harness/evidence/trace_view.h"
#include "harness/evidence/verify.h"

using namespace uketsuke::evidence;

namespace {

// A byte changed, a piece taken out, doubled, or put elsewhere.
std::string damaged(const std::string& bytes, std::mt19937& random) {
  auto text = bytes;
  const auto count = 1 + random() % 3;
  for (std::size_t i = 0; i < count && !text.empty(); ++i) {
    const auto at = random() % text.size();
    const auto size = random() % 40;
    const auto piece = text.substr(at, size);
    switch (random() % 5) {
      case 0:
        text[at] = static_cast<char>(random() % 256);
        break;
      case 1:
        text.erase(at, size);
        break;
      case 2:
        text.insert(random() % (text.size() + 1), piece);
        break;
      case 3:
        text.insert(at, std::to_string(random()));
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

Record sealed_record() {
  Record record;
  record.result = sample::run();
  record.result.claims_digest = record.result.bench_digest = std::string(64, 'b');
  seal(record.result);
  return record;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hostile)

BOOST_AUTO_TEST_CASE(a_damaged_record_is_refused_or_shown_and_never_more) {
  std::mt19937 random(5);
  const auto text = to_json(sealed_record());
  int refused = 0, shown = 0;
  for (int round = 0; round < 3000; ++round) {
    try {
      const auto record = record_from_json(damaged(text, random));
      const auto html = html_of(record, [](const std::string&) { return sample::kTrace; });
      BOOST_TEST((html.find("<script") == std::string::npos));
      junit_of(record);
      html_of(compare(record, sealed_record()));
      to_json(public_record(record));
      ++shown;
    } catch (const Malformed& malformed) {
      BOOST_TEST(!malformed.text().ja.empty());
      ++refused;
    }
  }
  BOOST_TEST(refused > 500);
  BOOST_TEST(shown > 50);
}

BOOST_AUTO_TEST_CASE(a_damaged_trace_is_shown_as_far_as_it_goes) {
  std::mt19937 random(6);
  const std::string trace =
      std::string(sample::kTrace) +
      "{\"n\":2,\"do\":{\"out\":1,\"data\":\"6f000000000007000000\",\"limit\":1},"
      "\"got\":{\"ended\":\"done\",\"from\":1500,\"to\":1600,\"field\":[{\"at\":1,\"what\":\"x\","
      "\"bytes\":\"00\",\"character\":1}]}}\n";
  for (int round = 0; round < 5000; ++round) {
    const auto view = view_of(damaged(trace, random), {random() % 6});
    BOOST_TEST(view.lines.size() < 10U);
  }
}

BOOST_AUTO_TEST_CASE(a_damaged_signature_is_a_problem_and_nothing_else) {
  const sample::Folder keys("hostile_keys");
  const sample::Authority authority(keys);
  const SigningKey key(authority.files(), sample::kNow);
  const std::string manifest = "{}";
  const auto cms = key.sign(manifest, sample::kNow);
  BOOST_TEST(irregularity_of(cms).en == "");
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    const auto other = damaged(cms, random);
    if (other == cms) continue;
    const auto check = check_signature(other, manifest, {});
    const bool is_found =
        !check.problems.empty() || !check.signer || check.signer->sha256 != key.signer().sha256;
    BOOST_TEST(is_found);
    irregularity_of(other);
  }
  for (const auto& text : {std::string(), std::string(1'000'000, '0'),
                           "-----BEGIN CMS-----\n" + std::string(1000, 'A')}) {
    BOOST_TEST(!check_signature(text, manifest, {}).problems.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_bundle_whose_digests_were_mended_is_read_with_care) {
  const sample::Folder folder("mended");
  const auto result = sample::make(folder);
  Record record;
  record.result = result;
  std::mt19937 random(8);
  const auto results = to_json(record);
  const std::string trace = sample::kTrace;
  for (int round = 0; round < 150; ++round) {
    sample::write(folder.file("traces/MSG-04.jsonl"), damaged(trace, random));
    finish_bundle(folder.path(), record, {{"results.json", damaged(results, random)}}, {}, nullptr,
                  sample::kNow);
    const auto report = verify_bundle(folder.path(), {}, uketsuke::conformance::recompute);
    text_of(report, uketsuke::verdict::Language::kBoth);
    BOOST_CHECK_NO_THROW(parse_json(json_of(report)));
  }
}

BOOST_AUTO_TEST_SUITE_END()
