#include "harness/cli/compare_command.h"

#include "harness/evidence/bundle_folder.h"
#include "harness/evidence/compare.h"
#include "harness/evidence/verify.h"
#include "harness/report/atomic_file.h"
#include "harness/verdict/format.h"
#include "harness/verdict/summary.h"

namespace uketsuke::cli {
namespace {

// A bundle that is not whole may be looked at, but nobody is left in doubt.
evidence::Record read(const std::string& path, Console& console, bool& whole) {
  const auto report = evidence::verify_bundle(path, {}, nullptr);
  whole = whole && report.problems.empty();
  for (const auto& problem : report.problems) {
    const auto file = path + "/" + problem.file;
    console.error(verdict::Text(file + "：", file + ": ") + problem.what);
  }
  if (report.record) return *report.record;
  throw report::ReportError(
      report::ReportError::Kind::kEnvironment,
      verdict::say("{}：バンドルとして読めません", "{}: cannot be read as a bundle", path));
}

void write(const std::string& path, const std::string& bytes, Console& console) {
  if (path == "-") {
    console.print(bytes);
    return;
  }
  report::AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace

int compare_command(const CompareCommand& command, Console& console) {
  if (command.html == "-" && command.json == "-") {
    throw report::ReportError(report::ReportError::Kind::kUsage,
                              {"標準出力に書けるのは --html と --json の一方だけです",
                               "only one of --html and --json goes to standard output"});
  }
  for (const std::string& path : {command.html, command.json})
    if (!path.empty() && path != "-") evidence::refuse_in_bundle(path);
  bool whole = true;
  auto comparison = evidence::compare(read(command.left, console, whole),
                                      read(command.right, console, whole));
  comparison.left = command.left;
  comparison.right = command.right;
  if (!command.html.empty()) 
    write(command.html, html_of(comparison, console.report_language()), console);
  if (!command.json.empty()) write(command.json, json_of(comparison), console);
  if (command.json != "-" && command.html != "-")
    console.print(text_of(comparison, console.language()));
  if (!whole) return verdict::kExitError;
  return comparison.differs() ? verdict::kExitBaseline : verdict::kExitPass;
}

}  // namespace uketsuke::cli
