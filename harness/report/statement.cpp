#include "harness/report/report.h"

namespace uketsuke::report {

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

}  // namespace uketsuke::report
