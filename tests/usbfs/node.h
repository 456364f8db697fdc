// One node of usbfs (/dev/bus/usb/001/002) behind umockdev: answers the ioctls of
// linux/usbdevice_fs.h as the kernel's drivers/usb/core/devio.c documents them for its users, for
// any number of clients at once. Not there: isochronous transfers, streams, mmap.
#pragma once

#include <linux/ioctl.h>
#include <linux/usbdevice_fs.h>
#include <umockdev-1.0/umockdev.h>

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/usbfs/port.h"

namespace uketsuke::usbfs {

class Node {
 public:
  // `path` is the node below the testbed's root; `drivers` are what a kernel would have bound to
  // the interfaces: "cdc_acm".
  Node(Port& port, std::string path, usb_host::DeviceDescription description,
       std::map<unsigned, std::string> drivers);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  UMockdevIoctlBase* handler() { return handler_; }
  // Makes the node a FIFO: full when there is nothing to reap, so that poll() waits.
  void make_fifo();
  // The plug was pulled: transfers end, and what comes later is refused.
  void leave();
  // Transfers that are discarded from now on never come back (a host controller that hangs).
  void swallow_discarded(bool on);
  std::string driver(unsigned interface) const;  // bound now; "" none
  std::size_t clients() const;
  void tick();  // now and then

 private:
  struct Urb;
  struct Client;
  using Handle = UMockdevIoctlClient*;
  static gboolean ioctl_hook(UMockdevIoctlBase*, Handle client, gpointer node);
  static void connected_hook(UMockdevIoctlBase*, Handle client, gpointer node);

  // All with the lock.
  void add(Handle handle);
  int socket_of(Handle handle) const;
  bool answer(Handle handle);
  void sweep();
  bool submit(Handle handle, Client& client, UMockdevIoctlData* arg);
  void discard(Handle handle, Client& client, UMockdevIoctlData* arg);
  void reap(Handle handle, Client& client, UMockdevIoctlData* arg);
  void claim(Handle handle, unsigned interface, bool takes_from_driver);
  void release(Handle handle, unsigned interface);
  void driver_ioctl(Handle handle, UMockdevIoctlData* arg);
  void get_driver(Handle handle, UMockdevIoctlData* arg);
  void request(Handle handle, const wire::usb::SetupPacket& setup);
  void reset(Handle handle);
  bool may_use(Handle handle, const usbdevfs_urb& urb);
  std::optional<unsigned> interface_of(std::uint8_t endpoint) const;
  void ended(std::uint64_t key, const wire::usb::Completion& completion);
  void finish(Urb& urb, int status, const wire::Bytes& data, std::uint32_t actual);
  void show_ready();

  Port& port_;
  const std::string path_;
  const usb_host::DeviceDescription description_;
  UMockdevIoctlBase* handler_;
  mutable std::mutex mutex_;
  std::map<Handle, std::unique_ptr<Client>> clients_;
  std::map<unsigned, Handle> claims_;
  std::vector<Handle> lost_;  // ended in the middle of an ioctl: umockdev never closes those
  std::map<unsigned, std::string> drivers_, detached_drivers_;
  std::uint64_t next_key_ = 1;
  int fifo_ = -1;
  bool full_ = false;
  bool gone_ = false, swallows_ = false;
};

}  // namespace uketsuke::usbfs
