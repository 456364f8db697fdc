#include "harness/doctor/checks.h"

#include <algorithm>

#include "harness/doctor/findings.h"
#include "harness/verdict/format.h"

namespace uketsuke::doctor {

const std::vector<Check> kChecks{
    {"no-usb", "USB がこの OS から見えるか", "whether this system sees USB at all"},
    {"container-without-usb", "コンテナーに USB が渡されているか",
     "whether a container was given the USB devices"},
    {"no-reader", "リーダーがつながっているか", "whether a reader is plugged in"},
    {"device-not-there", "--device の機器がつながっているか",
     "whether the device of --device is plugged in"},
    {"usb-permission", "リーダーを開く権限", "permission to open the reader"},
    {"not-in-plugdev", "plugdev グループ", "the group plugdev"},
    {"reader-held-by-pcscd", "pcscd がリーダーを使っていないか", "whether pcscd holds the reader"},
    {"reader-held", "他のプログラムがリーダーを使っていないか",
     "whether another program holds the reader"},
    {"kernel-driver-bound", "カーネルのドライバーが付いていないか",
     "whether a driver of the kernel is bound"},
    {"equal-readers", "区別できないリーダーが二台ないか",
     "whether two readers cannot be told apart"},
    {"usb-autosuspend", "USB の自動サスペンド", "USB autosuspend"},
    {"no-pcscd", "pcscd が動いているか", "whether pcscd runs"},
    {"pcscd-socket-missing", "pcscd のソケット", "the socket of pcscd"},
    {"pcscd-logs-apdus", "pcscd が APDU を記録していないか", "whether pcscd logs APDUs"},
    {"no-ccid-driver", "CCID ドライバー (libccid)", "the CCID driver (libccid)"},
    {"reader-not-in-ccid-list", "リーダーが libccid の一覧にあるか",
     "whether libccid lists the reader"},
    {"virtual-machine", "仮想マシン", "a virtual machine"},
    {"clock-wrong", "時計の年", "the year of the clock"},
    {"clock-not-synchronized", "時刻の同期", "synchronization of the clock"},
    {"timezone", "タイムゾーン", "the time zone"},
    {"locale-not-utf8", "文字コード", "the locale"},
};

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kProblem:
      return "problem";
  }
  return "?";
}

bool is_reader(const UsbDevice& device, const Wanted& wanted) {
  constexpr int kSmartCard = 0x0B;  // bInterfaceClass
  if (wanted.device == std::make_pair(device.idVendor, device.idProduct)) return true;
  if (device.idVendor == 0x1209 && device.idProduct >= 1 && device.idProduct <= 5) return true;
  return std::any_of(device.interfaces.begin(), device.interfaces.end(),
                     [](const UsbInterface& i) { return i.interface_class == kSmartCard; });
}

std::string subject_of(const UsbDevice& device) {
  std::string text =
      fmt::format("{} {:04x}:{:04x}", device.port, device.idVendor, device.idProduct);
  if (!device.serial.empty()) text += " " + device.serial;
  if (!device.product.empty()) text += " (" + device.product + ")";
  return text;
}

Finding& Findings::add(std::string id, Severity severity, std::string subject, verdict::Text what,
                       verdict::Text remedy) {
  found_.push_back(
      {std::move(id), severity, std::move(subject), std::move(what), std::move(remedy), {}});
  return found_.back();
}

std::vector<Finding> Findings::take() {
  const auto rank = [](const Finding& finding) {
    const auto check = std::find_if(kChecks.begin(), kChecks.end(),
                                    [&](const Check& c) { return c.id == finding.id; });
    return std::make_pair(-static_cast<int>(finding.severity), check - kChecks.begin());
  };
  std::stable_sort(found_.begin(), found_.end(),
                   [&](const Finding& a, const Finding& b) { return rank(a) < rank(b); });
  return std::move(found_);
}

std::vector<Finding> diagnose(const Surroundings& surroundings, const Wanted& wanted) {
  Findings findings;
  check_machine(surroundings, wanted, findings);
  check_devices(surroundings, wanted, findings);
  check_user(surroundings, wanted, findings);
  check_pcscd(surroundings, wanted, findings);
  check_clock(surroundings, findings);
  return findings.take();
}

}  // namespace uketsuke::doctor
