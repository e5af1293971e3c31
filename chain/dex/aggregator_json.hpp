// SPDX-License-Identifier: Apache-2.0
// How the answers of aggregators are read. Included by .cpp files of chain/dex only.
#pragma once

#include <nlohmann/json.hpp>

#include "chain/dex/aggregator.hpp"

namespace plimsoll::dex::aggregator_json {

constexpr std::size_t kCalldataMost = 128U << 10U;

/// A JSON object of bounded depth. Errc::Decode otherwise.
Result<nlohmann::json> parse_object(std::string_view service, std::string_view body);

/// The member as it must be; Errc::Decode names it.
Result<U256> amount(std::string_view service, const nlohmann::json& object, const char* key);
Result<Address> address(std::string_view service, const nlohmann::json& object, const char* key);
Result<Bytes> calldata(std::string_view service, const nlohmann::json& object, const char* key);
/// An integer or decimal text; zero when it is missing or odd: estimates bind nobody.
Gas gas(const nlohmann::json& object, const char* key);
Result<nlohmann::json> object(std::string_view service, const nlohmann::json& from, const char* key);

/// Printable ASCII, at most 120 characters of it.
std::string shown(std::string_view text);

/// The error for a status other than 200; `said` is the service's own explanation.
Error status_error(std::string_view service, long status, std::string_view said);

}  // namespace plimsoll::dex::aggregator_json
