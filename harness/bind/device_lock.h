// One run at a time has a bound device.
#pragma once

#include "harness/bind/bindings.h"

namespace uketsuke::bind {

class DeviceLock {
 public:
  // Nothing bound: nothing locked. Throws run::RunError (environment) if another run of this user
  // has the same device, with its process id. A process that was forked meanwhile does not keep it.
  explicit DeviceLock(const Bindings& bindings);
  ~DeviceLock();
  DeviceLock(const DeviceLock&) = delete;
  DeviceLock& operator=(const DeviceLock&) = delete;

 private:
  int fd_ = -1;
  int owner_ = 0;  // process
};

}  // namespace uketsuke::bind
