// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "bot/engine/engine_config.hpp"
#include "chain/keys/signer.hpp"
#include "config/settings.hpp"

namespace plimsoll::bot {

using Signers = std::map<std::string, std::shared_ptr<keys::Signer>>;  // by wallet name

/// Opens the key of every wallet that is live, and of no other. Errc::Mismatch when a keystore holds another address
/// than the wallet's, unless a guard stands between them; errors name the wallet.
Result<Signers> open_signers(const config::Settings& settings);

/// Whose key signs for each wallet under a guard: the opened key's, or what its keystore file claims where it was not
/// opened. A wallet of which neither is known is left out.
engine::SenderAddresses sender_addresses(const config::Settings& settings, const Signers& signers);

}  // namespace plimsoll::bot
