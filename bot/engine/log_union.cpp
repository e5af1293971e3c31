// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/log_union.hpp"

#include <algorithm>

namespace plimsoll::engine {

namespace {

template <class T>
bool merge(std::vector<T>& into, const std::vector<T>& from) {
    const std::size_t before = into.size();
    for (const auto& item : from) {
        if (std::find(into.begin(), into.end(), item) == into.end()) into.push_back(item);
    }
    return into.size() != before;
}

}  // namespace

bool LogUnion::add(const LogFilter& filter) {
    const bool any_topic = !filter.addresses.empty() && filter.topics0.empty();
    bool grown = merge(filter_.addresses, filter.addresses);
    grown = (any_topic && !any_topic_) || grown;
    any_topic_ = any_topic_ || any_topic;
    if (!any_topic_) grown = merge(filter_.topics0, filter.topics0) || grown;
    grown_ = grown_ || grown;
    return grown;
}

void LogUnion::tell(Output& out) {
    if (!std::exchange(grown_, false)) return;
    if (any_topic_) filter_.topics0.clear();
    std::sort(filter_.addresses.begin(), filter_.addresses.end());
    std::sort(filter_.topics0.begin(), filter_.topics0.end());
    out.put(SetLogFilter{++revision_, filter_});
}

}  // namespace plimsoll::engine
