// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/text.hpp"

namespace plimsoll::engine {

namespace {

/// `value` / 10^scale with `digits` digits after the point.
std::string decimal(const U256& value, unsigned scale, unsigned digits) {
    std::string text = to_string(value);
    if (text.size() <= scale) text.insert(0, scale + 1 - text.size(), '0');
    const std::size_t point = text.size() - scale;
    return text.substr(0, point) + "." + text.substr(point, digits);
}

}  // namespace

std::string health_text(const Wad& health) {
    return health.value == kU256Max ? "none" : decimal(health.value, 18, 4);
}

std::string value_text(const BaseValue& value) {
    return decimal(value.value, 8, 2);
}

std::string_view to_string(Purpose purpose) {
    switch (purpose) {
        case Purpose::ResetApproval:
            return "reset-approval";
        case Purpose::Approve:
            return "approve";
        case Purpose::Prepare:
            return "prepare";
        case Purpose::Rescue:
            return "rescue";
    }
    return "";
}

}  // namespace plimsoll::engine
