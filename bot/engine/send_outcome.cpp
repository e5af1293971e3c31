// SPDX-License-Identifier: Apache-2.0
#include "bot/engine/send_outcome.hpp"

namespace plimsoll::engine {

SendOutcome send_outcome(tx::SendError error) {
    switch (error) {
        case tx::SendError::AlreadyKnown:
            return SendOutcome::AlreadyKnown;
        case tx::SendError::ReplacementUnderpriced:
            return SendOutcome::ReplacementUnderpriced;
        case tx::SendError::Underpriced:
            return SendOutcome::Underpriced;
        case tx::SendError::NonceTooLow:
            return SendOutcome::NonceTooLow;
        case tx::SendError::NonceTooHigh:
            return SendOutcome::NonceTooHigh;
        case tx::SendError::DelegatedAccount:
        case tx::SendError::AccountLimit:
        case tx::SendError::AddressReserved:
            return SendOutcome::AccountLimit;
        case tx::SendError::InsufficientFunds:
            return SendOutcome::InsufficientFunds;
        case tx::SendError::FeeCapExceeded:
            return SendOutcome::FeeCapExceeded;
        case tx::SendError::Invalid:
            return SendOutcome::Invalid;
        case tx::SendError::Unknown:
            return SendOutcome::Unknown;
    }
    return SendOutcome::Unknown;
}

}  // namespace plimsoll::engine
