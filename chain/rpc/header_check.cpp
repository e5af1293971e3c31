// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/header_check.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "chain/codec/keccak.hpp"
#include "chain/codec/rlp.hpp"
#include "chain/rpc/decode.hpp"

namespace plimsoll::rpc {

namespace {

struct Field {
    std::string_view name;
    bool number{};  // else bytes as they are
};

constexpr std::array<Field, 15> kAlways = {Field{"parentHash"}, {"sha3Uncles"},       {"miner"},
                                           {"stateRoot"},       {"transactionsRoot"}, {"receiptsRoot"},
                                           {"logsBloom"},       {"difficulty", true}, {"number", true},
                                           {"gasLimit", true},  {"gasUsed", true},    {"timestamp", true},
                                           {"extraData"},       {"mixHash"},          {"nonce"}};
constexpr std::array<Field, 6> kLater = {Field{"baseFeePerGas", true}, {"withdrawalsRoot"},       {"blobGasUsed", true},
                                         {"excessBlobGas", true},      {"parentBeaconBlockRoot"}, {"requestsHash"}};
/// Of the block, beside its header.
constexpr std::array<std::string_view, 8> kBeside = {"hash",   "size",        "totalDifficulty", "transactions",
                                                     "uncles", "withdrawals", "author",          "sealFields"};
constexpr std::size_t kNamesMax = 64;

Result<void> append(rlp::List& list, JsonValue value, const Field& field) {
    if (field.number) {
        auto number = decode_u256(value);
        if (!number) return fail(std::move(number).error(), field.name);
        list.uint(*number);
    } else {
        auto bytes = decode_bytes(value);
        if (!bytes) return fail(std::move(bytes).error(), field.name);
        list.bytes(*bytes);
    }
    return {};
}

template <std::size_t N>
bool among(const std::array<Field, N>& fields, std::string_view name) {
    return std::any_of(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
}

}  // namespace

Result<Hash32> header_hash(JsonValue block) {
    rlp::List list;
    for (const auto& field : kAlways) {
        TRY(const auto value, block.at(field.name));
        TRY_VOID(append(list, value, field));
    }
    for (const auto& field : kLater) {
        const auto value = block.member(field.name);
        if (!value || value->is_null()) continue;
        TRY_VOID(append(list, *value, field));
    }
    return keccak256(list.encode());
}

/// A name that no header before had and that this version does not know.
std::optional<std::string> HeaderCheck::news(JsonValue block) const {
    for (const auto name : block.names()) {
        if (among(kAlways, name) || among(kLater, name)) continue;
        if (std::find(kBeside.begin(), kBeside.end(), name) != kBeside.end()) continue;
        if (harmless_.contains(name) || disproved_.contains(name)) continue;
        return std::string(name);
    }
    return std::nullopt;
}

void HeaderCheck::learn(JsonValue block, BlockNumber number) {
    proven_ = true;
    for (auto it = suspects_.begin(); it != suspects_.end();) {
        const bool refuted = number >= it->second && !block.member(it->first);
        if (refuted && disproved_.size() < kNamesMax) disproved_.insert(it->first);
        it = refuted ? suspects_.erase(it) : std::next(it);
    }
    while (harmless_.size() < kNamesMax) {
        auto name = news(block);
        if (!name) return;
        harmless_.insert(*std::move(name));
    }
}

HeaderCheck::Judgement HeaderCheck::judge(JsonValue block, const Header& header) {
    const auto computed = header_hash(block);
    if (computed && *computed == header.ref.hash) {
        learn(block, header.ref.number);
        return {Verdict::Verified, {}};
    }
    if (!proven_) {
        const bool first = !std::exchange(told_, true);
        return {Verdict::Unknown, first ? "the headers of this chain cannot be checked against their hashes" : ""};
    }
    if (!computed) return {Verdict::Incomplete, computed.error().message};
    const auto name = news(block);
    if (!name || suspects_.size() == kNamesMax)
        return {Verdict::Forged, fmt::format("block {} has not the hash of its header", header.ref.number)};
    const bool first = suspects_.try_emplace(*name, header.ref.number).second;
    return {Verdict::Unknown,
            first ? fmt::format("the headers have a field that this version does not know, {}: from block {} on they "
                                "are not checked against their hashes",
                                *name, header.ref.number)
                  : ""};
}

bool hashes_headers(ChainId chain) {
    constexpr std::array<ChainId, 9> kKnown = {1, 11155111, 17000, 560048, 10, 8453, 11155420, 84532, 42161};
    return std::find(kKnown.begin(), kKnown.end(), chain) != kKnown.end();
}

}  // namespace plimsoll::rpc
