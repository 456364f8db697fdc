// How findings are made: what the files of checks share.
#pragma once

#include <string>
#include <vector>

#include "harness/doctor/checks.h"

namespace uketsuke::doctor {

class Findings {
 public:
  Finding& add(std::string id, Severity severity, std::string subject, verdict::Text what,
               verdict::Text remedy);
  std::vector<Finding> take();  // sorted

 private:
  std::vector<Finding> found_;
};

// "1-4 1209:0001 UKETSUKE0001"
std::string subject_of(const UsbDevice& device);

void check_devices(const Surroundings& s, const Wanted& wanted, Findings& findings);
void check_pcscd(const Surroundings& s, const Wanted& wanted, Findings& findings);
void check_machine(const Surroundings& s, const Wanted& wanted, Findings& findings);
void check_user(const Surroundings& s, const Wanted& wanted, Findings& findings);
void check_clock(const Surroundings& s, Findings& findings);

}  // namespace uketsuke::doctor
