// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace plimsoll::bot {

/// No core file of this process, and no tracing by other processes of its user: memory may hold keys. Without memory it
/// ends at once and says so, rather than to go on with a part of itself gone: the journal is complete at any time, and
/// whoever supervises it starts it again. First of all.
void harden_process();

/// Why keys could still leave memory, with the mend; nothing when pages can be kept out of swap and cores are off.
std::optional<std::string> weakness();

}  // namespace plimsoll::bot
