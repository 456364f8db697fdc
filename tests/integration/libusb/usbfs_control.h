// A client of usbfs_host's control socket (tests/usbfs), from within the command that it started.
#pragma once

#include <map>
#include <string>

namespace uketsuke::live {

class UsbfsControl {
 public:
  UsbfsControl();  // of $USBFS_CONTROL; throws std::runtime_error
  ~UsbfsControl();
  UsbfsControl(const UsbfsControl&) = delete;
  UsbfsControl& operator=(const UsbfsControl&) = delete;

  std::string operator()(const std::string& line);  // the answer, without its "ok"
  std::map<std::string, long> count(int reader = 0);
  void wait_present(bool present, int reader = 0);

 private:
  int socket_;
};

}  // namespace uketsuke::live
