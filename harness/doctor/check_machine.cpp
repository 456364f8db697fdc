// The machine around: virtual or not, container, pcscd and its driver, clock, locale.
#include <algorithm>
#include <cctype>

#include "harness/doctor/findings.h"
#include "harness/verdict/format.h"

namespace uketsuke::doctor {
namespace {

using verdict::say;
using verdict::Text;

constexpr unsigned kLogsBytes = 0x0004;  // ifdLogLevel: COMM, all bytes to and from the reader
// The terminal's certificates and those of the test cards hold in these years; a clock outside them
// was never set.
constexpr int kFirstYear = 2024, kLastYear = 2049;

bool any_reader(const Surroundings& s, const Wanted& wanted) {
  return std::any_of(s.usb.begin(), s.usb.end(),
                     [&](const UsbDevice& device) { return is_reader(device, wanted); });
}

bool has_option(const std::vector<std::string>& options, const char* name, char letter) {
  return std::any_of(options.begin(), options.end(), [&](const std::string& option) {
    const bool is_short = option.size() > 1 && option[0] == '-' && option[1] != '-';
    return option == name || (is_short && option.find(letter) != std::string::npos);
  });
}

unsigned level_of(const std::string& text) {
  try {
    return static_cast<unsigned>(std::stoul(text, nullptr, 0));
  } catch (const std::exception&) {
    return 0;
  }
}

// Where the way of a USB device into a virtual machine is set.
Text pass_through(const std::string& kind) {
  if (kind == "VirtualBox")
    return {"VirtualBox の「デバイス → USB」で渡してください（Extension Pack と vboxusers グループ）",
            "VirtualBox: Devices, USB (needs the Extension Pack and the host's group vboxusers)"};
  if (kind == "VMware")
    return {"VMware の「VM → 取り外し可能デバイス」で接続してください。ホストの USB "
            "スマートカード共有は切ってください",
            "VMware: VM, Removable Devices, Connect; switch the host's shared smart card reader "
            "off"};
  if (kind == "WSL 2")
    return {"Windows 側で usbipd bind と usbipd attach --wsl を実行してください",
            "on Windows: usbipd bind, then usbipd attach --wsl"};
  if (kind == "Hyper-V")
    return {"Hyper-V は USB を渡せません。ホストで USB/IP サーバーを動かし --bind "
            "reader=usbip:HOST/BUSID としてください",
            "Hyper-V passes no USB through: run a USB/IP server on the host and bind "
            "usbip:HOST/BUSID"};
  return {"ホストの設定で機器を渡すか（virsh attach-device、-device "
          "usb-host,vendorid=…,productid=…）、USB/IP で --bind reader=usbip:HOST/BUSID "
          "としてください",
          "pass the device through in the host's settings (virsh attach-device, -device "
          "usb-host,vendorid=...,productid=...), or bind usbip:HOST/BUSID"};
}

void check_logging(const Pcscd& pcscd, const CcidDriver& ccid, Findings& findings) {
  std::vector<std::string> options = pcscd.service_options;
  if (pcscd.process)
    options.insert(options.end(), pcscd.process->arguments.begin(),
                   pcscd.process->arguments.end());
  const bool apdus = has_option(options, "--apdu", 'a');
  const bool debug = has_option(options, "--debug", 'd');
  const unsigned level = pcscd.process && !pcscd.process->ccid_log_level.empty()
                             ? level_of(pcscd.process->ccid_log_level)
                             : ccid.log_level;
  const bool bytes = debug && (level & kLogsBytes) != 0;
  if (!apdus && !bytes) return;
  findings.add(
      "pcscd-logs-apdus", Severity::kProblem, "pcscd",
      apdus ? Text("pcscd が APDU を記録します (--apdu)。暗証番号がログに残ります",
                   "pcscd logs APDUs (--apdu): PINs end up in its log")
            : Text("pcscd がリーダーとの全バイトを記録します (--debug と ifdLogLevel)。暗証番号が"
                   "ログに残ります",
                   "pcscd logs every byte to and from the reader (--debug with ifdLogLevel): PINs "
                   "end up in its log"),
      {"本物のカードを使う前に、そのオプションを外して pcscd を再起動し、ログを消してください",
       "before a real card is used: take that option away, restart pcscd, and delete the log"})
      .commands = {"systemctl cat pcscd.service | grep -n pcscd",
                   "sudo systemctl restart pcscd.socket pcscd.service"};
}

void check_ccid(const Surroundings& s, const Wanted& wanted, Findings& findings) {
  if (!any_reader(s, wanted) || !s.pcscd.installed) return;
  if (!s.ccid.installed) {
    findings.add("no-ccid-driver", Severity::kWarning, "",
                 {"pcscd はありますが CCID ドライバー (libccid) がありません",
                  "there is a pcscd, but no CCID driver (libccid)"},
                 {"入れてください", "install it"})
        .commands = {"sudo apt-get install libccid"};
    return;
  }
  std::set<std::pair<std::uint16_t, std::uint16_t>> told;
  for (const UsbDevice& device : s.usb) {
    const bool is_ccid = std::any_of(device.interfaces.begin(), device.interfaces.end(),
                                     [](const auto& i) { return i.interface_class == 0x0B; });
    const auto ids = std::make_pair(device.idVendor, device.idProduct);
    if (!is_ccid || s.ccid.readers.count(ids) != 0 || !told.insert(ids).second) continue;
    findings.add(
        "reader-not-in-ccid-list", Severity::kWarning, subject_of(device),
        say("libccid の一覧 {} にないので、pcscd はこのリーダーを使いません（クラスでは選びません）",
            "pcscd will not use this reader: libccid's list {} has no such VID:PID (the interface "
            "class alone does not count)",
            s.ccid.list),
        say("三つの配列 ifdVendorID、ifdProductID、ifdFriendlyName の同じ位置に <string>0x{:04X}"
            "</string>、<string>0x{:04X}</string>、<string>名前</string> を一つずつ加え、pcscd を"
            "再起動してください。USB として直に使うなら要りません",
            "add one <string> at the same place of each of its arrays ifdVendorID, ifdProductID, "
            "ifdFriendlyName: 0x{:04X}, 0x{:04X}, a name; restart pcscd. Not needed to use it as "
            "a USB device",
            device.idVendor, device.idProduct))
        .commands = {"sudoedit " + s.ccid.list, "sudo systemctl restart pcscd"};
  }
}

}  // namespace

void check_machine(const Surroundings& s, const Wanted& wanted, Findings& findings) {
  const Machine& machine = s.machine;
  if (!machine.container.empty() && !machine.has_usb_nodes) {
    findings.add("container-without-usb", Severity::kProblem, machine.container,
                 {"コンテナーに /dev/bus/usb がありません", "the container has no /dev/bus/usb"},
                 {"USB を渡して作り直してください（抜き差しに追随させるには -v も要ります）。pcscd だけを"
                  "使うならそのソケットを渡せば足ります",
                  "make it again with USB (-v, too, so that it follows plugging); for pcscd alone "
                  "its socket is enough"})
        .commands = {"docker run --device-cgroup-rule='c 189:* rmw' -v /dev/bus/usb:/dev/bus/usb "
                     "-v /run/udev:/run/udev:ro ...",
                     "docker run -v /run/pcscd:/run/pcscd ..."};
  } else if (!machine.has_usb_tree || !machine.has_usb_nodes) {
    findings.add("no-usb", Severity::kProblem, "",
                 {"この OS に USB がありません（/sys/bus/usb または /dev/bus/usb がない）",
                  "this system has no USB (no /sys/bus/usb or no /dev/bus/usb)"},
                 {"USB のある機械で動かすか、--bind reader=usbip:HOST/BUSID としてください",
                  "use a machine with USB, or bind usbip:HOST/BUSID"});
  }
  if (!machine.virtual_machine.empty()) {
    const bool seen = any_reader(s, wanted);
    findings.add("virtual-machine", seen ? Severity::kInfo : Severity::kWarning,
                 machine.virtual_machine,
                 seen ? Text("仮想マシンです。リーダーは渡されています",
                             "this is a virtual machine; a reader was passed through")
                      : Text("仮想マシンです。ホストの USB 機器は渡されるまで見えません",
                             "this is a virtual machine: USB devices of the host are not seen "
                             "until they are passed through"),
                 seen ? Text("挿し直すとホストに戻ることがあります。そのときはもう一度渡してください",
                             "after it was plugged in again the host may have it back: pass it "
                             "through once more")
                      : pass_through(machine.virtual_machine));
  }
}

void check_pcscd(const Surroundings& s, const Wanted& wanted, Findings& findings) {
  const Pcscd& pcscd = s.pcscd;
  if (!pcscd.listens && pcscd.process) {
    findings.add("pcscd-socket-missing", Severity::kProblem, pcscd.socket,
                 {"pcscd は動いていますが、そのソケットで待っていません",
                  "pcscd runs, but nobody listens at its socket"},
                 {"再起動してください。プログラム側の環境変数 PCSCLITE_CSOCK_NAME も確かめてください",
                  "restart it, and look at the variable PCSCLITE_CSOCK_NAME of the programs"})
        .commands = {"sudo systemctl restart pcscd.socket pcscd.service"};
  } else if (!pcscd.listens) {
    findings.add("no-pcscd", Severity::kWarning, pcscd.socket,
                 pcscd.installed
                     ? Text("pcscd が動いていません。pcsc: と OpenSC は何も見つけません",
                            "no pcscd runs: pcsc: routes and OpenSC find nothing")
                     : Text("pcscd がありません。pcsc: と OpenSC は何も見つけません",
                            "there is no pcscd: pcsc: routes and OpenSC find nothing"),
                 pcscd.installed
                     ? Text("起動してください。USB として直に使うなら要りません",
                            "start it; not needed to use a reader as a USB device")
                     : Text("入れてください。USB として直に使うなら要りません",
                            "install it; not needed to use a reader as a USB device"))
        .commands = {pcscd.installed ? "sudo systemctl enable --now pcscd.socket"
                                     : "sudo apt-get install pcscd libccid"};
  }
  check_logging(pcscd, s.ccid, findings);
  check_ccid(s, wanted, findings);
}

void check_clock(const Surroundings& s, Findings& findings) {
  std::tm utc{};
  ::gmtime_r(&s.clock.now, &utc);
  const int year = utc.tm_year + 1900;
  if (year < kFirstYear || year > kLastYear) {
    findings.add("clock-wrong", Severity::kProblem, std::to_string(year),
                 say("時計が {} 年です。証明書の期限や資格確認日が合いません",
                     "the clock says {}: certificates and confirmation dates will not fit", year),
                 {"時計を合わせてください", "set it"})
        .commands = {"sudo timedatectl set-ntp true"};
  } else if (s.clock.synchronized == false) {
    findings.add("clock-not-synchronized", Severity::kWarning, "",
                 {"時計が時刻サーバーに同期していません。記録の時刻を突き合わせられません",
                  "the clock is not synchronized: times in records cannot be compared with those "
                  "of other machines"},
                 {"同期させてください", "synchronize it"})
        .commands = {"sudo timedatectl set-ntp true", "timedatectl"};
  }
  if (!s.clock.timezone.empty() && s.clock.timezone != "Asia/Tokyo")
    findings.add("timezone", Severity::kInfo, s.clock.timezone,
                 {"タイムゾーンが Asia/Tokyo ではありません。端末の画面の日付とずれることがあります",
                  "the time zone is not Asia/Tokyo: dates may differ from those on terminals"},
                 {"必要なら変えてください", "change it if needed"})
        .commands = {"sudo timedatectl set-timezone Asia/Tokyo"};
  std::string locale = s.locale;
  std::transform(locale.begin(), locale.end(), locale.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const bool utf8 = locale.find("utf-8") != std::string::npos ||
                    locale.find("utf8") != std::string::npos;
  if (utf8) return;
  const bool plain = locale.empty() || locale == "c" || locale == "posix";
  findings.add("locale-not-utf8", plain ? Severity::kInfo : Severity::kWarning,
               s.locale.empty() ? "LANG" : s.locale,
               plain ? Text("ロケールが設定されていません。日本語が化けることがあります",
                            "no locale is set: Japanese may come out garbled")
                     : Text("ロケールが UTF-8 ではありません。日本語が化けます",
                            "the locale is not UTF-8: Japanese comes out garbled"),
               {"UTF-8 のロケールを選んでください", "choose a UTF-8 locale"})
      .commands = {"export LANG=ja_JP.UTF-8"};
}

}  // namespace uketsuke::doctor
