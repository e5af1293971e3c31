// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "bot/cli/table.hpp"
#include "bot/view/position_view.hpp"

namespace plimsoll::bot::cli {

/// Lowest health factor first.
void sort_by_risk(std::vector<PositionView>& views);

/// One line for each position under a line of headings.
std::string position_table(const std::vector<PositionView>& views, const Style& style);

/// One position in one line, without colours: for logs.
std::string position_line(const PositionView& view);

}  // namespace plimsoll::bot::cli
