// SPDX-License-Identifier: Apache-2.0
#include "bot/shell/aggregators.hpp"

namespace plimsoll::bot {

Result<std::vector<std::shared_ptr<AggregatorClient>>> open_aggregators(const boost::asio::any_io_executor& executor,
                                                                        const config::Settings& settings,
                                                                        const config::Chain& chain) {
    std::vector<std::shared_ptr<AggregatorClient>> out;
    for (const auto& entry : settings.aggregators) {
        if (entry.chain != chain.name) continue;
        auto client = AggregatorClient::make(executor, entry, {});
        if (!client) return fail(std::move(client).error(), "aggregator " + entry.name);
        out.push_back(*std::move(client));
    }
    return out;
}

}  // namespace plimsoll::bot
