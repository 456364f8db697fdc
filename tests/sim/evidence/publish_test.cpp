// Issue "Evidence": a public copy leaves out traces and names, and is checked by digests.
#include "harness/evidence/publish.h"

#include <boost/test/unit_test.hpp>

#include "authority.h"
#include "harness/evidence/record_json.h"
#include "harness/evidence/verify.h"
#include "harness/report/atomic_file.h"

using namespace uketsuke::evidence;
using sample::Authority;
using sample::Folder;

namespace {

std::string everything_in(const Folder& folder) {
  std::string all;
  for (const auto& entry : sample::fs::recursive_directory_iterator(folder.path()))
    if (entry.is_regular_file()) all += sample::read(entry.path());
  return all;
}

std::string all_problems(const VerifyReport& report) {
  std::string text;
  for (const auto& problem : report.problems) text += problem.file + ": " + problem.what.en + "\n";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(publish)

BOOST_AUTO_TEST_CASE(nothing_that_names_somebody_or_a_machine_is_in_a_public_copy) {
  const Folder full("full"), out("out");
  auto result = sample::run();
  // A finding that quotes the serial number, and its descriptor.
  auto& finding = result.cases[1].findings[0];
  finding.got = {"製造番号 SN-4711-xyz", "serial SN-4711-xyz at /srv/hanako/dump.bin"};
  finding.got_hex = "18 03 53 00 4E 00 2D 00 34 00 37 00 31 00 31 00 2D 00 78 00 79 00 7A 00";
  sample::write(full.file("traces/MSG-04.jsonl"), sample::kTrace);
  write_bundle(full.path(), result, sample::input(), nullptr, sample::kNow);
  sample::fs::remove_all(out.file("traces"));
  publish_bundle(full.path(), out.path());
  const auto text = everything_in(out);
  for (const auto* secret : {"SN-4711", "Yamada", "hanako", "/srv/", "bench7", "53 00 4E 00",
                             "PC_to_RDR_GetSlotStatus"}) {
    BOOST_TEST((text.find(secret) == std::string::npos), secret);
  }
  BOOST_TEST((text.find("usbip") != std::string::npos));
  BOOST_TEST((text.find("MSG-04") != std::string::npos));
  BOOST_TEST(!sample::fs::exists(out.file("traces")));
  BOOST_TEST(!sample::fs::exists(out.file("claims.yaml")));
}

BOOST_AUTO_TEST_CASE(a_public_copy_verifies_and_says_what_could_not_be_checked) {
  const Folder full("pfull"), out("pout");
  sample::make(full);
  sample::fs::remove_all(out.file("traces"));
  publish_bundle(full.path(), out.path());
  auto report = verify_bundle(out.path(), {}, nullptr);
  BOOST_TEST(all_problems(report) == "");
  BOOST_REQUIRE(report.notes.size() == 1U);
  BOOST_TEST((report.notes[0].en.find("the 8 files of the full bundle") != std::string::npos));
  compare_with_full(report, full.path());
  BOOST_TEST(all_problems(report) == "");
  BOOST_TEST(report.notes.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_public_copy_can_be_signed_and_still_belongs_to_its_original) {
  const Folder full("sfull"), out("sout"), keys("skeys");
  const Authority authority(keys);
  const SigningKey key(authority.files(), sample::kNow);
  sample::make(full, &key);
  sample::fs::remove_all(out.file("traces"));
  publish_bundle(full.path(), out.path());
  BOOST_TEST(!verify_bundle(out.path(), {}, nullptr).signature);
  sign_bundle(out.path(), key, sample::kNow);
  auto report = verify_bundle(out.path(), {authority.path("ca.pem"), sample::kNow}, nullptr);
  compare_with_full(report, full.path());
  BOOST_TEST(all_problems(report) == "");
}

BOOST_AUTO_TEST_CASE(the_public_copy_of_another_run_is_found_out) {
  const Folder full("ofull"), other("oother"), out("oout");
  sample::make(full);
  auto result = sample::run();
  result.cases[1] = sample::passed("MSG-04");
  sample::fs::remove_all(other.file("traces"));
  write_bundle(other.path(), result, sample::input(), nullptr, sample::kNow);
  sample::fs::remove_all(out.file("traces"));
  publish_bundle(other.path(), out.path());
  auto report = verify_bundle(out.path(), {}, nullptr);
  BOOST_TEST(report.exit_code() == 0);
  compare_with_full(report, full.path());
  BOOST_TEST(report.exit_code() == 1);
}

BOOST_AUTO_TEST_CASE(a_changed_or_public_bundle_is_not_published_nor_is_a_folder_overwritten) {
  const Folder full("cfull"), out("cout"), again("cagain");
  sample::make(full);
  BOOST_CHECK_THROW(publish_bundle(full.path(), out.path()), uketsuke::report::ReportError);
  sample::fs::remove_all(out.file("traces"));
  sample::fs::remove_all(again.file("traces"));
  publish_bundle(full.path(), out.path());
  BOOST_CHECK_THROW(publish_bundle(out.path(), again.path()), uketsuke::report::ReportError);
  sample::write(full.file("junit.xml"), "<x/>");
  BOOST_CHECK_THROW(publish_bundle(full.path(), again.path()), uketsuke::report::ReportError);
}

BOOST_AUTO_TEST_SUITE_END()
