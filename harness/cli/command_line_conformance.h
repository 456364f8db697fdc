// The subcommands of the conformance part, as CLI11 has them. Private to the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

#include "harness/cli/conformance_command.h"
#include "harness/verdict/verdict.h"

namespace uketsuke::cli {

class ConformanceParser {
 public:
  using Say = std::function<std::string(const verdict::Text&)>;
  // Adds its subcommands to `app`, which outlives it.
  ConformanceParser(CLI::App& app, Say say);
  // The one that was parsed; none: another part's.
  std::optional<ConformanceCommand> command() const;

 private:
  CLI::App* add(const char* name, const verdict::Text& what);
  void add_certify();
  void add_catalogue();
  void add_claims();
  void add_evidence();
  void add_mutants();

  CLI::App& app_;
  Say say_;
  CertifyCommand certify_;
  CatalogueCommand catalogue_;
  ExplainCommand explain_;
  ClaimsCommand claims_;
  SignCommand sign_;
  VerifyCommand verify_;
  CompareCommand compare_;
  PublishCommand publish_;
  MutantsCommand mutants_;
  CLI::App* certify_app_ = nullptr;
  CLI::App* catalogue_app_ = nullptr;
  CLI::App* explain_app_ = nullptr;
  CLI::App* claims_app_ = nullptr;
  CLI::App* sign_app_ = nullptr;
  CLI::App* verify_app_ = nullptr;
  CLI::App* compare_app_ = nullptr;
  CLI::App* publish_app_ = nullptr;
  CLI::App* mutants_app_ = nullptr;
};

}  // namespace uketsuke::cli
