// The rules over descriptor values of public readers: just the findings that their file lists.
#include "harness/conformance/public_readers.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "harness/conformance/descriptor_rules.h"
#include "harness/yaml/yaml.h"

using namespace uketsuke;
using namespace uketsuke::conformance;

namespace {

const std::vector<PublicReader>& readers() {
  static const auto kReaders =
      load_public_readers(UKETSUKE_SCENARIOS "/readers/public/libccid.yaml");
  return kReaders;
}

std::vector<std::string> judged(const PublicReader& reader) {
  static const KnownBadList kKnown =
      load_known_bad(UKETSUKE_SCENARIOS "/conformance/known_bad_firmware.yaml");
  std::vector<std::string> found;
  for (const DescriptorFinding& finding :
       check_descriptors(read_descriptors(reader.bytes), nullptr, &kKnown))
    found.push_back(finding.case_id + (finding.fails ? " fails" : " warns"));
  return found;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "; ";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(public_readers)

BOOST_AUTO_TEST_CASE(every_reader_has_just_the_findings_that_are_listed) {
  for (const PublicReader& reader : readers())
    BOOST_TEST(joined(judged(reader)) == joined(reader.findings), reader.name);
}

BOOST_AUTO_TEST_CASE(the_readers_are_many_different_and_named_with_their_source) {
  std::set<std::string> names, levels;
  std::map<std::string, int> seen;
  for (const PublicReader& reader : readers()) {
    BOOST_TEST(names.insert(reader.name).second);
    BOOST_TEST(reader.commit.size() == 40u);
    BOOST_TEST(reader.file.find("readers/") == 0u);
    const Facts facts = facts_of(read_descriptors(reader.bytes));
    levels.insert(to_string(facts.at("level")));
    ++seen["class " + to_string(facts.at("bInterfaceClass"))];
    ++seen["slots " + to_string(facts.at("slots"))];
    ++seen["pin " + to_string(facts.at("pin_verify"))];
    ++seen["interrupt " + to_string(facts.at("interrupt"))];
  }
  BOOST_TEST(names.size() >= 30u);
  BOOST_TEST(levels == (std::set<std::string>{"tpdu", "short", "extended"}));
  BOOST_TEST(seen["class 255"] == 6);
  BOOST_TEST(seen["pin true"] >= 5);
  BOOST_TEST(seen["slots 2"] >= 4);
  BOOST_TEST(seen["interrupt false"] == 2);
}

BOOST_AUTO_TEST_CASE(what_is_not_known_of_a_reader_is_an_error_of_the_file) {
  const std::string text = R"(
uketsuke: 1
source: x
readers:
  - reader: a
    product: A
    from: {file: readers/a.txt, commit: 0}
    device: {idVendor: 0x10000, idProduct: 1, bcdDevice: 1}
)";
  BOOST_CHECK_THROW(load_public_readers_text(text, "t.yaml"), yaml::Error);
}

BOOST_AUTO_TEST_SUITE_END()
