// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/alert_book.hpp"

namespace plimsoll::engine {

void AlertBook::raise(Output& out, std::int64_t now, AlertLevel level, const std::string& kind,
                      const std::string& subject, std::string text) {
    const auto [it, added] = standing_[subject].try_emplace(kind, Entry{now, level});
    Entry& entry = it->second;
    if (!added && level <= entry.level && now - entry.last_ms < repeat_ms_) return;
    entry = {now, level};
    out.put(Alert{level, kind, subject, std::move(text), false});
}

void AlertBook::clear(Output& out, std::string_view kind, const std::string& subject, std::string_view text) {
    if (forget(kind, subject)) out.put(Alert{AlertLevel::Info, std::string(kind), subject, std::string(text), true});
}

bool AlertBook::forget(std::string_view kind, const std::string& subject) {
    const auto of = standing_.find(subject);
    if (of == standing_.end()) return false;
    const auto entry = of->second.find(kind);
    if (entry == of->second.end()) return false;
    of->second.erase(entry);
    if (of->second.empty()) standing_.erase(of);
    return true;
}

void AlertBook::clock_went_back(std::int64_t by) {
    for (auto& [subject, kinds] : standing_) {
        for (auto& [kind, entry] : kinds) entry.last_ms -= by;
    }
}

void AlertBook::tell(Output& out, AlertLevel level, std::string kind, std::string subject, std::string text) {
    out.put(Alert{level, std::move(kind), std::move(subject), std::move(text), false, true});
}

}  // namespace plimsoll::engine
