// pcsc_rate COUNT APDU: the same by SCardTransmit on the first reader of pcscd.
#include <winscard.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "sim/wire/bytes.h"

namespace {

bool transmit(SCARDHANDLE card, DWORD protocol, const uketsuke::wire::Bytes& command) {
  const SCARD_IO_REQUEST request{protocol, sizeof(SCARD_IO_REQUEST)};
  unsigned char response[258];
  DWORD length = sizeof response;
  return SCardTransmit(card, &request, command.data(), command.size(), nullptr, response,
                       &length) == SCARD_S_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 5;
  SCARDCONTEXT context = 0;
  SCARDHANDLE card = 0;
  DWORD protocol = 0;
  if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context) != SCARD_S_SUCCESS)
    return 1;
  std::vector<char> names(4096);
  for (int i = 0; i < 200 && card == 0; ++i) {
    DWORD length = names.size();
    if (SCardListReaders(context, nullptr, names.data(), &length) == SCARD_S_SUCCESS)
      SCardConnect(context, names.data(), SCARD_SHARE_EXCLUSIVE,
                   SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol);
    if (card == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  using uketsuke::wire::from_hex;
  if (card == 0 || !transmit(card, protocol, from_hex("00a4040c0ad392f000260100000001").value()))
    return 1;
  const auto command = from_hex(argv[2]).value();
  const long count = std::strtol(argv[1], nullptr, 10);
  const auto begin = std::chrono::steady_clock::now();
  for (long i = 0; i < count; ++i)
    if (!transmit(card, protocol, command)) return 1;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("%.1f\n", static_cast<double>(count) / took.count());
  SCardDisconnect(card, SCARD_UNPOWER_CARD);
  SCardReleaseContext(context);
}
