// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc/decode.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

namespace plimsoll::rpc {

namespace {

/// 0..15, or 0x80 for what is no digit: two lookups and one test a byte.
constexpr std::array<std::uint8_t, 256> digit_table() {
    std::array<std::uint8_t, 256> out{};
    for (std::size_t c = 0; c < 256; ++c) {
        const int digit = hex_digit(static_cast<char>(static_cast<std::uint8_t>(c)));
        out[c] = digit < 0 ? 0x80 : static_cast<std::uint8_t>(digit);
    }
    return out;
}
constexpr std::array<std::uint8_t, 256> kDigits = digit_table();

bool read_hex(std::string_view digits, std::span<std::uint8_t> out) {
    std::uint8_t bad = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::uint8_t high = kDigits[static_cast<std::uint8_t>(digits[2 * i])];
        const std::uint8_t low = kDigits[static_cast<std::uint8_t>(digits[2 * i + 1])];
        bad = static_cast<std::uint8_t>(bad | high | low);
        out[i] = static_cast<std::uint8_t>(high << 4U | low);
    }
    return (bad & 0x80U) == 0;
}

Result<std::string_view> hex_digits(JsonValue value) {
    auto text = value.text();
    if (!text || !text->starts_with("0x")) return fail(Errc::Decode, "a string of hex starting with 0x is expected");
    return text->substr(2);
}

template <std::size_t N>
Result<void> decode_fixed(JsonValue value, std::array<std::uint8_t, N>& out) {
    TRY(const auto digits, hex_digits(value));
    if (digits.size() != 2 * N)
        return fail(Errc::Decode, fmt::format("{} hex digits where {} are needed", digits.size(), 2 * N));
    if (!read_hex(digits, out)) return fail(Errc::Decode, "not a hex digit");
    return {};
}

template <class T, class Decode>
Result<T> field(JsonValue object, std::string_view name, Decode decode) {
    const auto value = object.member(name);
    if (!value) return fail(Errc::Decode, fmt::format("\"{}\" is missing", name));
    Result<T> out = decode(*value);
    if (!out) return fail(std::move(out).error(), name);
    return out;
}

Result<std::uint64_t> u64_of(JsonValue object, std::string_view name) {
    return field<std::uint64_t>(object, name, decode_u64);
}
Result<Hash32> hash_of(JsonValue object, std::string_view name) {
    return field<Hash32>(object, name, decode_hash);
}

Result<std::uint32_t> u32_of(JsonValue object, std::string_view name) {
    TRY(const auto value, u64_of(object, name));
    if (value > 0xffff'ffffU) return fail(Errc::Decode, fmt::format("{}: above 32 bits", name));
    return static_cast<std::uint32_t>(value);
}

Result<bool> decode_bool(JsonValue value) {
    if (value.kind() == JsonValue::Kind::True) return true;
    if (value.kind() == JsonValue::Kind::False) return false;
    return fail(Errc::Decode, "true or false is expected");
}

Result<double> decode_ratio(JsonValue value) {
    if (value.kind() != JsonValue::Kind::Number) return fail(Errc::Decode, "a number is expected");
    double out = 0;
    const auto raw = value.raw();
    const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), out);
    if (error != std::errc{} || end != raw.data() + raw.size()) return fail(Errc::Decode, "a number is expected");
    return out;
}

template <class T, class Decode>
Result<std::vector<T>> decode_list(JsonValue value, Decode decode) {
    TRY(const auto elements, value.elements());
    std::vector<T> out;
    out.reserve(elements.size());
    for (const auto& element : elements) {
        Result<T> item = decode(element);
        if (!item) return fail(std::move(item).error(), fmt::format("[{}]", out.size()));
        out.push_back(*std::move(item));
    }
    return out;
}

Result<Wei> decode_wei(JsonValue value) {
    TRY(const auto amount, decode_u256(value));
    return Wei{amount};
}

}  // namespace

Result<U256> decode_u256(JsonValue value) {
    TRY(const auto digits, hex_digits(value));
    if (digits.empty() || digits.size() > 64) return fail(Errc::Decode, "a quantity of 1 to 64 hex digits is expected");
    if (digits.size() > 1 && digits[0] == '0') return fail(Errc::Decode, "a quantity with leading zeros");
    U256 out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const std::uint64_t digit = kDigits[static_cast<std::uint8_t>(digits[digits.size() - 1 - i])];
        if (digit > 15) return fail(Errc::Decode, "not a hex digit");
        out.limbs[i / 16] |= digit << (4 * (i % 16));
    }
    return out;
}

Result<std::uint64_t> decode_u64(JsonValue value) {
    TRY(const auto wide, decode_u256(value));
    if (!wide.fits_u64()) return fail(Errc::Decode, "above 64 bits");
    return wide.low_u64();
}

Result<Bytes> decode_bytes(JsonValue value) {
    TRY(const auto digits, hex_digits(value));
    if (digits.size() % 2 != 0) return fail(Errc::Decode, "an odd number of hex digits");
    Bytes out(digits.size() / 2);
    if (!read_hex(digits, out)) return fail(Errc::Decode, "not a hex digit");
    return out;
}

Result<Hash32> decode_hash(JsonValue value) {
    Hash32 out;
    TRY_VOID(decode_fixed(value, out.bytes));
    return out;
}

Result<Address> decode_node_address(JsonValue value) {
    Address out;
    TRY_VOID(decode_fixed(value, out.bytes));
    return out;
}

Result<Header> decode_header(JsonValue value) {
    if (value.kind() != JsonValue::Kind::Object) return fail(Errc::Decode, "a block header is expected");
    Header out;
    TRY(out.ref.number, u64_of(value, "number"));
    TRY(out.ref.hash, hash_of(value, "hash"));
    TRY(out.ref.parent, hash_of(value, "parentHash"));
    TRY(out.ref.timestamp, u64_of(value, "timestamp"));
    if (const auto fee = value.member("baseFeePerGas"); fee && !fee->is_null()) {
        TRY(out.ref.base_fee, field<Wei>(value, "baseFeePerGas", decode_wei));
    }
    TRY(const auto bloom, value.at("logsBloom"));
    if (auto read = decode_fixed(bloom, out.logs_bloom); !read) return fail(std::move(read).error(), "logsBloom");
    TRY(out.gas_used, u64_of(value, "gasUsed"));
    TRY(out.gas_limit, u64_of(value, "gasLimit"));
    return out;
}

Result<Log> decode_log(JsonValue value) {
    if (value.kind() != JsonValue::Kind::Object) return fail(Errc::Decode, "a log is expected");
    Log out;
    TRY(out.address, field<Address>(value, "address", decode_node_address));
    TRY(out.topics,
        field<std::vector<Hash32>>(value, "topics", [](JsonValue v) { return decode_list<Hash32>(v, decode_hash); }));
    if (out.topics.size() > 4) return fail(Errc::Decode, "topics: more than four");
    TRY(out.data, field<Bytes>(value, "data", decode_bytes));
    TRY(out.block_number, u64_of(value, "blockNumber"));
    TRY(out.block_hash, hash_of(value, "blockHash"));
    TRY(out.transaction_hash, hash_of(value, "transactionHash"));
    TRY(out.transaction_index, u32_of(value, "transactionIndex"));
    TRY(out.log_index, u32_of(value, "logIndex"));
    if (value.member("removed")) {
        TRY(out.removed, field<bool>(value, "removed", decode_bool));
    }
    return out;
}

Result<std::vector<Log>> decode_logs(JsonValue value) {
    return decode_list<Log>(value, decode_log);
}

Result<std::optional<PendingTransaction>> decode_pending(JsonValue value) {
    using Found = std::optional<PendingTransaction>;
    if (value.is_null()) return Found{};
    if (value.kind() != JsonValue::Kind::Object) return fail(Errc::Decode, "a transaction is expected");
    const auto block = value.member("blockNumber");
    const auto to = value.member("to");
    if ((block && !block->is_null()) || !to || to->is_null()) return Found{};
    PendingTransaction out;
    TRY(out.hash, hash_of(value, "hash"));
    TRY(out.from, field<Address>(value, "from", decode_node_address));
    TRY(out.to, field<Address>(value, "to", decode_node_address));
    TRY(out.nonce, u64_of(value, "nonce"));
    TRY(out.data, field<Bytes>(value, "input", decode_bytes));
    return Found{std::move(out)};
}

Result<std::optional<Receipt>> decode_receipt(JsonValue value) {
    if (value.is_null()) return std::optional<Receipt>{};
    Receipt out;
    TRY(out.transaction_hash, hash_of(value, "transactionHash"));
    TRY(out.block_number, u64_of(value, "blockNumber"));
    TRY(out.block_hash, hash_of(value, "blockHash"));
    TRY(const auto status, u64_of(value, "status"));
    if (status > 1) return fail(Errc::Decode, "status: neither 0 nor 1");
    out.succeeded = status == 1;
    TRY(out.gas_used, u64_of(value, "gasUsed"));
    TRY(out.effective_gas_price, field<Wei>(value, "effectiveGasPrice", decode_wei));
    if (const auto fee = value.member("l1Fee"); fee && !fee->is_null()) {
        TRY(out.l1_fee, field<Wei>(value, "l1Fee", decode_wei));
    }
    TRY(out.logs, field<std::vector<Log>>(value, "logs", decode_logs));
    return std::optional<Receipt>{std::move(out)};
}

Result<FeeHistory> decode_fee_history(JsonValue value) {
    if (value.kind() != JsonValue::Kind::Object) return fail(Errc::Decode, "a fee history is expected");
    const auto wei_list = [](JsonValue v) { return decode_list<Wei>(v, decode_wei); };
    FeeHistory out;
    TRY(out.oldest_block, u64_of(value, "oldestBlock"));
    TRY(out.base_fees, field<std::vector<Wei>>(value, "baseFeePerGas", wei_list));
    TRY(out.gas_used_ratios, field<std::vector<double>>(value, "gasUsedRatio", [](JsonValue v) {
            return decode_list<double>(v, decode_ratio);
        }));
    if (const auto rewards = value.member("reward"); rewards && !rewards->is_null()) {
        TRY(out.rewards, field<std::vector<std::vector<Wei>>>(
                             value, "reward", [&](JsonValue v) { return decode_list<std::vector<Wei>>(v, wei_list); }));
    }
    if (out.base_fees.size() != out.gas_used_ratios.size() + 1)
        return fail(Errc::Decode, "baseFeePerGas: not one more than gasUsedRatio");
    if (!out.rewards.empty() && out.rewards.size() != out.gas_used_ratios.size())
        return fail(Errc::Decode, "reward: not one for every block");
    return out;
}

Result<void> check_logs_of_block(const std::vector<Log>& logs, const LogFilter& filter, const Hash32& block) {
    const auto wanted = [](const auto& any_of, const auto& value) {
        return any_of.empty() || std::find(any_of.begin(), any_of.end(), value) != any_of.end();
    };
    for (std::size_t i = 0; i < logs.size(); ++i) {
        const auto& log = logs[i];
        if (log.block_hash != block)
            return fail(Errc::Mismatch, fmt::format("log {} is of another block than asked", i));
        if (log.removed) return fail(Errc::Mismatch, fmt::format("log {} is removed: the block is not canonical", i));
        if (i > 0 && log.log_index <= logs[i - 1].log_index)
            return fail(Errc::Mismatch, fmt::format("log {} is out of order", i));
        const bool topic = filter.topics0.empty() || (!log.topics.empty() && wanted(filter.topics0, log.topics[0]));
        if (!topic || !wanted(filter.addresses, log.address))
            return fail(Errc::Mismatch, fmt::format("log {} does not match the filter", i));
    }
    return {};
}

}  // namespace plimsoll::rpc
