#include "harness/cli/app.h"
#include "tests/unit/run/fake/fake_executor.h"

int main(int argc, char** argv) {
  fake::FakeExecutor executor;
  return uketsuke::cli::main(argc, argv, executor);
}
