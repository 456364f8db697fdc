#include "harness/evidence/record.h"

#include "harness/report/report.h"

namespace uketsuke::evidence {

std::vector<Text> statements_of(const Record& record) {
  report::CertifyWords words;
  words.catalogue_digest = record.result.catalogue.digest;
  words.catalogue_cases = record.result.catalogue.cases;
  words.assumptions = assumptions_of(record.result);
  words.route = record.result.reader.route;
  if (record.signer) words.signer = record.signer->subject;
  words.is_public = record.is_public;
  return report::certify_statements(words);
}

}  // namespace uketsuke::evidence
