// What tests do to an emulated bus and its desk: one line a command, one line an answer ("ok ...",
// "error ..."), on a unix socket. Cards, plugs and panel are also reached by the hands protocol.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace uketsuke::usbfs {

class Control {
 public:
  using Handler = std::function<std::string(const std::string& line)>;  // on the server's thread

  Control(const std::string& path, Handler handler);  // throws std::runtime_error
  ~Control();
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

 private:
  void serve();

  std::string path_;
  Handler handler_;
  int listener_ = -1, stop_ = -1;
  std::thread thread_;
};

}  // namespace uketsuke::usbfs
