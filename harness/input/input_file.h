// Files that somebody names on a command line or in another file: read whole, within a limit.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "harness/verdict/verdict.h"

namespace uketsuke::input {

// "-": standard input, where a command says that it reads it.
constexpr const char* kStandardInput = "-";

// The bytes of a regular file, at most `most`. None with `why` filled: not there, a folder, a pipe
// or a device (nobody knows when it ends: it is not opened), not readable, larger.
std::optional<std::string> read_file(const std::string& path, std::size_t most,
                                     verdict::Text& why);
// The same, and of "-" what comes on standard input until its end.
std::optional<std::string> read_file_or_stdin(const std::string& path, std::size_t most,
                                              verdict::Text& why);

// The same, and of a pipe ("<(pass show key)") what comes until its end, if it begins within
// kPipeSeconds: secrets need not lie in a file.
constexpr int kPipeSeconds = 5;
std::optional<std::string> read_file_or_pipe(const std::string& path, std::size_t most,
                                             verdict::Text& why);

}  // namespace uketsuke::input
