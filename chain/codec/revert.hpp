// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "chain/codec/keccak.hpp"
#include "chain/types/bytes.hpp"

namespace plimsoll::abi {

/// A custom error that a protocol can answer with, by its canonical signature; the selector is computed when we
/// compile:
///     constexpr abi::KnownError kErrors[] = {"NotActive()", "BalanceTooLow(uint256,uint256)"};
struct KnownError {
    Selector id;
    std::string_view signature;

    consteval KnownError(const char* text) : id(plimsoll::selector(text)), signature(text) {}  // NOLINT: table entries
};

/// A protocol that reverts with short codes in Error(string), as Aave does with numbers: "35" and what it means.
struct KnownCode {
    std::string_view code;
    std::string_view meaning;
};

/// What a protocol adds to what every contract may say.
struct RevertTable {
    std::span<const KnownError> errors;
    std::span<const KnownCode> codes;
};

/// Revert data in words: the text of Error(string) (with its meaning if the table has it), the meaning of
/// Panic(uint256), a known custom error with its arguments, the selector of an unknown one, "no reason given" for empty
/// data. Printable, one line, at most a few hundred characters, whatever the contract sends.
std::string revert_text(ByteView data, const RevertTable& table = {});

}  // namespace plimsoll::abi
