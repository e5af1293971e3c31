// SPDX-License-Identifier: Apache-2.0
#include "chain/types/result.hpp"

namespace plimsoll {

std::string_view to_string(MathError error) {
    switch (error) {
        case MathError::Overflow:
            return "arithmetic overflow";
        case MathError::Underflow:
            return "arithmetic underflow";
        case MathError::DivisionByZero:
            return "division by zero";
    }
    return "unknown";
}

std::string_view to_string(Errc code) {
    switch (code) {
        case Errc::Math:
            return "math";
        case Errc::Decode:
            return "decode";
        case Errc::Range:
            return "range";
        case Errc::Unsupported:
            return "unsupported";
        case Errc::Mismatch:
            return "mismatch";
        case Errc::NotFound:
            return "not-found";
        case Errc::Io:
            return "io";
        case Errc::Timeout:
            return "timeout";
        case Errc::Rpc:
            return "rpc";
        case Errc::Reverted:
            return "reverted";
        case Errc::Refused:
            return "refused";
        case Errc::Cancelled:
            return "cancelled";
        case Errc::Internal:
            return "internal";
    }
    return "unknown";
}

}  // namespace plimsoll
