#include "harness/report/report.h"
#include "harness/verdict/format.h"

namespace uketsuke::report {

using verdict::say;

const std::vector<verdict::Text>& statements() {
  static const std::vector<verdict::Text> kStatements = {
      {"これは自己試験の記録です。いかなる機関による認証でも承認でもありません。",
       "This is the record of a self-test. It is not a certification or approval by anyone."},
      {"相手方は「救急時医療情報閲覧に係る運用フロー」（以下 "
       "seed、P1〜P5）をもとにした私たちのモデルであり、"
       "厚生労働省のシステムではありません。",
       "The other side is our model of the published operation flow of emergency viewing "
       "(the seed, P1 to P5), not the ministry's system."},
      {"「逸脱なし」は、試した範囲で逸脱が見つからなかったことだけを示し、適合を示すものではありま"
       "せん。",
       "\"No deviation found\" says that none was found in what was tried; "
       "it does not say conformity."},
      {"seed にも公開資料にもない点は仮定（A-nn）によります。触れた仮定は下記のとおりです。",
       "Where neither the seed nor a public source says anything, an assumption (A-nn) stands in; "
       "those that were touched are listed."},
  };
  return kStatements;
}

std::vector<verdict::Text> certify_statements(const CertifyWords& words) {
  constexpr std::size_t kDigestShown = 16;
  const auto catalogue = words.catalogue_digest.substr(0, kDigestShown);
  std::string assumptions;
  for (const auto& name : words.assumptions)
    assumptions += (assumptions.empty() ? "" : ", ") + name;
  std::vector<verdict::Text> all{
      say("これは試験項目表 {}（{}項目）に対する自己試験の記録です。いかなる機関による認証でも"
          "承認でもありません。",
          "This is the record of a self-test against catalogue {} ({} cases). It is not a "
          "certification or approval by anyone.",
          catalogue, words.catalogue_cases),
      statements()[2],
      assumptions.empty()
          ? verdict::Text{"判定の根拠にした仮定（A-nn）はありません。",
                          "No verdict rests on an assumption (A-nn)."}
          : say("公開資料で定まらない点は仮定によります。触れた仮定：{}。",
                "Where no public source decides, assumptions stand in. Those that were touched: "
                "{}.",
                assumptions),
  };
  if (words.route.rfind("mutant:", 0) == 0) {
    all.push_back({"相手は実機ではなく、当方のモデルをわざと壊したものです。",
                   "The reader was no device but a model of ours, made bad on purpose."});
  } else if (words.route.rfind("model", 0) == 0) {
    all.push_back({"相手は実機ではなく、当方のモデルです。",
                   "The reader was no device but a model of ours."});
  }
  if (words.is_public) {
    all.push_back(
        {"公開用の写しです。通信記録、製造番号、人名などを除いてあり、除いたファイルの"
         "ダイジェストを一覧にしてあります。",
         "This is a public copy: traces, serial numbers and names were left out; the "
         "digests of the files they stood in are listed."});
  }
  if (words.signer.empty()) {
    all.push_back(
        {"署名されていません。誰が作ったものか、後で変えられていないかは、この記録からは"
         "分かりません。",
         "Unsigned. Who made this record, and whether it was changed since, it cannot "
         "tell."});
  } else {
    all.push_back(
        say("鍵の持ち主「{}」の署名が付いています（manifest.json.cms）。署名が示すのは、"
            "署名の後に変えられていないことだけです。",
            "Signed with the key of {} (manifest.json.cms). A signature says that "
            "nothing was changed since, and nothing more.",
            words.signer));
  }
  return all;
}

}  // namespace uketsuke::report
