#include "tests/usbfs/node.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "sim/wire/usb/setup_packet.h"

namespace uketsuke::usbfs {

using namespace wire::usb;

namespace {

// What libusb shall make of it: whole transfers as one URB (BULK_CONTINUATION would make it split
// long reads, which the emulation would have to cancel on a short packet).
constexpr std::uint32_t kCapabilities =
    USBDEVFS_CAP_BULK_SCATTER_GATHER | USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
    USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
constexpr std::size_t kFifoBytes = 4096;
constexpr int kMaxUrbBytes = 1 << 20;
constexpr int kFullSpeed = 2, kHighSpeed = 3;  // USB_SPEED_* of linux/usb/ch9.h

void done(UMockdevIoctlClient* client, long result, int error = 0) {
  umockdev_ioctl_client_complete(client, result, error);
}
void refuse(UMockdevIoctlClient* client, int error) { done(client, -1, error); }

// A structure behind the ioctl's pointer. nullptr: the client's memory cannot be read.
template <class T>
std::optional<T> argument(UMockdevIoctlData* arg) {
  UMockdevIoctlData* data = umockdev_ioctl_data_resolve(arg, 0, sizeof(T), nullptr);
  if (data == nullptr) return {};
  T value;
  std::memcpy(&value, data->data, sizeof value);
  g_object_unref(data);
  return value;
}

template <class T>
bool give(UMockdevIoctlData* arg, const T& value) {
  UMockdevIoctlData* data = umockdev_ioctl_data_resolve(arg, 0, sizeof(T), nullptr);
  if (data == nullptr) return false;
  T copy = value;
  umockdev_ioctl_data_update(data, 0, reinterpret_cast<guint8*>(&copy), sizeof copy);
  g_object_unref(data);
  return true;
}

// Of a socket that was accepted here: the path that it was reached by.
std::string path_of(int fd) {
  sockaddr_un address{};
  socklen_t length = sizeof address;
  int listens = 0;
  socklen_t size = sizeof listens;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0 ||
      address.sun_family != AF_UNIX || length <= offsetof(sockaddr_un, sun_path) ||
      ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens != 0) {
    return {};
  }
  return {address.sun_path, ::strnlen(address.sun_path, sizeof address.sun_path)};
}

bool hung_up(int fd) {
  pollfd socket{fd, POLLRDHUP, 0};
  return ::poll(&socket, 1, 0) > 0 && (socket.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

int urb_status(TransferStatus status) {
  switch (status) {
    case TransferStatus::kCompleted: return 0;
    case TransferStatus::kStalled: return -EPIPE;
    case TransferStatus::kCancelled: return -ENOENT;
    case TransferStatus::kNoDevice: return -ESHUTDOWN;
    case TransferStatus::kOverflow: return -EOVERFLOW;
    case TransferStatus::kTimedOut:
    case TransferStatus::kError: break;
  }
  return -EPROTO;
}

}  // namespace

struct Node::Urb {
  std::uint64_t key = 0, id = 0;  // ours, the port's
  UMockdevIoctlData* structure = nullptr;
  UMockdevIoctlData* buffer = nullptr;
  bool in = false, control = false;
  bool ended = false, swallowed = false;
  int status = 0;
  wire::Bytes data;
  std::uint32_t actual = 0;
  UMockdevIoctlClient* discarder = nullptr;  // waits for its end
  Urb() = default;
  Urb(const Urb&) = delete;
  Urb& operator=(const Urb&) = delete;
  ~Urb() {
    if (buffer != nullptr) g_object_unref(buffer);
    if (structure != nullptr) g_object_unref(structure);
    if (discarder != nullptr) g_object_unref(discarder);
  }
};

struct Node::Client {
  int socket = -1;             // umockdev's; -1: not found
  std::list<Urb> urbs;         // in the order of submission
  std::deque<Urb*> to_reap;
};

Node::Node(Port& port, std::string path, usb_host::DeviceDescription description,
           std::map<unsigned, std::string> drivers)
    : port_(port), path_(std::move(path)), description_(std::move(description)),
      handler_(umockdev_ioctl_base_new()), drivers_(std::move(drivers)) {
  g_signal_connect(handler_, "client-connected", G_CALLBACK(&Node::connected_hook), this);
  g_signal_connect(handler_, "handle-ioctl", G_CALLBACK(&Node::ioctl_hook), this);
}

Node::~Node() {
  for (const auto& [handle, client] : clients_) g_object_unref(handle);
  g_object_unref(handler_);
  if (fifo_ >= 0) ::close(fifo_);
}

void Node::make_fifo() {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::string made = path_ + ".made", linked = path_ + ".linked";
  if (::mkfifo(made.c_str(), 0666) != 0)
    throw std::runtime_error(fmt::format("{}: mkfifo: {}", made, std::strerror(errno)));
  ::chmod(made.c_str(), 0666);
  fifo_ = ::open(made.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fifo_ < 0) throw std::runtime_error(fmt::format("{}: {}", made, std::strerror(errno)));
  // At once in place of the file that is there. By its name nobody sees that we have it open.
  if (::link(made.c_str(), linked.c_str()) != 0 || ::rename(linked.c_str(), path_.c_str()) != 0)
    throw std::runtime_error(fmt::format("{}: {}", path_, std::strerror(errno)));
  ::unlink(made.c_str());
  ::fcntl(fifo_, F_SETPIPE_SZ, kFifoBytes);
  show_ready();
}

void Node::show_ready() {
  bool ready = gone_;
  for (const auto& [handle, client] : clients_) ready = ready || !client->to_reap.empty();
  if (fifo_ < 0 || full_ == !ready) return;
  static const std::string block(kFifoBytes, 'x');
  std::string room(kFifoBytes, '\0');
  if (ready) {
    while (::read(fifo_, room.data(), room.size()) > 0) {}
  } else {
    while (::write(fifo_, block.data(), block.size()) > 0) {}
  }
  full_ = !ready;
}

void Node::leave() {
  const std::lock_guard<std::mutex> lock(mutex_);
  gone_ = true;
  for (const auto& [handle, client] : clients_) {
    for (Urb& urb : client->urbs)
      if (!urb.ended && !urb.swallowed) finish(urb, -ESHUTDOWN, {}, 0);
  }
  show_ready();
}

void Node::swallow_discarded(bool on) {
  const std::lock_guard<std::mutex> lock(mutex_);
  swallows_ = on;
}

std::string Node::driver(unsigned interface) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = drivers_.find(interface);
  return found == drivers_.end() ? std::string{} : found->second;
}

std::size_t Node::clients() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return clients_.size();
}

gboolean Node::ioctl_hook(UMockdevIoctlBase*, Handle client, gpointer node) {
  auto& self = *static_cast<Node*>(node);
  const std::lock_guard<std::mutex> lock(self.mutex_);
  return self.answer(client) ? TRUE : FALSE;
}

void Node::connected_hook(UMockdevIoctlBase*, Handle client, gpointer node) {
  auto& self = *static_cast<Node*>(node);
  const std::lock_guard<std::mutex> lock(self.mutex_);
  self.sweep();
  self.add(client);
}

void Node::add(Handle handle) {
  auto& client = clients_[handle];
  if (client) return;
  g_object_ref(handle);
  const int socket = socket_of(handle);
  client = std::make_unique<Client>();
  client->socket = socket;
}

// The one among ours that is of this node and of no client yet: umockdev does not tell it.
int Node::socket_of(Handle handle) const {
  const std::string node = umockdev_ioctl_client_get_devnode(handle);
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int fd = std::atoi(entry.path().filename().c_str());
    const std::string path = path_of(fd);
    if (path.size() < node.size() || path.substr(path.size() - node.size()) != node) continue;
    const auto has_it = [fd](const auto& one) { return one.second && one.second->socket == fd; };
    if (hung_up(fd) || std::any_of(clients_.begin(), clients_.end(), has_it)) continue;
    return fd;
  }
  return -1;
}

// Files that were closed, by hand or because their process has ended: at once, as the kernel does
// it. umockdev tells nobody, hears of it a little later, and never of a process that ended while it
// waited for an ioctl: hence the look at the socket.
void Node::sweep() {
  for (auto it = clients_.begin(); it != clients_.end();) {
    const Handle handle = it->first;
    const bool open = umockdev_ioctl_client_get_connected(handle);
    if (open && (it->second->socket < 0 || !hung_up(it->second->socket))) {
      ++it;
      continue;
    }
    for (Urb& urb : it->second->urbs)
      if (!urb.ended) port_.cancel(urb.id);
    for (auto claim = claims_.begin(); claim != claims_.end();)
      claim = claim->second == handle ? claims_.erase(claim) : std::next(claim);
    it = clients_.erase(it);
    if (open) {
      lost_.push_back(handle);  // it may still be under way
    } else {
      g_object_unref(handle);
    }
  }
  show_ready();
}

void Node::tick() {
  const std::lock_guard<std::mutex> lock(mutex_);
  sweep();
  // Of those that umockdev has closed meanwhile nothing is left.
  const auto closed = [](Handle handle) {
    if (umockdev_ioctl_client_get_connected(handle)) return false;
    g_object_unref(handle);
    return true;
  };
  lost_.erase(std::remove_if(lost_.begin(), lost_.end(), closed), lost_.end());
}

bool Node::answer(Handle handle) {
  add(handle);
  Client& client = *clients_.at(handle);
  UMockdevIoctlData* arg = umockdev_ioctl_client_get_arg(handle);
  const auto code = static_cast<unsigned>(umockdev_ioctl_client_get_request(handle));
  const bool reaps = code == USBDEVFS_REAPURB || code == USBDEVFS_REAPURBNDELAY;
  if (gone_ && (!reaps || client.to_reap.empty())) return refuse(handle, ENODEV), true;
  if (reaps) return reap(handle, client, arg), true;
  switch (code) {
    case USBDEVFS_SUBMITURB: return submit(handle, client, arg), true;
    case USBDEVFS_DISCARDURB: return discard(handle, client, arg), true;
    case USBDEVFS_GET_CAPABILITIES:
      return give(arg, kCapabilities) ? done(handle, 0) : refuse(handle, EFAULT), true;
    case USBDEVFS_GET_SPEED:
      return done(handle, description_.speed == Speed::kHigh ? kHighSpeed : kFullSpeed), true;
    case USBDEVFS_GETDRIVER: return get_driver(handle, arg), true;
    case USBDEVFS_IOCTL: return driver_ioctl(handle, arg), true;
    case USBDEVFS_RESET: return reset(handle), true;
    default: break;
  }
  if (code == USBDEVFS_SETINTERFACE) {
    const auto wanted = argument<usbdevfs_setinterface>(arg);
    if (!wanted) return refuse(handle, EFAULT), true;
    return request(handle, {0x01, static_cast<std::uint8_t>(StandardRequest::SET_INTERFACE),
                            static_cast<std::uint16_t>(wanted->altsetting),
                            static_cast<std::uint16_t>(wanted->interface), 0}),
           true;
  }
  if (code == USBDEVFS_DISCONNECT_CLAIM) {
    const auto wanted = argument<usbdevfs_disconnect_claim>(arg);
    if (!wanted) return refuse(handle, EFAULT), true;
    return claim(handle, wanted->interface, true), true;
  }
  const auto number = argument<unsigned>(arg);
  if (!number) return refuse(handle, ENOTTY), true;
  switch (code) {
    case USBDEVFS_CLAIMINTERFACE: return claim(handle, *number, false), true;
    case USBDEVFS_RELEASEINTERFACE: return release(handle, *number), true;
    case USBDEVFS_SETCONFIGURATION:
      for (const auto& [interface, owner] : claims_)
        if (owner != nullptr) return refuse(handle, EBUSY), true;
      return request(handle, set_configuration(static_cast<std::uint8_t>(*number))), true;
    case USBDEVFS_CLEAR_HALT:
      return request(handle, clear_endpoint_halt(static_cast<std::uint8_t>(*number))), true;
    default: return refuse(handle, ENOTTY), true;
  }
}

std::optional<unsigned> Node::interface_of(std::uint8_t endpoint) const {
  for (const InterfaceNode& interface : description_.configuration.interfaces)
    for (const EndpointNode& node : interface.endpoints)
      if (node.descriptor.bEndpointAddress == endpoint)
        return interface.descriptor.bInterfaceNumber;
  return {};
}

// As the kernel: an interface that nobody has claimed is claimed by whoever uses it first.
bool Node::may_use(Handle handle, const usbdevfs_urb& urb) {
  if (urb.type == USBDEVFS_URB_TYPE_CONTROL) return true;
  const auto interface = interface_of(urb.endpoint);
  if (!interface) return false;
  return claims_.emplace(*interface, handle).first->second == handle;
}

bool Node::submit(Handle handle, Client& client, UMockdevIoctlData* arg) {
  auto& urb = client.urbs.emplace_back();
  const auto give_up = [&](int error) {
    client.urbs.pop_back();
    refuse(handle, error);
    return false;
  };
  urb.structure = umockdev_ioctl_data_resolve(arg, 0, sizeof(usbdevfs_urb), nullptr);
  if (urb.structure == nullptr) return give_up(EFAULT);
  usbdevfs_urb wanted;
  std::memcpy(&wanted, urb.structure->data, sizeof wanted);
  if (wanted.type == USBDEVFS_URB_TYPE_ISO || wanted.buffer_length < 0 ||
      wanted.buffer_length > kMaxUrbBytes) {
    return give_up(EINVAL);
  }
  if (!may_use(handle, wanted)) return give_up(interface_of(wanted.endpoint) ? EBUSY : ENOENT);
  const auto length = static_cast<std::size_t>(wanted.buffer_length);
  if (length > 0) {
    urb.buffer = umockdev_ioctl_data_resolve(urb.structure, offsetof(usbdevfs_urb, buffer),
                                             length, nullptr);
    if (urb.buffer == nullptr) return give_up(EFAULT);
  }
  Transfer transfer;
  const auto bytes = wire::ByteView(urb.buffer == nullptr ? nullptr : urb.buffer->data, length);
  urb.control = wanted.type == USBDEVFS_URB_TYPE_CONTROL;
  transfer.bEndpointAddress = wanted.endpoint;
  if (urb.control) {
    const auto setup =
        decode_setup_packet(bytes.first(std::min<std::size_t>(length, kSetupPacketLength)));
    if (!setup) return give_up(EINVAL);
    transfer.type = TransferType::kControl;
    transfer.setup = *setup;
    urb.in = is_in(*setup);
    if (!urb.in) transfer.data = wire::to_bytes(bytes.subspan(kSetupPacketLength));
  } else {
    transfer.type = wanted.type == USBDEVFS_URB_TYPE_INTERRUPT ? TransferType::kInterrupt
                                                               : TransferType::kBulk;
    urb.in = (wanted.endpoint & 0x80) != 0;
    if (!urb.in) transfer.data = wire::to_bytes(bytes);
    transfer.length = static_cast<std::uint32_t>(length);
  }
  urb.key = next_key_++;
  urb.id = port_.submit(std::move(transfer), [this, key = urb.key](const Completion& completion) {
    ended(key, completion);
  });
  done(handle, 0);
  return true;
}

void Node::ended(std::uint64_t key, const Completion& completion) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [handle, client] : clients_) {
    for (Urb& urb : client->urbs) {
      if (urb.key != key || urb.ended || urb.swallowed) continue;
      finish(urb, urb_status(completion.status), completion.data, completion.actual_length);
      return show_ready();
    }
  }
}

void Node::finish(Urb& urb, int status, const wire::Bytes& data, std::uint32_t actual) {
  urb.ended = true;
  urb.status = status;
  urb.data = data;
  urb.actual = urb.in ? static_cast<std::uint32_t>(data.size()) : actual;
  for (const auto& [handle, client] : clients_)
    for (const Urb& other : client->urbs)
      if (&other == &urb) client->to_reap.push_back(&urb);
  if (urb.discarder != nullptr) {
    done(urb.discarder, 0);
    g_object_unref(std::exchange(urb.discarder, nullptr));
  }
}

// The kernel answers when the URB is dead; it is reaped after that.
void Node::discard(Handle handle, Client& client, UMockdevIoctlData* arg) {
  gulong address = 0;
  std::memcpy(&address, arg->data, sizeof address);
  for (Urb& urb : client.urbs) {
    if (urb.structure->client_addr != address || urb.ended || urb.swallowed) continue;
    if (swallows_) {
      urb.swallowed = true;
      return done(handle, 0);
    }
    urb.discarder = UMOCKDEV_IOCTL_CLIENT(g_object_ref(handle));
    return port_.cancel(urb.id);
  }
  refuse(handle, EINVAL);
}

void Node::reap(Handle handle, Client& client, UMockdevIoctlData* arg) {
  if (client.to_reap.empty()) {
    show_ready();
    return refuse(handle, EAGAIN);
  }
  Urb& urb = *client.to_reap.front();
  client.to_reap.pop_front();
  usbdevfs_urb answer;
  std::memcpy(&answer, urb.structure->data, sizeof answer);
  answer.status = urb.status;
  answer.actual_length = static_cast<int>(urb.actual);
  umockdev_ioctl_data_update(urb.structure, offsetof(usbdevfs_urb, status),
                             reinterpret_cast<guint8*>(&answer.status), sizeof answer.status);
  umockdev_ioctl_data_update(urb.structure, offsetof(usbdevfs_urb, actual_length),
                             reinterpret_cast<guint8*>(&answer.actual_length),
                             sizeof answer.actual_length);
  const std::size_t begin = urb.control ? kSetupPacketLength : 0;
  if (urb.in && !urb.data.empty() &&
      begin + urb.data.size() <= static_cast<std::size_t>(urb.buffer->data_len)) {
    umockdev_ioctl_data_update(urb.buffer, begin, urb.data.data(),
                               static_cast<gint>(urb.data.size()));
  }
  UMockdevIoctlData* pointer = umockdev_ioctl_data_resolve(arg, 0, sizeof(void*), nullptr);
  if (pointer == nullptr) {
    refuse(handle, EFAULT);
  } else {
    umockdev_ioctl_data_set_ptr(pointer, 0, urb.structure);
    done(handle, 0);
    g_object_unref(pointer);
  }
  client.urbs.remove_if([&urb](const Urb& one) { return &one == &urb; });
  show_ready();
}

void Node::claim(Handle handle, unsigned interface, bool takes_from_driver) {
  sweep();
  if (description_.configuration.find_interface(static_cast<std::uint8_t>(interface)) == nullptr)
    return refuse(handle, ENOENT);
  const auto owner = claims_.find(interface);
  if (owner != claims_.end() && owner->second != handle) return refuse(handle, EBUSY);
  const auto driver = drivers_.find(interface);
  if (driver != drivers_.end()) {
    if (!takes_from_driver) return refuse(handle, EBUSY);
    detached_drivers_.insert(drivers_.extract(driver));
  }
  claims_[interface] = handle;
  done(handle, 0);
}

void Node::release(Handle handle, unsigned interface) {
  const auto owner = claims_.find(interface);
  if (owner == claims_.end() || owner->second != handle) return refuse(handle, EINVAL);
  claims_.erase(owner);
  done(handle, 0);
}

void Node::get_driver(Handle handle, UMockdevIoctlData* arg) {
  auto answer = argument<usbdevfs_getdriver>(arg);
  if (!answer) return refuse(handle, EFAULT);
  const auto driver = drivers_.find(answer->interface);
  const bool claimed = claims_.count(answer->interface) != 0;
  if (!claimed && driver == drivers_.end()) return refuse(handle, ENODATA);
  const std::string name = claimed ? "usbfs" : driver->second;
  name.copy(answer->driver, USBDEVFS_MAXDRIVERNAME);
  answer->driver[std::min<std::size_t>(name.size(), USBDEVFS_MAXDRIVERNAME)] = '\0';
  give(arg, *answer);
  done(handle, 0);
}

void Node::driver_ioctl(Handle handle, UMockdevIoctlData* arg) {
  const auto wanted = argument<usbdevfs_ioctl>(arg);
  if (!wanted) return refuse(handle, EFAULT);
  const auto interface = static_cast<unsigned>(wanted->ifno);
  if (static_cast<unsigned>(wanted->ioctl_code) == USBDEVFS_DISCONNECT) {
    const auto driver = drivers_.find(interface);
    if (driver == drivers_.end()) return refuse(handle, ENODATA);
    detached_drivers_.insert(drivers_.extract(driver));
    return done(handle, 0);
  }
  if (static_cast<unsigned>(wanted->ioctl_code) != USBDEVFS_CONNECT)
    return refuse(handle, ENOTTY);
  if (claims_.count(interface) != 0) return refuse(handle, EBUSY);
  const auto driver = detached_drivers_.find(interface);
  if (driver == detached_drivers_.end()) return done(handle, 0);
  drivers_.insert(detached_drivers_.extract(driver));
  done(handle, 1);
}

// A request that the kernel makes for the client, and waits for.
void Node::request(Handle handle, const SetupPacket& setup) {
  Transfer transfer;
  transfer.type = TransferType::kControl;
  transfer.setup = setup;
  g_object_ref(handle);
  port_.submit(std::move(transfer), [handle](const Completion& completion) {
    const int error = -urb_status(completion.status);
    error == 0 ? done(handle, 0) : refuse(handle, error == ESHUTDOWN ? ENODEV : error);
    g_object_unref(handle);
  });
}

void Node::reset(Handle handle) {
  g_object_ref(handle);
  port_.reset([handle](bool there) {
    there ? done(handle, 0) : refuse(handle, ENODEV);
    g_object_unref(handle);
  });
}

}  // namespace uketsuke::usbfs
