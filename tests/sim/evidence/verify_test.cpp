// Issue "Evidence": verify checks signature and digests, names the key, works offline; each of
// 1,000 random bit flips is found and its file named.
#include "harness/evidence/verify.h"

#include <boost/test/unit_test.hpp>

#include <random>
#include <set>

#include "authority.h"
#include "harness/evidence/json_value.h"
#include "harness/evidence/record_json.h"
#include "harness/report/atomic_file.h"

using namespace uketsuke::evidence;
using sample::Authority;
using sample::Folder;
using uketsuke::conformance::Recomputed;
using uketsuke::conformance::RecordedRun;

namespace {

std::vector<Recomputed> all_same(const RecordedRun& run) {
  std::vector<Recomputed> all;
  for (const auto& one : run.result->cases)
    all.push_back({one.id, one.attempt, Recomputed::Is::kSame, {}});
  return all;
}

VerifyReport verify(const Folder& folder, const std::string& ca = "") {
  return verify_bundle(folder.path(), {ca, sample::kNow}, all_same);
}

bool names(const VerifyReport& report, const std::string& file) {
  return std::any_of(report.problems.begin(), report.problems.end(),
                     [&](const Problem& problem) { return problem.file == file; });
}

std::string all_problems(const VerifyReport& report) {
  std::string text;
  for (const auto& problem : report.problems) text += problem.file + ": " + problem.what.en + "\n";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(verify_bundles)

BOOST_AUTO_TEST_CASE(an_unsigned_bundle_is_whole_and_says_that_it_is_unsigned) {
  const Folder folder("unsigned");
  sample::make(folder);
  const auto report = verify(folder);
  BOOST_TEST(all_problems(report) == "");
  BOOST_TEST(report.exit_code() == 0);
  BOOST_TEST(report.files_checked == 7U);
  BOOST_TEST(!report.signature);
  BOOST_TEST(report.notes.empty());
  for (const auto* name :
       {"results.json", "junit.xml", "report.html", "environment.json", "manifest.json"}) {
    const auto text = sample::read(folder.file(name));
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST((text.find("Unsigned.") != std::string::npos));
      BOOST_TEST((text.find("署名されていません") != std::string::npos));
      BOOST_TEST((text.find("not a certification or approval by anyone") != std::string::npos));
      BOOST_TEST((text.find("認証でも承認でもありません") != std::string::npos));
      BOOST_TEST((text.find("A-95") != std::string::npos));
    }
  }
  const auto said = text_of(report, uketsuke::verdict::Language::kEnglish);
  BOOST_TEST((said.find("signature: none") != std::string::npos));
}

BOOST_AUTO_TEST_CASE(a_signed_bundle_names_its_key) {
  const Folder folder("signed"), keys("signed_keys");
  const Authority authority(keys);
  const SigningKey key(authority.files(), sample::kNow);
  sample::make(folder, &key);
  const auto report = verify(folder);
  BOOST_TEST(all_problems(report) == "");
  BOOST_REQUIRE(report.signature);
  BOOST_REQUIRE(report.signature->signer);
  BOOST_TEST(report.signature->signer->subject == "O=Sample Vendor Test CA");
  BOOST_TEST(report.signature->signer->issuer == "O=Test CA");
  BOOST_TEST(report.signature->signer->serial == "1267");  // 4711
  BOOST_TEST(report.signature->signer->sha256.size() == 64U);
  BOOST_TEST(report.signature->key_type == "EC 256");
  BOOST_TEST(report.signature->signed_at == "2026-05-28T20:26:40Z");
  BOOST_TEST((report.signature->authority == SignatureCheck::Authority::kNotChecked));
  const auto trusted = verify(folder, authority.path("ca.pem"));
  BOOST_TEST(all_problems(trusted) == "");
  BOOST_TEST((trusted.signature->authority == SignatureCheck::Authority::kTrusted));
}

BOOST_AUTO_TEST_CASE(another_authority_or_a_day_too_late_is_a_problem) {
  const Folder folder("other"), keys("other_keys");
  const Authority authority(keys), other(keys, "Else CA");
  const SigningKey key(authority.files(), sample::kNow);
  sample::make(folder, &key);
  BOOST_TEST(names(verify(folder, other.path("ca.pem")), "manifest.json.cms"));
  const Trust late{authority.path("ca.pem"), sample::kNow + 31 * 86'400};
  const auto report = verify_bundle(folder.path(), late, all_same);
  BOOST_TEST(report.exit_code() == 1);
  BOOST_CHECK_THROW(verify(folder, "/no/such/file"), uketsuke::report::ReportError);
}

BOOST_AUTO_TEST_CASE(each_of_a_thousand_bit_flips_is_found_and_its_file_named) {
  const Folder folder("flips"), keys("flips_keys");
  const Authority authority(keys);
  auto with_chain = authority.files();
  with_chain.chain = {authority.path("ca.pem")};
  const SigningKey key(with_chain, sample::kNow);
  sample::make(folder, &key);
  std::vector<std::pair<std::string, std::string>> files;
  std::size_t total = 0;
  for (const auto& entry : sample::fs::recursive_directory_iterator(folder.path())) {
    if (!entry.is_regular_file()) continue;
    files.emplace_back(sample::fs::relative(entry.path(), folder.path()),
                       sample::read(entry.path()));
    total += files.back().second.size();
  }
  std::sort(files.begin(), files.end());
  BOOST_REQUIRE(files.size() == 9U);
  std::mt19937 random(20261123);
  std::set<std::string> touched;
  for (int round = 0; round < 1000; ++round) {
    // Every other one falls anywhere, the rest on every file alike, so that the small ones get
    // some.
    auto place = random() % total;
    std::size_t which = 0;
    while (place >= files[which].second.size()) place -= files[which++].second.size();
    if (round % 2 == 1) {
      which = random() % files.size();
      place = random() % files[which].second.size();
    }
    const auto& [name, bytes] = files[which];
    auto flipped = bytes;
    const int bit = random() % 8;
    flipped[place] = static_cast<char>(flipped[place] ^ (1 << bit));
    sample::write(folder.file(name), flipped);
    const auto report = verify_bundle(folder.path(), {}, nullptr);
    BOOST_TEST_CONTEXT(name << " byte " << place << " bit " << bit << "\n"
                            << all_problems(report)) {
      BOOST_TEST(report.exit_code() != 0);
      BOOST_TEST(names(report, name));
    }
    sample::write(folder.file(name), bytes);
    touched.insert(name);
  }
  BOOST_TEST(touched.size() == files.size());
  BOOST_TEST(verify(folder).exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(every_single_bit_of_the_signature_file_matters) {
  const Folder folder("cms"), keys("cms_keys");
  const Authority authority(keys);
  const SigningKey key(authority.files(), sample::kNow);
  sample::make(folder, &key);
  const auto manifest = sample::read(folder.file("manifest.json"));
  const auto cms = sample::read(folder.file("manifest.json.cms"));
  const auto signer = key.signer();
  std::size_t found = 0;
  for (std::size_t bit = 0; bit < cms.size() * 8; ++bit) {
    auto flipped = cms;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const auto check = check_signature(flipped, manifest, {});
    const bool is_found =
        !check.problems.empty() || !check.signer || check.signer->sha256 != signer.sha256;
    BOOST_TEST_CONTEXT("bit " << bit) BOOST_TEST(is_found);
    for (const auto& problem : check.problems) BOOST_TEST(problem.file == "manifest.json.cms");
    found += is_found ? 1 : 0;
  }
  BOOST_TEST(found == cms.size() * 8);
}

BOOST_AUTO_TEST_CASE(a_changed_certificate_of_the_chain_is_found) {
  const Folder folder("chain"), keys("chain_keys");
  const Authority authority(keys);
  auto files = authority.files();
  files.chain = {authority.path("ca.pem")};
  const SigningKey key(files, sample::kNow);
  BOOST_TEST(key.signer().chain_sha256.size() == 1U);
  sample::make(folder, &key);
  BOOST_TEST(all_problems(verify(folder)) == "");
  const auto cms = sample::read(folder.file("manifest.json.cms"));
  // The name of the authority stands as subject and issuer in its own certificate, as issuer in the
  // signer's and in the signer's identity. No signature that is checked covers the first two.
  std::size_t places = 0;
  for (auto at = cms.find("Test CA"); at != std::string::npos; at = cms.find("Test CA", at + 1)) {
    auto changed = cms;
    changed[at] = 't';
    sample::write(folder.file("manifest.json.cms"), changed);
    BOOST_TEST(names(verify(folder), "manifest.json.cms"));
    ++places;
  }
  BOOST_TEST(places >= 4U);
}

BOOST_AUTO_TEST_CASE(a_signature_that_was_taken_away_is_missed) {
  const Folder folder("taken"), keys("taken_keys");
  const Authority authority(keys);
  const SigningKey key(authority.files(), sample::kNow);
  sample::make(folder, &key);
  sample::fs::remove(folder.file("manifest.json.cms"));
  BOOST_TEST(names(verify(folder), "manifest.json.cms"));
  const Folder never("never");
  sample::make(never);
  BOOST_TEST(verify(never).exit_code() == 0);
  BOOST_TEST(names(verify(never, authority.path("ca.pem")), "manifest.json.cms"));
}

BOOST_AUTO_TEST_CASE(missing_additional_and_linked_files_are_named) {
  const Folder folder("files");
  sample::make(folder);
  sample::write(folder.file("traces/NEW.jsonl"), "{}\n");
  sample::write(folder.file("run.sh"), "#!/bin/sh\n");
  sample::fs::create_symlink("/etc/hostname", folder.file("traces/link.jsonl"));
  sample::fs::create_directories(folder.file("traces/deeper"));
  auto report = verify(folder);
  for (const auto* name : {"traces/NEW.jsonl", "run.sh", "traces/link.jsonl", "traces/deeper"})
    BOOST_TEST(names(report, name), name);
  sample::fs::remove(folder.file("claims.yaml"));
  sample::write(folder.file("../uketsuke_outside.yaml"), sample::input().claims);
  sample::fs::create_symlink("../uketsuke_outside.yaml", folder.file("claims.yaml"));
  report = verify(folder);
  sample::fs::remove(folder.file("../uketsuke_outside.yaml"));
  BOOST_TEST(names(report, "claims.yaml"));
  sample::fs::remove(folder.file("claims.yaml"));
  BOOST_TEST(names(verify(folder), "claims.yaml"));
}

BOOST_AUTO_TEST_CASE(nothing_is_read_through_a_link) {
  const Folder folder("links"), outside("outside");
  sample::write(outside.file("secret"), "secret");
  sample::fs::create_symlink(outside.file("secret"), folder.file("file"));
  sample::fs::remove(folder.file("traces"));
  sample::fs::create_directory_symlink(outside.path(), folder.file("traces"));
  const BundleFolder bundle(folder.path());
  for (const auto* name : {"file", "traces/secret"}) {
    Text why;
    BOOST_TEST(!bundle.read(name, why), name);
    BOOST_TEST((why.en.find("symbolic link") != std::string::npos), why.en);
  }
}

BOOST_AUTO_TEST_CASE(a_manifest_that_leads_out_of_the_bundle_is_refused) {
  for (const auto* name : {"../x", "/etc/hostname", "traces/../../x", "a/b/c", "traces/", ".",
                           "traces/..", "a\\b", "a b", "\xE3\x81\x82", ""}) {
    BOOST_TEST(!is_safe_name(name), name);
  }
  BOOST_TEST(is_safe_name("traces/MSG-04#2.jsonl"));
  const Folder folder("leads_out");
  sample::make(folder);
  auto manifest = sample::read(folder.file("manifest.json"));
  const std::string name = "traces/MSG-04.jsonl";
  manifest.replace(manifest.find(name), name.size(), "../../etc/hostname");
  sample::write(folder.file("manifest.json"), manifest);
  const auto report = verify(folder);
  BOOST_TEST(report.exit_code() == 4);
  BOOST_TEST(names(report, "manifest.json"));
}

BOOST_AUTO_TEST_CASE(a_hostile_json_is_refused_without_harm) {
  const auto why = [](const std::string& text) {
    try {
      parse_json(text, {16, 1000});
    } catch (const Malformed& malformed) {
      return malformed.text().en;
    }
    return std::string();
  };
  BOOST_TEST(why(std::string(1'000'000, '[')) == "nested deeper than 16");
  std::string wide = "[0";
  for (int i = 0; i < 2000; ++i) wide += ",0";
  BOOST_TEST(why(wide + "]") == "more than 1000 values");
  BOOST_TEST(why("{\"a\":1,\"a\":2}") == "key a is there twice, or too many keys");
  BOOST_TEST(why("-1") == "there is a negative number");
  BOOST_TEST(why("1.5") == "there is a number that is not whole");
  BOOST_TEST(why("1e400") != "");
  BOOST_TEST(why("\"\xFF\"") != "");
  BOOST_TEST(why("{}{}") != "");
  BOOST_TEST(why("") != "");
  BOOST_TEST(why("[[[[{\"a\":[null,true,18446744073709551615]}]]]]") == "");
}

BOOST_AUTO_TEST_CASE(verdicts_that_do_not_follow_from_the_cases_are_found) {
  const Folder folder("lies");
  auto result = sample::make(folder);
  Record record;
  record.result = result;
  const auto rewrite = [&](const Record& changed) {
    finish_bundle(folder.path(), changed, {{"results.json", to_json(changed)}}, {}, nullptr,
                  sample::kNow);
    return verify(folder);
  };
  auto lie = record;
  lie.result.cases[1].verdict = uketsuke::verdict::Verdict::kPass;  // findings say otherwise
  BOOST_TEST(names(rewrite(lie), "results.json"));
  lie = record;
  lie.result.totals.of[uketsuke::conformance::CaseOutcome::kFail] = 0;
  BOOST_TEST(names(rewrite(lie), "results.json"));
  lie = record;
  lie.result.conclusion = uketsuke::conformance::Conclusion::kNoDeviation;
  BOOST_TEST(names(rewrite(lie), "results.json"));
  lie = record;
  lie.result.claims_digest = std::string(64, '0');
  BOOST_TEST(names(rewrite(lie), "claims.yaml"));
  lie = record;
  lie.result.cases[0].trace = "traces/MSG-01.jsonl";
  BOOST_TEST(names(rewrite(lie), "traces/MSG-01.jsonl"));
  BOOST_TEST(rewrite(record).exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(a_verdict_that_comes_out_otherwise_when_computed_again_differs) {
  const Folder folder("again");
  sample::make(folder);
  const auto report = verify_bundle(folder.path(), {}, [](const RecordedRun& run) {
    auto all = all_same(run);
    BOOST_TEST(run.claims == sample::input().claims);
    BOOST_TEST((run.trace("traces/MSG-04.jsonl") == std::optional<std::string>(sample::kTrace)));
    BOOST_TEST(!run.trace("../secret"));
    all[1].is = Recomputed::Is::kDiffers;
    all[1].why = {"記録 fail、計算 pass", "recorded fail, computed pass"};
    all[4].is = Recomputed::Is::kNotRecomputable;
    return all;
  });
  BOOST_TEST(report.exit_code() == 1);
  BOOST_TEST(report.count(Recomputed::Is::kSame) == 3U);
  BOOST_TEST(
      (all_problems(report).find("MSG-04: computed again: recorded fail") != std::string::npos));
}

BOOST_AUTO_TEST_CASE(a_record_comes_back_as_it_was_written) {
  Record record;
  record.result = sample::run();
  record.result.claims_digest = record.result.bench_digest = std::string(64, 'b');
  seal(record.result);
  record.result.cases[1].seen_elsewhere = sample::input().seen.at("MSG-04");
  record.signer = Signer{"CN=x", "CN=y", "01", std::string(64, 'c'), {std::string(64, 'd')}};
  const auto text = to_json(record);
  BOOST_TEST(to_json(record_from_json(text)) == text);
}

BOOST_AUTO_TEST_CASE(signing_again_replaces_the_signature_and_a_changed_bundle_is_not_signed) {
  const Folder folder("again_signed"), keys("again_keys");
  const Authority first(keys), second(keys, "Else CA");
  sample::make(folder);
  sign_bundle(folder.path(), SigningKey(first.files(), sample::kNow), sample::kNow);
  BOOST_TEST(all_problems(verify(folder, first.path("ca.pem"))) == "");
  sign_bundle(folder.path(), SigningKey(second.files(), sample::kNow), sample::kNow);
  BOOST_TEST(all_problems(verify(folder, second.path("ca.pem"))) == "");
  sample::write(folder.file("traces/MSG-04.jsonl"), "{}\n");
  BOOST_CHECK_THROW(
      sign_bundle(folder.path(), SigningKey(first.files(), sample::kNow), sample::kNow),
      uketsuke::report::ReportError);
}

BOOST_AUTO_TEST_CASE(keys_that_do_not_fit_are_refused) {
  const Folder keys("keys");
  Authority authority(keys), other(keys, "Else CA"), expired(keys, "Late CA", 0);
  const auto refused = [](KeyFiles files) {
    try {
      SigningKey key(files, sample::kNow);
    } catch (const uketsuke::report::ReportError& error) {
      return error.text().en;
    }
    return std::string();
  };
  auto files = authority.files();
  files.key = other.files().key;
  BOOST_TEST((refused(files).find("is not the key of") != std::string::npos));
  BOOST_TEST((refused(expired.files()).find("the certificate holds from") != std::string::npos));
  files = authority.files();
  files.key = files.certificate;
  BOOST_TEST((refused(files).find("no private key in PEM") != std::string::npos));
  files = authority.files();
  files.certificate = "/no/such/file";
  BOOST_TEST((refused(files).find("no such file") != std::string::npos));
  authority.write_key("locked.pem", "open sesame");
  files = authority.files();
  files.key = authority.path("locked.pem");
  files.passphrase_file = keys.file("passphrase");
  sample::write(files.passphrase_file, "open sesame\n");
  BOOST_TEST(refused(files) == "");
  sample::write(files.passphrase_file, "open barley\n");
  BOOST_TEST((refused(files).find("look at the passphrase") != std::string::npos));
}

BOOST_AUTO_TEST_SUITE_END()
