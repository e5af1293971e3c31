// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "chain/keys/signer.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

using Signers = std::map<std::string, std::shared_ptr<keys::Signer>>;  // by wallet name

/// Opens the key of every wallet that is live, and of no other. Errc::Mismatch when a keystore holds another address
/// than the wallet's; errors name the wallet.
Result<Signers> open_signers(const config::Settings& settings);

}  // namespace plimsoll::bot
