#include "tests/integration/libusb/usbfs_control.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace uketsuke::live {

UsbfsControl::UsbfsControl() : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const char* path = std::getenv("USBFS_CONTROL");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path == nullptr) throw std::runtime_error("run it below usbfs_host --control PATH");
  std::string(path).copy(address.sun_path, sizeof address.sun_path - 1);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error(std::string(path) + ": no connection");
}

UsbfsControl::~UsbfsControl() { ::close(socket_); }

std::string UsbfsControl::operator()(const std::string& line) {
  const std::string bytes = line + "\n";
  std::string answer;
  if (::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0)
    throw std::runtime_error("usbfs_host has gone");
  while (answer.empty() || answer.back() != '\n') {
    char part[512];
    const ssize_t got = ::recv(socket_, part, sizeof part, 0);
    if (got <= 0) throw std::runtime_error("usbfs_host has gone");
    answer.append(part, static_cast<std::size_t>(got));
  }
  answer.pop_back();
  if (answer.compare(0, 2, "ok") != 0) throw std::runtime_error(line + ": " + answer);
  return answer.size() > 3 ? answer.substr(3) : std::string{};
}

std::map<std::string, long> UsbfsControl::count(int reader) {
  std::map<std::string, long> counts;
  std::istringstream words((*this)("count " + std::to_string(reader)));
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    counts[word.substr(0, equals)] = std::stol(word.substr(equals + 1));
  }
  return counts;
}

void UsbfsControl::wait_present(bool present, int reader) {
  for (int i = 0; i < 1000; ++i) {
    if (((*this)("present " + std::to_string(reader)) == "yes") == present) return;
    ::usleep(10'000);
  }
  throw std::runtime_error("the bus did not notice");
}

}  // namespace uketsuke::live
