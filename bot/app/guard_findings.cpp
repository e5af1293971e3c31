// SPDX-License-Identifier: Apache-2.0
#include "bot/app/guard_findings.hpp"

#include <fmt/format.h>

namespace plimsoll::bot {

namespace {

constexpr Timestamp kExpiryWarning = 14 * 86'400;

/// The lines of one position, in the order in which they are mended.
class Findings {
  public:
    Findings(const GuardSubject& subject, const GuardStatus& status) : subject_(subject), status_(status) {
        if (!guard()) return;
        policy();
        for (const auto& grant : status.grants) access(grant);
    }
    std::vector<CheckLine> take() { return std::move(lines_); }

  private:
    void ok(std::string_view what, std::string detail) {
        lines_.push_back({fmt::format("{}: {}", subject_.position.name, what), true, std::move(detail), {}});
    }
    void problem(std::string_view what, std::string detail, std::string mend) {
        lines_.push_back(
            {fmt::format("{}: {}", subject_.position.name, what), false, std::move(detail), std::move(mend)});
    }
    std::string write() const { return "plimsoll guard policy " + subject_.position.name; }

    bool guard() {
        const std::string at = to_checksum(subject_.guard());
        if (status_.code.empty())
            problem("guard", "no code at " + at, "plimsoll guard deploy " + subject_.chain.name);
        else if (!status_.genuine)
            problem("guard", "what stands at " + at + " is not this program's guard",
                    fmt::format("correct `guard` in [chain.{}]: plimsoll guard address", subject_.chain.name));
        else
            ok("guard", at);
        return status_.genuine;
    }

    void policy() {
        if (!status_.has_policy()) {
            problem("policy", "none", write());
            return;
        }
        const auto& there = status_.standing.policy;
        const Timestamp now = status_.head.timestamp;
        const std::string ends =
            fmt::format("{}, {}", date_in_words(there.expiry), distance_in_words(there.expiry, now));
        if (there.expiry <= now)
            problem("expiry", "ended " + ends, write());
        else if (there.expiry - now < kExpiryWarning)
            problem("expiry", "ends " + ends, write());
        else
            ok("expiry", "ends " + ends);
        budget(there, now);
        if (!status_.wanted) {
            const auto mend = status_.not_wanted.find("; ");
            const bool mends = mend != std::string::npos;
            problem("policy", status_.not_wanted.substr(0, mend),
                    mends ? status_.not_wanted.substr(mend + 2) : "see [wallet." + subject_.wallet.name + "]");
            return;
        }
        const Names names = names_of(subject_.settings, status_.offered);
        const auto differences = policy_differences(there, *status_.wanted, names, now);
        for (const auto& difference : differences) problem("policy", difference, write());
        if (differences.empty()) ok("policy", "as configured");
    }

    void budget(const guard::Policy& there, Timestamp now) {
        const auto spent = checked_add(status_.standing.spent_current, status_.standing.spent_previous);
        const auto left = spent ? checked_sub(there.value_per_day, *spent) : spent;
        const U256 rest = left ? *left : U256{};
        const std::string text = fmt::format(
            "{} of {} left today, in the market's smallest units{}", to_string(rest), to_string(there.value_per_day),
            status_.standing.last_plan == 0 ? "" : ", last plan " + distance_in_words(status_.standing.last_plan, now));
        if (rest.is_zero())
            problem("budget", text, "wait, or raise limits.max_value_per_day and " + write());
        else
            ok("budget", text);
    }

    void access(const Grant& grant) {
        if (grant.given)
            ok("access", grant.what + " is open to the guard");
        else
            problem("access", grant.what + " is closed to the guard", write());
    }

    const GuardSubject& subject_;
    const GuardStatus& status_;
    std::vector<CheckLine> lines_;
};

}  // namespace

std::vector<CheckLine> guard_findings(const GuardSubject& subject, const GuardStatus& status) {
    return Findings(subject, status).take();
}

}  // namespace plimsoll::bot
