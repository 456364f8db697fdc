#include "sim/gateway/libusb_route.h"

#include <utility>

#include "sim/gateway/libusb_worker.h"

namespace uketsuke::gateway {

LibusbRoute::LibusbRoute(UsbSelector selector, LibusbSettings settings)
    : stop_ms_(settings.stop_ms),
      worker_(std::make_shared<Worker>(std::move(selector), settings)) {}

LibusbRoute::~LibusbRoute() {
  worker_->silence();
  if (!thread_.joinable()) return;
  if (worker_->stop(stop_ms_)) {
    thread_.join();
  } else {
    thread_.detach();  // it owns the worker, and ends when the system lets it
  }
}

void LibusbRoute::start(Report report) {
  worker_->begin(std::move(report));
  thread_ = std::thread([worker = worker_] { worker->run(); });
}

void LibusbRoute::submit(wire::usb::Transfer transfer) {
  worker_->ask_submit(std::move(transfer));
}
void LibusbRoute::cancel(std::uint64_t id) { worker_->ask_cancel(id); }
void LibusbRoute::reset() { worker_->ask_reset(); }
UsbIdentity LibusbRoute::identity() const { return worker_->identity(); }

}  // namespace uketsuke::gateway
