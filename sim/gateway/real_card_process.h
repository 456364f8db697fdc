// What this process and its surroundings must not do while a real card is bound: leave its memory
// in a core dump, or run beside a pcscd that writes every APDU into its log.
#pragma once

#include <string>
#include <vector>

namespace uketsuke::gateway {

struct Warning { std::string ja, en; };

// No core dumps and no ptrace by others of the same user from now on (prctl PR_SET_DUMPABLE,
// RLIMIT_CORE). Warnings: what the system refused.
std::vector<Warning> forbid_core_dumps();

// Every running pcscd that may log APDUs: --apdu or -a, --debug or -d on its command line,
// LIBCCID_ifdLogLevel with the bit of the communication in its environment, as far as that can
// be read. proc: the proc file system, another folder in tests. Nothing there: no warnings.
std::vector<Warning> pcscd_log_warnings(const std::string& proc = "/proc");

}  // namespace uketsuke::gateway
