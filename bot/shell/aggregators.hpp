// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "bot/quotes/aggregator_client.hpp"

namespace plimsoll::bot {

/// A client for each aggregator of the chain. Errors are those of AggregatorClient::make, with the aggregator's name.
Result<std::vector<std::shared_ptr<AggregatorClient>>> open_aggregators(const boost::asio::any_io_executor& executor,
                                                                        const config::Settings& settings,
                                                                        const config::Chain& chain);

}  // namespace plimsoll::bot
