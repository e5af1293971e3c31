// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/alert_book.hpp"

namespace plimsoll::engine {

void AlertBook::raise(Output& out, std::int64_t now, AlertLevel level, const std::string& kind,
                      const std::string& subject, std::string text) {
    const auto [it, added] = standing_.try_emplace({kind, subject}, Entry{now, level});
    Entry& entry = it->second;
    if (!added && level <= entry.level && now - entry.last_ms < repeat_ms_) return;
    entry = {now, level};
    out.put(Alert{level, kind, subject, std::move(text), false});
}

void AlertBook::clear(Output& out, const std::string& kind, const std::string& subject, std::string text) {
    if (standing_.erase({kind, subject}) == 0) return;
    out.put(Alert{AlertLevel::Info, kind, subject, std::move(text), true});
}

void AlertBook::clock_went_back(std::int64_t by) {
    for (auto& [key, entry] : standing_) entry.last_ms -= by;
}

void AlertBook::tell(Output& out, AlertLevel level, std::string kind, std::string subject, std::string text) {
    out.put(Alert{level, std::move(kind), std::move(subject), std::move(text), false, true});
}

}  // namespace plimsoll::engine
