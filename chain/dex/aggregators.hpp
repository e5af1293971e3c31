// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/dex/aggregator.hpp"

/// One factory for each service; make_aggregator() knows them by name.
namespace plimsoll::dex {

std::unique_ptr<Aggregator> make_zerox();
std::unique_ptr<Aggregator> make_oneinch();

}  // namespace plimsoll::dex
