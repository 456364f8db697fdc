// `uketsuke serve --vpcd`: cards of ours in the virtual readers of a real pcscd.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/cli/console.h"
#include "sim/wire/vpcd/message.h"

namespace uketsuke::cli {

struct VpcdServe {
  std::string host = "127.0.0.1";
  std::uint16_t port = wire::vpcd::kFirstPort;  // of the first card; the next has the next port
  std::vector<std::string> cards;               // names in scenarios/cards; empty: hanako
};

// "", "HOST", "HOST:PORT", ":PORT", "[::1]:PORT"; what is left out is the default. Throws
// run::RunError (usage).
VpcdServe vpcd_place(const std::string& text);

// Serves until SIGINT, SIGTERM or SIGHUP; lines on standard input ("remove", "insert", with a name
// if there are several cards) take cards out and put them in. Answers 0. Throws run::RunError: a
// card that is none or cannot be served (usage), no descriptor or thread left (environment).
int serve_vpcd(const VpcdServe& what, const std::string& data_folder, Console& console);

}  // namespace uketsuke::cli
