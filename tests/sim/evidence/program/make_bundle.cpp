// make_bundle FOLDER [later]: a bundle for tests/python/test_evidence.py, unsigned. `later`: of the
// next firmware, in which one deviation is gone and another one came.
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "../sample.h"
#include "harness/report/atomic_file.h"

int main(int argc, char** argv) {
  if (argc < 2) return 5;
  const std::string folder = argv[1];
  auto result = sample::run();
  if (argc > 2 && std::string_view(argv[2]) == "later") {
    result.reader.bcd_device = 0x0103;
    std::swap(result.cases[0].findings, result.cases[1].findings);
    result.cases[1].verdict = uketsuke::verdict::Verdict::kPass;
  }
  std::filesystem::create_directories(folder + "/traces");
  sample::write(folder + "/traces/MSG-04.jsonl", sample::kTrace);
  try {
    uketsuke::evidence::write_bundle(folder, result, sample::input(), nullptr, sample::kNow);
  } catch (const uketsuke::report::ReportError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 4;
  }
  return 0;
}
