// Does a baseline notice a change? Runs scenarios with it until one does something else.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/campaign/changes.h"
#include "harness/campaign/regress/regress.h"
#include "harness/scenario/scenario.h"

namespace uketsuke::campaign {

struct Noticed {
  std::string row, step, role;  // of the first difference
};

class Hunt {
 public:
  // Every scenario that belongs to the release, as it is now: that is the baseline. `files`: in the
  // order in which they are tried first. `typed`: expectations, which count as well.
  Hunt(std::shared_ptr<const bench::Assets> assets, const std::vector<std::string>& files,
       const std::string& release, SeedExpectations typed = {});

  std::size_t rows() const { return scenarios_.size(); }
  // Rows that do not pass without any change; they take no part.
  const std::vector<std::string>& failing() const { return failing_; }
  // Nothing: the change survives. What noticed the last change is tried first.
  std::optional<Noticed> hunt(const SeededChange& change);
  // The same for all of them at once. Nothing: none of them is noticed, or two hide each other.
  std::optional<Noticed> hunt_together(const std::vector<SeededChange>& changes);

 private:
  struct Row {
    scenario::Scenario scenario;
    std::string digest;
  };
  std::optional<Noticed> try_row(std::size_t row, const SeededChange& change,
                                 const bench::Assets& assets);
  std::optional<Noticed> try_assets(const SeededChange& change);
  std::optional<Noticed> difference(const RowOutcome& outcome) const;

  std::shared_ptr<const bench::Assets> assets_;
  std::string release_;
  Pinned pinned_;
  std::vector<Row> scenarios_;
  std::vector<std::string> failing_;
  std::vector<std::size_t> order_;  // of trying
};

}  // namespace uketsuke::campaign
