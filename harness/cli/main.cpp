// The program `uketsuke`: the command line with the executor of harness/campaign.
#include "harness/campaign/executor.h"
#include "harness/cli/app.h"

int main(int argc, char** argv) {
  uketsuke::campaign::CampaignExecutor executor("");
  return uketsuke::cli::main(argc, argv, executor);
}
