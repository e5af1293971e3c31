// SPDX-License-Identifier: Apache-2.0
#include "bot/console/news.hpp"

#include <nlohmann/json.hpp>

namespace plimsoll::console {

std::string News::take() {
    using nlohmann::json;
    const auto now = board_->revisions();
    if (told_ == now) return {};
    json topics = json::array();
    for (std::size_t i = 0; i < kTopics; ++i) {
        if (!told_ || (*told_)[i] != now[i]) topics.push_back(to_string(static_cast<Topic>(i)));
    }
    json heads = json::array();
    for (const auto& chain : board_->chains()) {
        if (chain.head)
            heads.push_back({{"chain", chain.name},
                             {"number", chain.head->number},
                             {"timestamp", chain.head->timestamp},
                             {"live", chain.feed_live}});
    }
    told_ = now;
    const json data = {{"now_ms", now_ms_()}, {"topics", std::move(topics)}, {"heads", std::move(heads)}};
    return "event: change\ndata: " + data.dump() + "\n\n";
}

}  // namespace plimsoll::console
