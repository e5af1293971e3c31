// SPDX-License-Identifier: Apache-2.0
#include "chain/codec/revert.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "chain/codec/abi.hpp"
#include "chain/codec/abi_words.hpp"

namespace plimsoll::abi {

namespace {

constexpr std::size_t kMaxText = 256;
constexpr std::size_t kMaxArguments = 4096;  // bytes looked at for the arguments of an error

constexpr Selector kErrorString = selector("Error(string)");
constexpr Selector kPanic = selector("Panic(uint256)");
static_assert(kErrorString == Selector::literal("0x08c379a0"));
static_assert(kPanic == Selector::literal("0x4e487b71"));

/// ERC-6093 and the helpers of OpenZeppelin, which tokens of all protocols answer with.
constexpr KnownError kCommon[] = {
    "ERC20InsufficientBalance(address,uint256,uint256)",
    "ERC20InsufficientAllowance(address,uint256,uint256)",
    "ERC20InvalidSender(address)",
    "ERC20InvalidReceiver(address)",
    "ERC20InvalidApprover(address)",
    "ERC20InvalidSpender(address)",
    "SafeERC20FailedOperation(address)",
    "AddressEmptyCode(address)",
    "FailedInnerCall()",
    "FailedCall()",
    "EnforcedPause()",
    "OwnableUnauthorizedAccount(address)",
    "ReentrancyGuardReentrantCall()",
};

struct PanicCode {
    std::uint64_t code;
    std::string_view meaning;
};

/// Solidity documentation, "Panic via assert and Error via require".
constexpr PanicCode kPanics[] = {
    {0x00, "generic compiler panic"},  {0x01, "assertion failed"},
    {0x11, "arithmetic overflow"},     {0x12, "division by zero"},
    {0x21, "invalid enum value"},      {0x22, "badly encoded storage bytes"},
    {0x31, "pop from an empty array"}, {0x32, "array index out of bounds"},
    {0x41, "too much memory"},         {0x51, "call of an uninitialised function"},
};

/// Foreign text must not forge log lines or steer a terminal.
std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, kMaxText)) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte >= 0x20 && byte < 0x7f)
            out += c;
        else
            out += fmt::format("\\x{:02x}", byte);
    }
    if (text.size() > kMaxText) out += "...";
    return out;
}

std::optional<std::string> error_string(ByteView arguments, const RevertTable& table) {
    const auto text = Reader(arguments).text();
    if (!text) return std::nullopt;
    for (const auto& known : table.codes) {
        if (known.code == *text) return fmt::format("{} ({})", known.code, known.meaning);
    }
    return text->empty() ? "empty reason" : printable(*text);
}

std::optional<std::string> panic(ByteView arguments) {
    const auto code = Reader(arguments).uint();
    if (!code) return std::nullopt;
    for (const auto& known : kPanics) {
        if (*code == U256{known.code}) return fmt::format("panic 0x{:02x} ({})", known.code, known.meaning);
    }
    return "panic " + to_hex_quantity(*code);
}

std::optional<std::string> known_error(Selector id, ByteView arguments, std::span<const KnownError> errors) {
    const auto at = std::find_if(errors.begin(), errors.end(), [&](const KnownError& e) { return e.id == id; });
    if (at == errors.end()) return std::nullopt;
    const auto signature = parse_signature(at->signature);
    if (!signature) return std::string(at->signature);
    auto values = decode(signature->arguments, arguments.first(std::min(arguments.size(), kMaxArguments)));
    if (!values) return std::string(at->signature);  // the name is right whatever the arguments are
    return printable(signature->name + to_string(signature->arguments, Value{*std::move(values)}));
}

}  // namespace

std::string revert_text(ByteView data, const RevertTable& table) {
    if (data.empty()) return "no reason given";
    if (data.size() < Selector::kSize) return to_hex(data);
    Selector id;
    std::copy_n(data.begin(), Selector::kSize, id.bytes.begin());
    const ByteView arguments = data.subspan(Selector::kSize);
    std::optional<std::string> out;
    if (id == kErrorString)
        out = error_string(arguments, table);
    else if (id == kPanic)
        out = panic(arguments);
    else
        out = known_error(id, arguments, table.errors);
    if (!out) out = known_error(id, arguments, kCommon);
    if (!out) out = "custom error " + to_hex(id.view());
    return *std::move(out);
}

}  // namespace plimsoll::abi
