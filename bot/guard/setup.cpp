// SPDX-License-Identifier: Apache-2.0
#include "bot/guard/setup.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace plimsoll::bot {

namespace {

using nlohmann::ordered_json;

std::string dump(const ordered_json& json) {
    return json.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

std::string unsigned_json(const std::vector<SetupStep>& steps, ChainId chain) {
    ordered_json out = ordered_json::array();
    for (const auto& step : steps) {
        ordered_json entry = {{"to", to_checksum(step.call.to)},
                              {"value", "0"},
                              {"data", to_hex(step.call.data)},
                              {"chainId", chain},
                              {"description", step.text}};
        if (step.delegation) {
            entry["authorizationList"] = ordered_json::array();
            entry["authorizationList"].push_back({{"chainId", step.delegation->chain_id},
                                                  {"address", to_checksum(step.delegation->address)},
                                                  {"nonce", step.delegation->nonce}});
        }
        out.push_back(std::move(entry));
    }
    return dump(out);
}

Result<std::string> safe_json(const std::vector<SetupStep>& steps, ChainId chain, const Address& safe,
                              std::string_view name, std::int64_t now_ms) {
    const auto delegates = [](const SetupStep& step) { return step.delegation.has_value(); };
    if (std::any_of(steps.begin(), steps.end(), delegates))
        return fail(Errc::Unsupported, "a Safe cannot delegate its code (EIP-7702); write guard = \"module\" for it");
    ordered_json out = {{"version", "1.0"},
                        {"chainId", std::to_string(chain)},
                        {"createdAt", now_ms},
                        {"meta",
                         {{"name", name},
                          {"description", ""},
                          {"txBuilderVersion", "1.16.5"},
                          {"createdFromSafeAddress", to_checksum(safe)},
                          {"createdFromOwnerAddress", ""}}},
                        {"transactions", ordered_json::array()}};
    for (const auto& step : steps) {
        out["transactions"].push_back({{"to", to_checksum(step.call.to)},
                                       {"value", "0"},
                                       {"data", to_hex(step.call.data)},
                                       {"contractMethod", nullptr},
                                       {"contractInputsValues", nullptr}});
        if (!out["meta"]["description"].get<std::string>().empty())
            out["meta"]["description"] = out["meta"]["description"].get<std::string>() + "; ";
        out["meta"]["description"] = out["meta"]["description"].get<std::string>() + step.text;
    }
    return dump(out);
}

}  // namespace plimsoll::bot
