// The program, given an executor: what main() of `uketsuke` is, and of the one that tests use.
#pragma once

#include "harness/run/executor.h"

namespace uketsuke::cli {

// Opens standard streams that are closed, parses, runs, prints; answers the exit code. Never
// throws.
int main(int argc, char** argv, run::Executor& executor);

}  // namespace uketsuke::cli
