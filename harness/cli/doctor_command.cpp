#include "harness/cli/doctor_command.h"

#include <cstdlib>

#include "harness/doctor/look.h"
#include "harness/doctor/show.h"
#include "harness/run/find.h"
#include "harness/verdict/format.h"
#include "harness/verdict/summary.h"
#include "harness/yaml/yaml.h"

namespace uketsuke::cli {
namespace {

// "054c:0dc8"
std::pair<std::uint16_t, std::uint16_t> ids_of(const std::string& text) {
  constexpr std::size_t kLength = 9;
  const bool good = text.size() == kLength && text[4] == ':' &&
                    text.find_first_not_of("0123456789abcdefABCDEF:") == std::string::npos &&
                    text.rfind(':') == 4;
  if (!good)
    throw run::RunError(run::RunError::Kind::kUsage,
                        verdict::say("--device は VID:PID（16 進 4 桁ずつ、例 054c:0dc8）です：{}",
                                     "--device wants VID:PID, four hexadecimal digits each "
                                     "(054c:0dc8): {}",
                                     yaml::shortened(text)));
  return {static_cast<std::uint16_t>(std::strtoul(text.substr(0, 4).c_str(), nullptr, 16)),
          static_cast<std::uint16_t>(std::strtoul(text.substr(5).c_str(), nullptr, 16))};
}

}  // namespace

int doctor_command(const DoctorCommand& command, Console& console) {
  doctor::Wanted wanted;
  if (!command.device.empty()) wanted.device = ids_of(command.device);
  doctor::Where where = doctor::here();
  where.root = command.root;
  const auto findings = doctor::diagnose(doctor::look(where), wanted);
  console.print(command.json ? doctor::to_json(findings)
                             : doctor::to_text(findings, console.language()));
  return doctor::needs_doing(findings) ? verdict::kExitFail : verdict::kExitPass;
}

}  // namespace uketsuke::cli
