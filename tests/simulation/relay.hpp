// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "tests/simulation/agenda.hpp"
#include "tests/simulation/chain.hpp"

namespace plimsoll::sim {

/// What ails a relay. All zero: an honest, quick one.
struct RelayAilments {
    bool down{};      // refuses connections
    bool mute{};      // takes it, hands it on, and never answers
    bool refuses{};   // with words of its own
    bool drops{};     // says yes, hands it to nobody, and calls it pending
    bool loses{};     // says yes, and knows nothing of it when asked
    bool lies{};      // calls every fee too low
    bool leaks{};     // shows everybody what it got
    Ms latency = 60;  // there and back
};

/// A relay of private transactions, after the documentation of Flashbots that chain/rpc/relay_messages.hpp follows:
/// what is handed to it comes to builders and to nobody else, as a private transaction for at most 25 blocks or as a
/// bundle for the next one, and is left out rather than included and reverted.
class Relay {
  public:
    enum class Kind : std::uint8_t { PrivateTransaction, Bundle };

    Relay(std::string name, Kind kind, bool says, Chain& chain)
        : tells(says), name_(std::move(name)), kind_(kind), chain_(chain) {}

    const std::string& name() const { return name_; }
    const bool tells;  // it can be asked for a transaction's status
    RelayAilments ails;

    /// Empty for a yes, else its words. `head` is the sender's newest block, `first` the first attempt at the nonce.
    std::string take(const std::shared_ptr<const tx::SignedTransaction>& transaction, BlockNumber head,
                     const Hash32& first);
    /// The body of its answer to the question for a transaction's status.
    std::string status(const Hash32& hash) const;
    /// For the builder of the block after the head.
    Candidates handed_on() const;
    /// What everybody sees of it.
    Candidates leaked() const { return ails.leaks ? handed_on() : Candidates(); }
    void forget_old();

  private:
    struct Held {
        std::shared_ptr<const tx::SignedTransaction> transaction;
        BlockNumber first_block{};
        BlockNumber last_block{};
        bool dropped{};
    };
    bool included(const Hash32& hash) const;

    std::string name_;
    Kind kind_;
    Chain& chain_;
    std::map<Hash32, Held> held_;  // by what names it: the bundle's name, or the transaction itself
};

}  // namespace plimsoll::sim
