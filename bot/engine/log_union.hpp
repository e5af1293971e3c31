// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bot/engine/output.hpp"

namespace plimsoll::engine {

/// The one filter by which a chain's logs are selected: what all followers of that chain need. It only grows, and each
/// time it does it has a new number.
class LogUnion {
  public:
    /// True when the filter grew: tell() follows once all that is needed now was added.
    bool add(const LogFilter& filter);
    void tell(Output& out);
    std::uint64_t revision() const { return revision_; }

  private:
    LogFilter filter_;
    bool any_topic_ = false;  // somebody restricts no topics, so the union does not
    bool grown_ = false;
    std::uint64_t revision_ = 0;
};

}  // namespace plimsoll::engine
