// manifest.json.cms checked: a detached CMS signature (RFC 5652) over the bytes of manifest.json.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/evidence/bundle_folder.h"
#include "harness/evidence/record.h"

namespace uketsuke::evidence {

struct SignatureCheck {
  enum class Authority { kNotChecked, kTrusted, kNotTrusted };
  std::optional<Signer> signer;   // of the certificate in the signature, if it could be read
  std::string key_type;           // "RSA 3072"
  std::string signed_at;          // as the signer says
  std::vector<Problem> problems;  // empty: the signature is good
  Authority authority = Authority::kNotChecked;
  Text authority_text;
};

struct Trust {
  std::string ca_file;  // PEM, authorities; empty: not checked against any
  std::time_t at = 0;   // for which time certificates have to hold
};

// `cms`: DER or PEM. What is altered is named: the signature, or the manifest. A CMS with parts
// that its signature does not cover (more than one signer, unsigned attributes, ...) is a problem.
// Throws report::ReportError (usage) if the file of the authorities cannot be read.
SignatureCheck check_signature(std::string_view cms, std::string_view manifest, const Trust& trust);

}  // namespace uketsuke::evidence
