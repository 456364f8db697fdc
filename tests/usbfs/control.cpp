#include "tests/usbfs/control.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

namespace uketsuke::usbfs {

Control::Control(const std::string& path, Handler handler)
    : path_(path), handler_(std::move(handler)),
      listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error(path + ": too long");
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ::unlink(path.c_str());
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 4) != 0) {
    throw std::runtime_error(path + ": " + std::strerror(errno));
  }
  thread_ = std::thread([this] { serve(); });
}

Control::~Control() {
  ::eventfd_write(stop_, 1);
  thread_.join();
  ::close(listener_);
  ::close(stop_);
  ::unlink(path_.c_str());
}

// One thread for all clients: they take turns line by line.
void Control::serve() {
  struct Client {
    int fd;
    std::string line;
  };
  std::vector<Client> clients;
  while (true) {
    std::vector<pollfd> watched{{stop_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Client& client : clients) watched.push_back({client.fd, POLLIN, 0});
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    if (watched[0].revents != 0) break;
    for (std::size_t i = clients.size(); i-- > 0;) {
      if (watched[i + 2].revents == 0) continue;
      Client& client = clients[i];
      char bytes[4096];
      const ssize_t got = ::read(client.fd, bytes, sizeof bytes);
      if (got <= 0) {
        ::close(client.fd);
        clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(i));
        continue;
      }
      client.line.append(bytes, static_cast<std::size_t>(got));
      for (std::size_t end; (end = client.line.find('\n')) != std::string::npos;) {
        const std::string answer = handler_(client.line.substr(0, end)) + "\n";
        client.line.erase(0, end + 1);
        ::send(client.fd, answer.data(), answer.size(), MSG_NOSIGNAL);
      }
    }
    if (watched[1].revents != 0) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) clients.push_back({fd, {}});
    }
  }
  for (const Client& client : clients) ::close(client.fd);
}

}  // namespace uketsuke::usbfs
