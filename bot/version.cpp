// SPDX-License-Identifier: Apache-2.0
#include "bot/version.hpp"

namespace plimsoll {

const std::string_view kVersion = PLIMSOLL_VERSION;
const std::string_view kCommit = PLIMSOLL_COMMIT;

}  // namespace plimsoll
