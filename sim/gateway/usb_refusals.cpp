#include "sim/gateway/usb_refusals.h"

#include <fmt/format.h>

namespace uketsuke::gateway {

std::string udev_rule(std::uint16_t idVendor, std::uint16_t idProduct) {
  return fmt::format(
      "SUBSYSTEM==\"usb\", ATTR{{idVendor}}==\"{:04x}\", ATTR{{idProduct}}==\"{:04x}\", "
      "TAG+=\"uaccess\"",
      idVendor, idProduct);
}

RouteFailed device_not_there(const UsbSelector& selector) {
  const std::string name = to_string(selector);
  return {fmt::format("{} の USB 機器が見つかりません。接続と電源を確かめ、uketsuke readers "
                      "で一覧を見てください",
                      name),
          fmt::format("no USB device {}: check plug and power; `uketsuke readers` lists what is "
                      "there",
                      name)};
}

RouteFailed several_devices(const UsbSelector& selector, const std::vector<UsbDevice>& devices) {
  std::string list, choices;
  for (const UsbDevice& device : devices) {
    list += (list.empty() ? "" : "; ") + describe(device);
    choices += (choices.empty() ? "usb:" : ", usb:") + device.identity.port;
  }
  const std::string name = to_string(selector);
  return {fmt::format("{} に当てはまる USB 機器が {} 台あります: {}。どれを使うかを場所 ({}) "
                      "かシリアル番号で指定するか、一台だけ接続してください",
                      name, devices.size(), list, choices),
          fmt::format("{} USB devices match {}: {}. Name one by its place ({}) or its serial "
                      "number, or leave one plugged in",
                      devices.size(), name, list, choices)};
}

RouteFailed device_without_access(const UsbDevice& device) {
  const std::string rule = udev_rule(device.identity.idVendor, device.identity.idProduct);
  const std::string what = describe(device);
  return {fmt::format("{} を開く権限がありません ({})。{} に次の一行を書き: {} — sudo udevadm "
                      "control --reload を実行し、機器を挿し直してください",
                      what, device.node, kUdevRuleFile, rule),
          fmt::format("no permission to open {} ({}). Write one line to {}: {} — then run sudo "
                      "udevadm control --reload and plug the device in again",
                      what, device.node, kUdevRuleFile, rule)};
}

RouteFailed device_claimed(const UsbDevice& device, const std::vector<NodeHolder>& holders) {
  std::string who;
  bool pcscd = false;
  for (const NodeHolder& holder : holders) {
    who += fmt::format("{}{} (pid {})", who.empty() ? "" : ", ", holder.program, holder.pid);
    pcscd = pcscd || holder.program == "pcscd";
  }
  const std::string what = describe(device);
  const std::string stop = "sudo systemctl stop pcscd.socket pcscd.service";
  if (pcscd) {
    return {fmt::format("{} は {} が使っています。{} で止めるか、pcsc:リーダー名 で pcscd "
                        "を通して使ってください",
                        what, who, stop),
            fmt::format("{} is in use by {}. Stop it ({}), or go through it with pcsc:READER NAME",
                        what, who, stop)};
  }
  if (who.empty()) {
    return {fmt::format("{} は他のプログラムが使っています。sudo fuser -v {} で調べ、pcscd なら "
                        "{} で止めてください",
                        what, device.node, stop),
            fmt::format("{} is in use by another program: sudo fuser -v {} names it; if it is "
                        "pcscd: {}",
                        what, device.node, stop)};
  }
  return {fmt::format("{} は {} が使っています。終了してからやり直してください", what, who),
          fmt::format("{} is in use by {}: end that program and try again", what, who)};
}

RouteFailed device_unusable(const UsbDevice& device, const std::string& what) {
  return {fmt::format("{} を使えません ({})。挿し直してください: {}", describe(device),
                      device.node, what),
          fmt::format("{} cannot be used ({}): {}. Plug it in again", describe(device),
                      device.node, what)};
}

RouteFailed libusb_unusable(const std::string& what) {
  return {fmt::format("libusb を使えません: {}。/dev/bus/usb があるかを確かめてください", what),
          fmt::format("libusb does not start: {}. Is there a /dev/bus/usb?", what)};
}

}  // namespace uketsuke::gateway
