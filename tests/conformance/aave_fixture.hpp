// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "chain/lending/aave_v3/account.hpp"

/// Recorded and modelled states of Aave V3 (tests/data/aave) as values.
namespace plimsoll::test {

using Json = nlohmann::json;
namespace aave = plimsoll::lending::aave_v3;

Json read_json_gz(const std::string& path);

U256 number(const Json& value);  // decimal text or JSON integer
u128 narrow(const Json& value);
lending::AccountSummary summary(const Json& expected);
aave::AccountState account(const Json& user);

/// Configuration from the raw bitmap ("configData") or decoded ("config").
aave::Reserve reserve(const Json& from);
aave::EModeCategory emode(const Json& from);
aave::MarketState market(const Json& reserves, const Json& emodes, const aave::Profile& profile, Timestamp at);

}  // namespace plimsoll::test
