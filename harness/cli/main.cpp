// The program `uketsuke`: the command line with the executor of harness/campaign.
#include <fcntl.h>
#include <unistd.h>

#include "harness/campaign/executor.h"
#include "harness/cli/app.h"

namespace {

// A file that is opened must not become somebody's standard output: what is closed is opened.
void open_standard_streams() {
  int fd = 0;
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::open("/dev/null", O_RDWR);
  if (fd > STDERR_FILENO) ::close(fd);
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_streams();
  uketsuke::campaign::CampaignExecutor executor("");
  return uketsuke::cli::main(argc, argv, executor);
}
