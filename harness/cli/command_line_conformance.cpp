#include "harness/cli/command_line_conformance.h"

#include <charconv>
#include <utility>

namespace uketsuke::cli {
namespace {

constexpr unsigned kMaxJobs = 512;
constexpr unsigned kMaxRandom = 1'000'000;

// CLI11 takes a number that is too large for another one.
std::string is_number(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size()
             ? ""
             : "not a number from 0 to 18446744073709551615: " + text;
}

void binds_of(CLI::App* app, std::vector<std::string>& binds, const std::string& what) {
  app->add_option("--bind", binds, what)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

ConformanceParser::ConformanceParser(CLI::App& app, Say say) : app_(app), say_(std::move(say)) {
  add_catalogue();
  add_certify();
  add_claims();
  add_evidence();
  add_mutants();
}

CLI::App* ConformanceParser::add(const char* name, const verdict::Text& what) {
  return app_.add_subcommand(name, say_(what));
}

void ConformanceParser::add_claims() {
  claims_app_ = add("claims", {"リーダーの記述子から申告書 (claims.yaml) の下書きを作る",
                               "draft the claims of a reader (claims.yaml) from its descriptors"});
  claims_app_->add_option("READER", claims_.reader,
                          say_({"usb:…、usbip:…、model:名前、または記述子の 16 進ファイル（- は標準入力）",
                                "usb:..., usbip:..., model:NAME, or a file with descriptors in "
                                "hex (-: standard input)"}))
      ->required();
  claims_app_->add_option("--bench", claims_.bench, say_({"ベンチファイル", "bench file"}));
}

void ConformanceParser::add_catalogue() {
  catalogue_app_ = add("catalogue", {"試験項目の一覧", "list the catalogue of test cases"});
  auto* claims = catalogue_app_->add_option("--for", catalogue_.claims,
                                            say_({"この申告書での適用の有無を示す",
                                                  "tell which apply to these claims"}));
  catalogue_app_
      ->add_option("--html", catalogue_.html,
                   say_({"印刷できる試験仕様書をこのファイルに書く",
                         "write the printable specification into this file"}))
      ->excludes(claims);
  explain_app_ = add("explain", {"試験項目を説明する（目的、規則、手順、検出する不良）",
                                 "explain a test case: purpose, rules, steps, what it detects"});
  explain_app_->add_option("ID", explain_.id, say_({"項目の番号（MSG-03）", "its id (MSG-03)"}))
      ->required();
}

void ConformanceParser::add_certify() {
  certify_app_ = add("certify", {"リーダーを試験項目で自己検査し、証跡をまとめる",
                                 "self-test a reader against the catalogue, into a bundle of "
                                 "evidence"});
  certify_app_->add_option("--reader", certify_.reader,
                           say_({"usb:…、usbip:…、pcsc:…、model:名前、mutant:番号（わざと壊したもの）",
                                 "usb:..., usbip:..., pcsc:..., model:NAME, mutant:ID"}));
  binds_of(certify_app_, certify_.binds,
           say_({"人や機器の結び方（例 panel=operator）", "hands and the rest (panel=operator)"}));
  certify_app_->add_option("--bench", certify_.bench,
                           say_({"ベンチファイル (IXIT)", "bench file (IXIT)"}));
  certify_app_->add_option("--claims", certify_.claims,
                           say_({"申告書 (ICS)", "claims file (ICS)"}));
  certify_app_->add_option("--waivers", certify_.waivers, say_({"免除のファイル", "waiver file"}));
  certify_app_->add_option("--scripts", certify_.scripts,
                           say_({"Python のケースの結果のフォルダ（pytest --uketsuke-out）",
                                 "folder with results of Python cases (pytest --uketsuke-out)"}));
  certify_app_->add_option("--out", certify_.out, say_({"証跡のフォルダ", "folder of the bundle"}));
  certify_app_->add_option("--public", certify_.public_copy,
                           say_({"記録と名前を除いた公開用の写しのフォルダ",
                                 "folder of a copy without traces and names"}));
  certify_app_->add_option("--only", certify_.only,
                           say_({"この項目か群だけ（MSG-03、PWR）", "only these cases or families"}))
      ->delimiter(',');
  certify_app_->add_flag("--plan", certify_.plan, say_({"計画だけ示す", "show the plan only"}));
  certify_app_->add_flag("--resume", certify_.resume,
                         say_({"中断した検査を続ける", "go on with a run that was interrupted"}));
  certify_app_->add_flag("--rerun-failed", certify_.rerun_failed,
                         say_({"逸脱した項目をもう一度行う（最初の結果も残す）",
                               "run again what deviated; the first attempt is kept"}));
  auto* key = certify_app_->add_option("--sign-key", certify_.sign_key,
                                       say_({"署名鍵 (PEM)", "key (PEM)"}));
  auto* certificate = certify_app_->add_option("--sign-cert", certify_.sign_cert,
                                               say_({"その証明書 (PEM)", "its certificate (PEM)"}));
  key->needs(certificate);
  certificate->needs(key);
  certify_app_->add_option("--chain", certify_.chain,
                           say_({"中間証明書 (PEM)", "certificates in between (PEM)"}));
  certify_app_->add_option("--passphrase-file", certify_.passphrase_file,
                           say_({"鍵のパスフレーズのファイル", "file with the key's passphrase"}));
}

void ConformanceParser::add_evidence() {
  sign_app_ = add("sign", {"証跡に署名する (CMS)", "sign a bundle (CMS)"});
  sign_app_->add_option("BUNDLE", sign_.bundle)->required();
  sign_app_->add_option("--key", sign_.key, say_({"署名鍵 (PEM)", "key (PEM)"}))->required();
  sign_app_->add_option("--cert", sign_.cert, say_({"証明書 (PEM)", "certificate (PEM)"}))
      ->required();
  sign_app_->add_option("--chain", sign_.chain,
                        say_({"中間証明書 (PEM)", "certificates in between (PEM)"}));
  sign_app_->add_option("--passphrase-file", sign_.passphrase_file,
                        say_({"鍵のパスフレーズのファイル", "file with the key's passphrase"}));
  verify_app_ = add("verify", {"証跡を調べ、判定を計算し直す（通信なし）",
                               "check a bundle and compute its verdicts again, offline"});
  verify_app_->add_option("BUNDLE", verify_.bundle)->required();
  verify_app_->add_option("--ca", verify_.ca, say_({"信頼する認証局 (PEM)", "authorities (PEM)"}));
  verify_app_->add_option("--full", verify_.full,
                          say_({"公開版の元になった証跡", "the bundle a public one was made of"}));
  verify_app_->add_flag("--json", verify_.json, say_({"JSON で出力", "as JSON"}));
  verify_app_->add_option("--at", verify_.at,
                          say_({"証明書の有効期間を調べる日（省略時は今日）",
                                "day for which certificates have to hold (default: today)"}));
  verify_app_->footer(say_({"終了コード：0 相違なし、1 相違あり、4 バンドルとして読めない",
                            "exit codes: 0 nothing differs, 1 something differs, 4 cannot be "
                            "read as a bundle"}));
  compare_app_ = add("compare", {"二つの証跡（版の違い）を並べる", "put two bundles side by side"});
  compare_app_->add_option("A", compare_.left)->required();
  compare_app_->add_option("B", compare_.right)->required();
  compare_app_->add_option("--html", compare_.html, say_({"HTML に書く", "write HTML"}));
  compare_app_->add_option("--json", compare_.json, say_({"JSON に書く", "write JSON"}));
  compare_app_->footer(say_({"終了コード：0 項目の結果は同じ、3 違いあり、4 読めないか変えられている。ファイル名 - は"
                             "標準出力",
                             "exit codes: 0 the cases came to the same, 3 they differ, 4 cannot "
                             "be read, or was changed. The file name - is standard output"}));
  publish_app_ = add("publish", {"記録と名前を除いた公開版を作る",
                                 "make a public copy without traces and names"});
  publish_app_->add_option("BUNDLE", publish_.bundle)->required();
  publish_app_->add_option("--out", publish_.out, say_({"そのフォルダ", "its folder"}))->required();
}

void ConformanceParser::add_mutants() {
  mutants_app_ = add("mutants", {"わざと壊した機器で試験項目の力を調べ、表にする",
                                 "try the catalogue on deliberately bad devices: the kill matrix"});
  mutants_app_->add_option("-j,--jobs", mutants_.jobs, say_({"並行数", "workers"}))
      ->check(CLI::Range(1U, kMaxJobs));
  auto* only =
      mutants_app_->add_option("--only", mutants_.only, say_({"この機器だけ", "only these"}))
          ->delimiter(',');
  mutants_app_->add_option("--out", mutants_.out, say_({"結果のフォルダ", "folder for results"}));
  mutants_app_->add_option("--seed", mutants_.seed, say_({"乱数の種", "seed"}))->check(is_number);
  mutants_app_->add_option("--random", mutants_.random,
                           say_({"代わりに無作為に作った機器をこの数だけ",
                                 "so many mutants made at random instead"}))
      ->check(CLI::Range(1U, kMaxRandom))
      ->excludes(only);
}

std::optional<ConformanceCommand> ConformanceParser::command() const {
  const auto parsed = [](const CLI::App* app) { return app != nullptr && app->parsed(); };
  if (parsed(certify_app_)) return certify_;
  if (parsed(catalogue_app_)) return catalogue_;
  if (parsed(explain_app_)) return explain_;
  if (parsed(claims_app_)) return claims_;
  if (parsed(sign_app_)) return sign_;
  if (parsed(verify_app_)) return verify_;
  if (parsed(compare_app_)) return compare_;
  if (parsed(publish_app_)) return publish_;
  if (parsed(mutants_app_)) return mutants_;
  return std::nullopt;
}

}  // namespace uketsuke::cli
