// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace plimsoll::bench {

/// The real daemon on the node stand-in at `port`, with every account of the stand-in's world as a wallet; journal and
/// keystores in `folder`. Ends by SIGTERM with the daemon's exit code.
int run_daemon_role(const std::string& port, std::size_t accounts, const std::string& folder);

}  // namespace plimsoll::bench
