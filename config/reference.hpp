// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace plimsoll::config {

/// Every setting as Markdown, printed from the schema: one table a section.
std::string reference_markdown();

}  // namespace plimsoll::config
