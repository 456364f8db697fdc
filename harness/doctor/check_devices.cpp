// Readers on USB: permission, who holds them, two that are alike, power.
#include <algorithm>

#include "harness/doctor/findings.h"
#include "harness/verdict/format.h"

namespace uketsuke::doctor {
namespace {

using verdict::say;
using verdict::Text;

constexpr const char* kRulesFile = "/etc/udev/rules.d/70-uketsuke.rules";
constexpr const char* kReload = "sudo udevadm control --reload && sudo udevadm trigger";
constexpr const char* kStopPcscd = "sudo systemctl stop pcscd.socket pcscd.service";

std::string rule_of(const UsbDevice& device, const std::string& rest) {
  return fmt::format(
      R"(SUBSYSTEM=="usb", ATTR{{idVendor}}=="{:04x}", ATTR{{idProduct}}=="{:04x}", {})",
      device.idVendor, device.idProduct, rest);
}

std::string append_rule(const UsbDevice& device, const std::string& rest) {
  return "echo '" + rule_of(device, rest) + "' | sudo tee -a " + kRulesFile;
}

void check_permission(const UsbDevice& device, Findings& findings) {
  if (device.node_usable || !device.node_exists) return;
  Finding& finding = findings.add(
      "usb-permission", Severity::kProblem, subject_of(device),
      say("{} を開けません（{}）", "this user may not open {} ({})", device.node, device.node_owner),
      {"次の udev ルールを入れ、機器を挿し直してください（ssh での利用なら TAG の代わりに "
       "GROUP=\"plugdev\", MODE=\"0660\"）",
       "install this udev rule and plug the device in again (working over ssh: "
       "GROUP=\"plugdev\", MODE=\"0660\" in place of the TAG)"});
  finding.commands = {append_rule(device, R"(TAG+="uaccess")"), kReload};
}

std::string names_of(const std::vector<Process>& processes) {
  std::string names;
  for (const Process& process : processes)
    names += fmt::format("{}{} (PID {})", names.empty() ? "" : ", ", process.name, process.pid);
  return names;
}

// An interface that a program has claimed shows the driver usbfs; who it is /proc tells only of
// processes of the same user.
void check_holders(const UsbDevice& device, const Pcscd& pcscd, Findings& findings) {
  const bool claimed =
      std::any_of(device.interfaces.begin(), device.interfaces.end(),
                  [](const UsbInterface& i) { return i.driver == "usbfs"; });
  std::vector<Process> others;
  bool by_pcscd = claimed && device.holders.empty() && pcscd.process.has_value();
  for (const Process& holder : device.holders) {
    if (holder.name == "pcscd") by_pcscd = true;
    else others.push_back(holder);
  }
  if (by_pcscd) {
    Finding& finding = findings.add(
        "reader-held-by-pcscd", Severity::kWarning, subject_of(device),
        device.holders.empty()
            ? Text("何かのプログラムがこのリーダーを使っています。おそらく pcscd です",
                   "a program holds this reader, most likely pcscd")
            : Text("pcscd がこのリーダーを使っています", "pcscd holds this reader"),
        {"pcscd を通して使うなら --bind reader=pcsc:名前、USB として直に使うなら pcscd を止めて"
         "ください",
         "to go through pcscd bind pcsc:NAME; to use it as a USB device stop pcscd"});
    finding.commands = {kStopPcscd};
  }
  if (!others.empty() || (claimed && device.holders.empty() && !by_pcscd)) {
    findings.add("reader-held", Severity::kWarning, subject_of(device),
                 others.empty()
                     ? Text("何かのプログラムがこのリーダーを使っています",
                            "a program holds this reader")
                     : say("{} がこのリーダーを使っています", "{} holds this reader",
                           names_of(others)),
                 {"そのプログラムを終了してください", "end that program"})
        .commands = {"sudo fuser -v " + device.node};
  }
}

void check_driver(const UsbDevice& device, const Machine& machine, Findings& findings) {
  for (const UsbInterface& interface : device.interfaces) {
    if (interface.driver.empty() || interface.driver == "usbfs") continue;
    const std::string name = fmt::format("{}:1.{}", device.port, interface.number);
    Finding& finding = findings.add(
        "kernel-driver-bound", machine.modem_manager ? Severity::kWarning : Severity::kInfo,
        subject_of(device),
        say("インターフェース {} にカーネルのドライバー {} が付いています",
            "the kernel's driver {1} is bound to interface {0}", interface.number,
            interface.driver),
        machine.modem_manager
            ? Text("uketsuke は使う間だけ外しますが、動いている ModemManager "
                   "が機器に話しかけて邪魔をします。対象から外してください",
                   "uketsuke detaches it while it works, but ModemManager runs here and talks to "
                   "such devices: have it leave this one alone")
            : Text("uketsuke は使う間だけ外します。自分で外すには",
                   "uketsuke detaches it while it works; to detach it yourself"));
    if (machine.modem_manager) {
      finding.commands = {append_rule(device, R"(ENV{ID_MM_DEVICE_IGNORE}="1")"), kReload};
    } else {
      finding.commands = {
          fmt::format("echo {} | sudo tee /sys/bus/usb/drivers/{}/unbind", name, interface.driver)};
    }
  }
}

void check_equal(const std::vector<const UsbDevice*>& readers, Findings& findings) {
  for (auto a = readers.begin(); a != readers.end(); ++a) {
    const auto b = std::find_if(std::next(a), readers.end(), [&](const UsbDevice* other) {
      return (*a)->idVendor == other->idVendor && (*a)->idProduct == other->idProduct &&
             (*a)->serial == other->serial;
    });
    if (b == readers.end()) continue;
    findings.add(
        "equal-readers", Severity::kWarning, subject_of(**a),
        (*a)->serial.empty()
            ? say("{} にも同じ VID:PID のリーダーがあり、どちらにもシリアル番号がありません",
                  "{} has a reader of the same VID:PID, too, and neither has a serial number",
                  (*b)->port)
            : say("{} にも同じ VID:PID、同じシリアル番号のリーダーがあります",
                  "{} has a reader of the same VID:PID and serial number, too", (*b)->port),
        say("差し込み口で指定してください：--bind reader=usb:{} または usb:{}",
            "name the port: --bind reader=usb:{} or usb:{}", (*a)->port, (*b)->port));
  }
}

// libccid's own udev rule switches it on for plain CCID readers, so it is no fault by itself.
void check_power(const UsbDevice& device, Findings& findings) {
  if (!device.autosuspend) return;
  findings.add("usb-autosuspend", Severity::kInfo, subject_of(device),
               {"使わない間 OS がこの機器を休ませます。目覚めない機器は「応答しない」ように見えます",
                "the system lets this device sleep while it is not used; one that does not wake up "
                "looks dead"},
               {"疑わしければ止めてください", "switch it off if in doubt"})
      .commands = {
      fmt::format("echo on | sudo tee /sys/bus/usb/devices/{}/power/control", device.port)};
}

void check_presence(const Surroundings& s, const Wanted& wanted, bool any, Findings& findings) {
  if (wanted.device) {
    const bool there = std::any_of(s.usb.begin(), s.usb.end(), [&](const UsbDevice& d) {
      return wanted.device == std::make_pair(d.idVendor, d.idProduct);
    });
    if (!there)
      findings.add("device-not-there", Severity::kProblem, "",
                   say("{:04x}:{:04x} の USB 機器がありません", "there is no USB device {:04x}:{:04x}",
                       wanted.device->first, wanted.device->second),
                   {"ケーブルと電源を確かめ、一覧を見てください",
                    "check cable and power, and look at the list"})
          .commands = {"lsusb", "uketsuke readers"};
  } else if (!any && s.machine.has_usb_tree) {
    findings.add("no-reader", Severity::kInfo, "",
                 {"USB にスマートカードリーダー (CCID) がありません",
                  "there is no smart card reader (CCID) on USB"},
                 {"つないであるのに出ないなら、lsusb で VID:PID を調べ --device VID:PID を付けて"
                  "ください",
                  "if one is plugged in: find its VID:PID with lsusb and add --device VID:PID"});
  }
}

}  // namespace

void check_devices(const Surroundings& s, const Wanted& wanted, Findings& findings) {
  std::vector<const UsbDevice*> readers;
  for (const UsbDevice& device : s.usb)
    if (is_reader(device, wanted)) readers.push_back(&device);
  check_presence(s, wanted, !readers.empty(), findings);
  for (const UsbDevice* reader : readers) {
    check_permission(*reader, findings);
    check_holders(*reader, s.pcscd, findings);
    check_driver(*reader, s.machine, findings);
    check_power(*reader, findings);
  }
  check_equal(readers, findings);
}

// Access by TAG+="uaccess" needs no group; without it the group is what rules of distributions
// give devices to.
void check_user(const Surroundings& s, const Wanted& wanted, Findings& findings) {
  if (s.user.id == 0 || !s.user.plugdev_exists || s.user.in_plugdev) return;
  const bool locked_out = std::any_of(s.usb.begin(), s.usb.end(), [&](const UsbDevice& device) {
    return is_reader(device, wanted) && device.node_exists && !device.node_usable &&
           device.node_owner.find(":plugdev") != std::string::npos;
  });
  findings.add("not-in-plugdev", locked_out ? Severity::kWarning : Severity::kInfo, s.user.name,
               locked_out ? Text("リーダーは plugdev グループに開かれていますが、このユーザーは"
                                 "入っていません",
                                 "the reader is open to the group plugdev, and this user is not in "
                                 "it")
                          : Text("このユーザーは plugdev グループに入っていません",
                                 "this user is not in the group plugdev"),
               {"必要なら加え、ログインし直してください（uaccess のルールがあれば不要です）",
                "join it if needed and sign in again (not needed where a rule gives uaccess)"})
      .commands = {"sudo adduser " + s.user.name + " plugdev"};
}

}  // namespace uketsuke::doctor
