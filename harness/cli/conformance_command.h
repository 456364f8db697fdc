// Command lines of the conformance part, parsed. Each has a *_command.h with what it does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace uketsuke::cli {

struct CertifyCommand {
  std::string reader;              // as of --bind reader=, or "model:NAME"
  std::vector<std::string> binds;  // the rest of what is bound
  std::string bench;               // bench file (IXIT)
  std::string claims;              // claims file (ICS)
  std::string waivers;
  std::string scripts;             // folder of a session of pytest (--uketsuke-out)
  std::string out;                 // the bundle
  std::string public_copy;         // folder of a copy without traces and names; empty: none
  std::vector<std::string> only;   // ids or families
  bool resume = false, rerun_failed = false, plan = false;
  std::string sign_key, sign_cert, passphrase_file;
  std::vector<std::string> chain;
};
struct CatalogueCommand {
  std::string claims;  // --for: applicability is told
  std::string html;    // the printable specification
};
struct ExplainCommand {
  std::string id;
};
struct ClaimsCommand {
  std::string reader;
  std::vector<std::string> binds;
  std::string bench;
};
struct SignCommand {
  std::string bundle, key, cert, passphrase_file;
  std::vector<std::string> chain;
};
struct VerifyCommand {
  std::string bundle, ca, full, at;
  bool json = false;
};
struct CompareCommand {
  std::string left, right, html, json;
};
struct PublishCommand {  // a copy without traces and names
  std::string bundle, out;
};
struct MutantsCommand {
  std::vector<std::string> only;
  std::string out;
  std::uint64_t seed = 1;
  unsigned jobs = 1;
  std::optional<unsigned> random;  // so many mutants of the generator instead
};

using ConformanceCommand =
    std::variant<CertifyCommand, CatalogueCommand, ExplainCommand, ClaimsCommand, SignCommand,
                 VerifyCommand, CompareCommand, PublishCommand, MutantsCommand>;

}  // namespace uketsuke::cli
