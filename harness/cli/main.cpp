// The program `uketsuke`: the command line with the executor of harness/bench.
#include "harness/bench/executor.h"
#include "harness/cli/app.h"

int main(int argc, char** argv) {
  uketsuke::bench::BenchExecutor executor("");
  return uketsuke::cli::main(argc, argv, executor);
}
