#include "harness/evidence/environment.h"

#include <sys/utsname.h>

#include <fstream>
#include <string>

#include "harness/doctor/look.h"

namespace uketsuke::evidence {
namespace {

// PRETTY_NAME of /etc/os-release, without its quotes.
std::string distribution() {
  std::ifstream file("/etc/os-release");
  const std::string key = "PRETTY_NAME=";
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(key, 0) != 0) continue;
    auto value = line.substr(key.size());
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return value;
  }
  return "";
}

}  // namespace

conformance::Environment this_environment() {
  conformance::Environment environment;
  environment.os = distribution();
  struct utsname system {};
  if (::uname(&system) == 0) {
    environment.kernel = std::string(system.sysname) + " " + system.release + " " + system.machine;
  }
  environment.vm = doctor::look(doctor::here()).machine.virtual_machine;
  return environment;
}

}  // namespace uketsuke::evidence
